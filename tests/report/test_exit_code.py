"""The exit code: contract section 1, as a table."""

from dataclasses import replace
from itertools import combinations

import pytest

from layersync.errors import ApiRefuses, InputUnusable, Locked, PlanUnusable, StoppedEarly, SyncError, UsageError
from layersync.report.exit_code import ORDER, exit_code, job_exit_code, worse_of
from layersync.values.guards import Guard, Hold
from layersync.values.outcome import Word
from layersync.values.plan import PlanState
from layersync.values.report import JobReport
from tests.report.made import change, edit, job, line, plan, report

ZONE = edit("timezone", "America/New_York", "America/Chicago")
FAILURES: dict[int, SyncError] = {
    1: SyncError("a surprise"),
    4: InputUnusable("no header"),
    6: ApiRefuses("key"),
    7: Locked("pid 1"),
    8: StoppedEarly("outage"),
    9: PlanUnusable("damaged"),
    64: UsageError("no such job"),
}
WHOLE = Hold(guard=Guard.CHANGES, counted=9, limit=3, message="", override="")
ROWS = Hold(guard=Guard.ARCHIVE, counted=1, limit=0, message="", override="", rows=frozenset({2}))


def planned(state: PlanState) -> JobReport:
    return job(plan([line(2, state)]))


def ended(word: Word) -> JobReport:
    return job(plan(changes=[change(2, ZONE)]), {2: word})


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("state", "code"),
    [
        (PlanState.UNCHANGED, 0),
        (PlanState.SKIPPED, 0),
        (PlanState.INVALID, 3),
        (PlanState.NOT_FOUND, 3),
        (PlanState.CONFLICT, 3),
        (PlanState.HELD, 3),
    ],
)
def test_a_row_that_the_plan_settles(state: PlanState, code: int, dry_run: bool) -> None:
    assert exit_code(report(planned(state), dry_run=dry_run), detailed=True) == code


@pytest.mark.parametrize(
    ("word", "plain", "detailed"),
    [
        (Word.CHANGED, 0, 2),
        (Word.CONVERGED, 0, 0),
        (Word.UNCHANGED, 0, 0),
        (Word.SKIPPED, 0, 0),
        (Word.CONFLICT, 3, 3),
        (Word.REFUSED, 3, 3),
        (Word.FAILED, 3, 3),
        (Word.UNKNOWN, 3, 3),
        (Word.HELD, 3, 3),
        (Word.NOT_ATTEMPTED, 8, 8),
    ],
)
def test_a_change_that_was_come_to(word: Word, plain: int, detailed: int) -> None:
    made = report(ended(word), dry_run=False)
    assert (exit_code(made, detailed=False), exit_code(made, detailed=True)) == (plain, detailed)


def test_a_dry_run_with_changes_is_well_and_tells_of_them_only_when_asked() -> None:
    made = report(job(plan(changes=[change(2, ZONE)])))
    assert (exit_code(made, detailed=False), exit_code(made, detailed=True)) == (0, 2)


def test_an_empty_run_is_well() -> None:
    assert exit_code(report(job(plan())), detailed=True) == 0


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("hold", [WHOLE, ROWS])
@pytest.mark.parametrize("changes", [[change(2, ZONE)], []])
def test_a_guard_that_tripped(hold: Hold, changes: list[object], dry_run: bool) -> None:
    made = report(job(plan(changes=changes, holds=[hold])), dry_run=dry_run)  # type: ignore[arg-type]
    assert exit_code(made, detailed=True) == 5


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("code", FAILURES)
def test_a_failure_of_a_job_or_of_the_run_has_its_own_code(code: int, dry_run: bool) -> None:
    changes = plan(changes=[change(2, ZONE)])
    failure = FAILURES[code]
    assert exit_code(report(job(None, failure=failure), dry_run=dry_run), detailed=True) == code
    assert exit_code(report(job(changes, failure=failure), dry_run=dry_run), detailed=True) == code
    assert exit_code(report(job(changes), failure=failure, dry_run=dry_run), detailed=True) == code
    assert exit_code(report(failure=failure, dry_run=dry_run), detailed=True) == code


def test_what_a_failure_kept_from_being_sent_is_no_early_stop_of_its_own() -> None:
    refused = job(plan(changes=[change(2, ZONE)]), failure=FAILURES[7])
    assert exit_code(report(refused, dry_run=False), detailed=True) == 7


def test_rows_not_come_to_without_a_reason_are_an_early_stop() -> None:
    assert exit_code(report(job(plan(changes=[change(2, ZONE)])), dry_run=False), detailed=True) == 8


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_job_that_came_to_no_plan_without_a_reason_is_an_early_stop(dry_run: bool) -> None:
    assert exit_code(report(job(None), dry_run=dry_run), detailed=True) == 8


def test_a_row_that_went_wrong_outweighs_those_that_changed() -> None:
    made = job(plan(changes=[change(2, ZONE), change(3, ZONE)]), {2: Word.CHANGED, 3: Word.FAILED})
    assert exit_code(report(made, dry_run=False), detailed=True) == 3


JOBS = {
    2: ended(Word.CHANGED),
    3: planned(PlanState.INVALID),
    5: job(plan(holds=[WHOLE])),
    **{code: job(None, failure=failure) for code, failure in FAILURES.items()},
}


@pytest.mark.parametrize("codes", [codes for size in (1, 2, 3) for codes in combinations(sorted(JOBS), size)])
def test_of_several_codes_the_first_of_the_stated_order_wins(codes: tuple[int, ...]) -> None:
    made = report(*(JOBS[code] for code in codes), dry_run=False)
    stated = (6, 9, 7, 64, 4, 5, 8, 1, 3, 2)
    assert exit_code(made, detailed=True) == min(codes, key=stated.index)
    assert stated == ORDER


@pytest.mark.parametrize(("signal", "code"), [(1, 129), (2, 130), (15, 143)])
@pytest.mark.parametrize("other", [None, *JOBS])
def test_a_signal_wins_over_everything(signal: int, code: int, other: int | None) -> None:
    jobs = [JOBS[other]] if other else []
    made = report(*jobs, failure=FAILURES[6], signal=signal, dry_run=False)
    assert exit_code(made, detailed=False) == code


def test_each_job_has_the_code_that_it_would_have_had_alone() -> None:
    made = report(*JOBS.values(), dry_run=False)
    assert [job_exit_code(one, made, detailed=True) for one in made.jobs] == list(JOBS)


@pytest.mark.parametrize("code", [6, 8])
def test_a_job_that_the_end_of_the_run_cut_short_has_the_code_of_that_end(code: int) -> None:
    cut_short, unplanned = job(plan(changes=[change(2, ZONE)])), job(None)
    undecided = job(replace(plan([line(2, PlanState.INVALID)]), decided=False))
    made = report(ended(Word.CHANGED), cut_short, unplanned, undecided, failure=FAILURES[code], dry_run=False)
    assert [job_exit_code(one, made, detailed=True) for one in made.jobs] == [2, code, code, code]


@pytest.mark.parametrize(
    ("code", "other", "worse"), [(3, 1, 1), (6, 1, 6), (8, 1, 8), (0, 1, 1), (2, 1, 1), (143, 1, 143)]
)
def test_of_a_runs_code_and_that_of_its_printing_the_first_of_the_stated_order_wins(
    code: int, other: int, worse: int
) -> None:
    assert worse_of(code, other) == worse
