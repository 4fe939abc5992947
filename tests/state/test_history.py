"""Past runs: listed newest first, told by what the journal knows, and forgotten when nobody needs them any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from layersync.state.fates import fates_of
from layersync.state.history import forget, forgettable, past_runs
from layersync.state.journal import Journal, settle_open
from layersync.state.memory import close_run, remember
from layersync.state.reports import KeptReport, keep_report, kept_report
from layersync.state.runs import begin, finish, ids
from layersync.state.store import Store
from layersync.values.outcome import Word
from tests.state.samples import DAY, JOB, NOON, ORG, URL, a_change, a_run, an_outcome

KEPT = KeptReport(told="é", rows={JOB: b"rows"}, counts={"changed": 2}, held=False)


def a_past_run(
    store: Store,
    number: int,
    *,
    ended: bool = True,
    held: bool = False,
    jobs: tuple[str, ...] = (JOB,),
    dry: bool = False,
) -> str:
    run_id = f"run-{number}"
    at = NOON + timedelta(hours=number)
    begin(store, replace(a_run(run_id, jobs=jobs), started_at=at, dry_run=dry, folder=f"/reports/{run_id}"))
    keep_report(store, run_id, replace(KEPT, held=held))
    if ended:
        finish(store, run_id, 0, at)
    return run_id


def old(store: Store, writing: int = 1, dry: int = 1) -> set[str]:
    return {run.run_id for run in forgettable(store, URL, keep_writing=writing, keep_dry=dry)}


def test_runs_are_listed_newest_first_with_all_that_is_known(store: Store) -> None:
    a_past_run(store, 2, jobs=("b", "a"))
    done, died = past_runs(store, URL)
    assert (done.run.run_id, done.run.jobs, done.exit_code, done.counts) == ("run-2", ("a", "b"), 0, {"changed": 2})
    assert (done.run.folder, done.open_jobs) == ("/reports/run-2", ())
    assert (died.run.run_id, died.finished_at, died.open_jobs, died.counts) == ("run-1", None, (JOB,), {})
    assert past_runs(store, "https://other.example") == ()


def test_the_run_that_began_last_is_the_newest_though_the_clock_went_back(store: Store) -> None:
    begin(store, replace(a_run("run-2"), started_at=NOON - timedelta(days=1)))
    assert [past.run.run_id for past in past_runs(store, URL)] == ["run-2", "run-1"]
    assert ids(store) == ("run-2", "run-1")
    finish(store, "run-1", 0, NOON)
    close_run(store, "run-1", JOB, settled_by="run-2", settled_at=NOON)
    assert "run-2" not in old(store, writing=1)


def test_a_report_comes_back_as_it_was_kept_and_goes_with_its_run(store: Store) -> None:
    assert kept_report(store, "run-1") is None
    keep_report(store, "run-1", KEPT)
    assert kept_report(store, "run-1") == KEPT
    keep_report(store, "run-1", replace(KEPT, told="later", rows={}, held=True))
    assert kept_report(store, "run-1") == replace(KEPT, told="later", held=True)
    forget(store, "run-1")
    assert kept_report(store, "run-1") is None
    assert store.rows("SELECT * FROM report_rows") == []


@pytest.fixture
def settled(store: Store) -> Store:
    """`run-1`, which every store begins with, is over."""
    finish(store, "run-1", 0, NOON)
    return store


def test_runs_beyond_the_newest_of_their_kind_are_forgettable(settled: Store) -> None:
    for number in range(2, 5):
        a_past_run(settled, number)
    for number in range(5, 8):
        a_past_run(settled, number, dry=True)
    assert old(settled, writing=2, dry=1) == {"run-1", "run-2", "run-5", "run-6"}
    assert old(settled, writing=9, dry=9) == set()


def test_a_run_that_died_is_kept_until_its_last_job_is_settled(settled: Store) -> None:
    dead = a_past_run(settled, 2, ended=False, jobs=("a", "b"))
    a_past_run(settled, 3)
    for job in ("a", "b"):
        assert dead not in old(settled)
        close_run(settled, dead, job, settled_by="run-3", settled_at=NOON)
    assert old(settled) == {"run-1", dead}


def test_a_run_with_a_change_that_nobody_knows_the_end_of_is_kept(settled: Store) -> None:
    journal = Journal(settled, "run-1")
    journal.intend(a_change())
    a_past_run(settled, 2)
    assert old(settled) == set()
    (open_change,) = remember(settled, URL, ORG, JOB, DAY).open_changes
    settle_open(settled, open_change, an_outcome())
    assert old(settled) == {"run-1"}


def test_a_held_run_is_kept_until_a_later_run_of_all_its_jobs_has_ended(settled: Store) -> None:
    held = a_past_run(settled, 2, held=True, jobs=("a", "b"))
    a_past_run(settled, 3, jobs=("a",))
    a_past_run(settled, 4, jobs=("b",), dry=True)
    assert held not in old(settled)
    came_to_no_plan = a_past_run(settled, 5, jobs=("b",))
    keep_report(settled, came_to_no_plan, replace(KEPT, counts={}))
    assert held not in old(settled)
    a_past_run(settled, 6, jobs=("b",))
    assert held in old(settled)


def test_a_held_run_is_kept_while_later_runs_ended_before_they_were_planned(settled: Store) -> None:
    a_past_run(settled, 2, held=True)
    outage = a_past_run(settled, 3)
    keep_report(settled, outage, replace(KEPT, counts={"not_attempted": 9, "invalid": 1}))
    assert old(settled) == {"run-1"}
    a_past_run(settled, 4)
    assert old(settled) == {"run-1", "run-2", "run-3"}


def test_a_run_is_kept_while_its_undoing_has_not_ended(settled: Store) -> None:
    undo = a_past_run(settled, 2, ended=False)
    journal = Journal(settled, undo, undoes="run-1")
    journal.settle(journal.intend(a_change()), an_outcome())
    assert old(settled) == set()
    finish(settled, undo, 0, NOON)
    assert old(settled) == {"run-1"}


def test_runs_of_another_api_count_for_themselves(settled: Store) -> None:
    begin(settled, replace(a_run("run-9", url="https://other.example"), started_at=NOON + timedelta(days=9)))
    assert old(settled) == set()


def test_what_became_of_a_change_is_told_by_job_and_row(store: Store) -> None:
    journal = Journal(store, "run-1")
    journal.settle(journal.intend(a_change(2)), an_outcome(2))
    journal.settle(journal.intend(a_change(3)), an_outcome(3, Word.NOT_ATTEMPTED, "made anew"))
    journal.settle(journal.intend(a_change(3, "Asia/Tokyo")), an_outcome(3, Word.REFUSED))
    journal.intend(a_change(4))
    journal.intend(a_change(5))
    words = {row: outcome.word for row, outcome in fates_of(store, "run-1")[JOB].items()}
    assert words == {2: Word.CHANGED, 3: Word.REFUSED, 4: Word.UNKNOWN, 5: Word.UNKNOWN}

    a_past_run(store, 2, ended=False)
    again = Journal(store, "run-2", reusable=remember(store, URL, ORG, JOB, DAY).open_changes)
    again.settle(again.intend(a_change(4)), an_outcome(4))
    again.intend(a_change(5))
    told = fates_of(store, "run-1")[JOB]
    assert (told[4].word, told[4].message) == (Word.CHANGED, "sent again under the same key by run run-2")
    assert told[5].word is Word.UNKNOWN
