"""kill -9 between any two lines of the journal loses nothing that was returned and keeps nothing that was not."""

import signal
from pathlib import Path

from layersync.state.journal import outcomes_of
from layersync.state.memory import remember, unfinished_runs
from layersync.state.store import Store
from layersync.values.outcome import Word
from tests.state.child import Start
from tests.state.samples import DAY, JOB, ORG, URL


def test_process_killed_after_an_intent_leaves_it_open_and_readable(tmp_path: Path, start: Start) -> None:
    child = start("intends", tmp_path)
    assert child.stdout is not None
    seq, key, body = child.stdout.readline().rstrip("\n").split(" ", 2)
    child.kill()
    child.wait()
    with Store.open(tmp_path) as store:
        memory = remember(store, URL, ORG, JOB, DAY)
        assert unfinished_runs(store, URL, ORG, JOB) == ("run-1",)
        assert [outcome.word for outcome in outcomes_of(store, "run-1").values()] == [Word.CHANGED]
        assert store.rows("PRAGMA integrity_check")[0][0] == "ok"
    (change,) = memory.open_changes
    assert (str(change.seq), change.idempotency_key, change.body.decode(), change.row) == (seq, key, body, 3)
    assert change.age_s is not None
    assert memory.writes_today == 1


def test_process_killed_at_the_commit_of_an_intent_never_meant_it(tmp_path: Path, start: Start) -> None:
    child = start("dies_before_the_commit", tmp_path)
    said, _ = child.communicate()
    assert (said, child.returncode) == ("committing\n", -signal.SIGKILL)
    with Store.open(tmp_path) as store:
        assert unfinished_runs(store, URL, ORG, JOB) == ("run-1",)
        assert remember(store, URL, ORG, JOB, DAY).open_changes == ()
        assert store.rows("SELECT * FROM intents") == []
