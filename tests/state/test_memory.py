"""What a run remembers of its job: the baseline, today's writes, and the changes that dead runs left open."""

from dataclasses import replace
from datetime import timedelta

from layersync.state.journal import Journal, settle_open
from layersync.state.memory import close_run, remember, settled_values, stopped_midway, unfinished_runs
from layersync.state.runs import begin, set_last_rows
from layersync.state.store import Store
from layersync.state.writes import count_write
from layersync.values.memory import Memory, OpenChange
from layersync.values.outcome import Word
from tests.state.samples import DAY, JOB, NOON, ORG, URL, Time, a_change, a_run, an_outcome


def test_new_file_remembers_nothing(store: Store) -> None:
    assert remember(store, URL, ORG, JOB, DAY) == Memory(last_rows=None, writes_today=0, open_changes=())


def test_baseline_and_writes_are_remembered(store: Store) -> None:
    set_last_rows(store, URL, ORG, JOB, 31)
    count_write(store, URL, ORG, DAY)
    assert remember(store, URL, ORG, JOB, DAY) == Memory(last_rows=31, writes_today=1, open_changes=())


def test_open_change_is_remembered_as_it_was_meant(store: Store) -> None:
    time = Time()
    journal = Journal(store, "run-1", clocks=time.clocks(), new_key=lambda: "k1")
    journal.intend(a_change(12, "Europe/Köln", before=None))
    time.passes(60)
    assert remember(store, URL, ORG, JOB, DAY, time.clocks()).open_changes == (
        OpenChange(
            run_id="run-1",
            seq=1,
            job=JOB,
            row=12,
            resource="projects",
            key="key-12",
            id="id-12",
            name="Acme",
            body='{"timezone":"Europe/Köln"}'.encode(),
            base={"timezone": None},
            desired={"timezone": "Europe/Köln"},
            idempotency_key="k1",
            born=1_000_000.0,
            age_s=60.0,
        ),
    )


def test_age_is_unknown_when_the_clock_went_backwards(store: Store) -> None:
    time = Time()
    Journal(store, "run-1", clocks=time.clocks()).intend(a_change())
    time.wall -= 1
    (change,) = remember(store, URL, ORG, JOB, DAY, time.clocks()).open_changes
    assert change.age_s is None


def test_settled_changes_are_not_open(store: Store) -> None:
    journal = Journal(store, "run-1")
    journal.settle(journal.intend(a_change(2)), an_outcome(2))
    journal.intend(a_change(3))
    assert [change.row for change in remember(store, URL, ORG, JOB, DAY).open_changes] == [3]


def test_open_changes_belong_to_job_and_target_and_come_in_the_order_of_sending(store: Store) -> None:
    begin(store, a_run("run-2", jobs=(JOB, "influencers")))
    begin(store, a_run("run-3", org="org_2"))
    begin(store, a_run("run-4", url="https://other.example"))
    for run_id in ("run-4", "run-3", "run-2", "run-1"):
        journal = Journal(store, run_id)
        journal.intend(a_change(3))
        journal.intend(a_change(2))
    Journal(store, "run-2").intend(a_change(9, job="influencers"))
    remembered = remember(store, URL, ORG, JOB, DAY).open_changes
    assert [(change.run_id, change.seq, change.row) for change in remembered] == [
        ("run-1", 1, 3),
        ("run-1", 2, 2),
        ("run-2", 1, 3),
        ("run-2", 2, 2),
    ]
    assert [change.row for change in remember(store, URL, ORG, "influencers", DAY).open_changes] == [9]


def test_settling_an_open_change_closes_it_and_may_be_repeated(store: Store) -> None:
    Journal(store, "run-1").intend(a_change())
    (change,) = remember(store, URL, ORG, JOB, DAY).open_changes
    settle_open(store, change, an_outcome(word=Word.CONVERGED))
    settle_open(store, change, an_outcome(word=Word.NOT_ATTEMPTED))
    assert remember(store, URL, ORG, JOB, DAY).open_changes == ()
    assert [row["word"] for row in store.rows("SELECT word FROM outcomes")] == ["converged"]


def test_dead_run_is_closed_job_by_job(store: Store) -> None:
    begin(store, a_run("run-2", jobs=(JOB, "influencers")))
    close_run(store, "run-2", JOB, settled_by="run-3", settled_at=NOON)
    assert unfinished_runs(store, URL, ORG, JOB) == ("run-1",)
    assert unfinished_runs(store, URL, ORG, "influencers") == ("run-2",)


def test_runs_of_other_targets_and_jobs_are_not_ours_to_close(store: Store) -> None:
    begin(store, a_run("run-2", org="org_2"))
    begin(store, a_run("run-3", jobs=("influencers",)))
    begin(store, a_run("run-4", url="https://other.example"))
    assert unfinished_runs(store, URL, ORG, JOB) == ("run-1",)


def test_runs_and_their_open_changes_come_in_the_order_of_their_beginnings_whatever_the_clock_says(
    store: Store,
) -> None:
    begin(store, replace(a_run("run-0"), started_at=NOON - timedelta(hours=1)))
    for run_id in ("run-0", "run-1"):
        Journal(store, run_id).intend(a_change())
    assert unfinished_runs(store, URL, ORG, JOB) == ("run-1", "run-0")
    assert [change.run_id for change in remember(store, URL, ORG, JOB, DAY).open_changes] == ["run-1", "run-0"]


def test_of_dead_runs_the_newest_that_came_to_sending_is_named(store: Store) -> None:
    begin(store, a_run("run-2"))
    assert stopped_midway(store, (), JOB) is None
    assert stopped_midway(store, ("run-1", "run-2"), JOB) == "run-2"
    Journal(store, "run-1").intend(a_change())
    assert stopped_midway(store, ("run-1", "run-2"), JOB) == "run-1"
    assert stopped_midway(store, ("run-1", "run-2"), "other") == "run-2"
    Journal(store, "run-2").intend(a_change())
    assert stopped_midway(store, ("run-1", "run-2"), JOB) == "run-2"


def test_what_dead_runs_are_known_to_have_written_is_told_in_the_order_of_the_sending(store: Store) -> None:
    begin(store, a_run("run-2"))
    first, second = Journal(store, "run-1"), Journal(store, "run-2")
    first.settle(first.intend(a_change(2, "UTC")), an_outcome(2))
    first.settle(first.intend(a_change(3, "UTC")), an_outcome(3, Word.CONVERGED))
    for row, word in enumerate((Word.REFUSED, Word.FAILED, Word.CONFLICT, Word.NOT_ATTEMPTED), 4):
        first.settle(first.intend(a_change(row)), an_outcome(row, word))
    first.intend(a_change(9))
    first.settle(first.intend(a_change(2, "UTC", job="other")), an_outcome(2))
    second.settle(second.intend(a_change(2, None)), an_outcome(2))
    assert settled_values(store, ("run-1", "run-2"), JOB) == (
        ("id-2", {"timezone": "UTC"}),
        ("id-3", {"timezone": "UTC"}),
        ("id-2", {"timezone": None}),
    )
    assert settled_values(store, (), JOB) == ()
