"""Whatever the order of intents, outcomes, ends and crashes: what is durable is exactly what was returned."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from layersync.state.journal import Journal, outcomes_of, settle_open
from layersync.state.memory import close_run, remember, unfinished_runs
from layersync.state.runs import begin, finish
from layersync.state.store import FILE_NAME, Store
from layersync.values.intent import Intent
from layersync.values.outcome import Outcome, Word
from tests.state.samples import DAY, JOB, NOON, ORG, URL, a_change, a_run, an_outcome

SENT = [Word.CHANGED, Word.CONVERGED, Word.REFUSED, Word.FAILED, Word.UNKNOWN]
VALUES = ["UTC", "Europe/Berlin", "\ud800", "é" * 3000]

Where = tuple[str, int]


class States(RuleBasedStateMachine):
    """One state file, one run after the other; a crash is the file as it stands on the disk at that moment."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.life = 0
        self.runs = 0
        self.intents: dict[Where, Intent] = {}
        self.open: set[Where] = set()
        self.outcomes: dict[Where, Outcome] = {}
        self.unfinished: list[str] = []
        self.store = Store.open(self.folder)
        self.begin_run()

    @property
    def folder(self) -> Path:
        return self.root / str(self.life)

    @property
    def run_id(self) -> str:
        return f"run-{self.runs:03}"

    def begin_run(self) -> None:
        self.runs += 1
        begin(self.store, a_run(self.run_id))
        self.unfinished.append(self.run_id)
        left = remember(self.store, URL, ORG, JOB, DAY).open_changes
        self.reusable = {(change.id, change.body): change for change in left}
        self.journal = Journal(self.store, self.run_id, reusable=left)

    def saved(self) -> Path:
        """Copies the files as a killed process would leave them."""
        copy = self.root / str(self.life + 1)
        copy.mkdir()
        for name in (FILE_NAME, f"{FILE_NAME}-wal"):
            shutil.copy(self.folder / name, copy / name)
        return copy

    def go_on_from_the_copy(self) -> None:
        self.store.close()
        self.life += 1
        self.store = Store.open(self.folder)
        self.begin_run()

    @rule(row=st.integers(2, 4), value=st.sampled_from(VALUES))
    def intend(self, row: int, value: str) -> None:
        change = a_change(row, value)
        intent = self.journal.intend(change)
        earlier = self.reusable.pop((change.id, intent.body), None)
        if earlier:
            assert (intent.idempotency_key, intent.born) == (earlier.idempotency_key, earlier.born)
            self.open.discard((earlier.run_id, earlier.seq))
        else:
            assert intent.idempotency_key not in {known.idempotency_key for known in self.intents.values()}
        self.intents[self.run_id, intent.seq] = intent
        self.open.add((self.run_id, intent.seq))

    @precondition(lambda self: any(run_id == self.run_id for run_id, _ in self.open))
    @rule(data=st.data(), word=st.sampled_from(SENT))
    def settle(self, data: st.DataObject, word: Word) -> None:
        where = data.draw(st.sampled_from(sorted(where for where in self.open if where[0] == self.run_id)))
        outcome = an_outcome(int(self.row_of(where)), word)
        self.journal.settle(self.intents[where], outcome)
        self.open.discard(where)
        self.outcomes[where] = outcome

    @precondition(lambda self: self.reusable)
    @rule(data=st.data())
    def settle_one_of_a_dead_run(self, data: st.DataObject) -> None:
        change = self.reusable.pop(data.draw(st.sampled_from(sorted(self.reusable))))
        outcome = an_outcome(change.row, Word.NOT_ATTEMPTED)
        settle_open(self.store, change, outcome)
        self.open.discard((change.run_id, change.seq))
        self.outcomes[change.run_id, change.seq] = outcome
        self.journal = Journal(self.store, self.run_id, reusable=self.reusable.values())

    @rule()
    def close_the_oldest_run(self) -> None:
        if self.unfinished[0] != self.run_id:
            close_run(self.store, self.unfinished.pop(0), JOB, settled_by=self.run_id, settled_at=NOON)

    @rule()
    def end_the_run(self) -> None:
        finish(self.store, self.run_id, 0, NOON)
        self.unfinished.remove(self.run_id)
        self.begin_run()

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store.open(self.folder)
        self.begin_run()

    @rule()
    def crash(self) -> None:
        self.saved()
        self.go_on_from_the_copy()

    @rule(row=st.integers(2, 4))
    def crash_while_an_intent_is_committed(self, row: int) -> None:
        def save_at_commit(statement: str) -> None:
            if statement == "COMMIT":
                self.saved()

        with self.store.transaction() as connection:
            pass
        connection.set_trace_callback(save_at_commit)
        self.journal.intend(a_change(row, "America/Lima"))
        self.go_on_from_the_copy()

    @invariant()
    def what_is_durable_is_what_was_returned(self) -> None:
        with Store.open(self.folder) as reader:
            found = remember(reader, URL, ORG, JOB, DAY).open_changes
            settled = {
                (run_id, seq): outcome
                for run_id in {where[0] for where in self.intents}
                for seq, outcome in outcomes_of(reader, run_id).items()
            }
            assert unfinished_runs(reader, URL, ORG, JOB) == tuple(self.unfinished)
        assert {
            (change.run_id, change.seq): Intent(change.seq, change.body, change.idempotency_key, change.born)
            for change in found
        } == {
            where: replace(self.intents[where], resumed=False) for where in self.open
        }  # how it began is not remembered
        assert settled == self.outcomes

    def row_of(self, where: Where) -> int:
        (row,) = self.store.rows("SELECT row FROM intents WHERE run_id = ? AND seq = ?", where)
        return int(row["row"])

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.root)


States.TestCase.settings = settings(stateful_step_count=20)
TestStates = States.TestCase
