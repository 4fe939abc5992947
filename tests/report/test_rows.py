"""One value per row of the sheet."""

import pytest

from layersync.errors import ApiRefuses, InputUnusable, StoppedEarly
from layersync.report.rows import Row, all_rows, notable_rows
from layersync.values.guards import Guard, Hold
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import PlanState
from layersync.values.problem import Problem, Severity
from layersync.values.report import Report
from tests.report.made import ID, RUN, change, edit, job, line, plan, report

ZONE = edit("timezone", "America/New_York", "America/Chicago")
ARCHIVE = Hold(
    guard=Guard.ARCHIVE, counted=1, limit=0, message="1 to archive", override="--allow x=1", rows=frozenset({3})
)
SHRINK = Hold(guard=Guard.SHRINK, counted=9, limit=2, message="9 rows fewer", override="--allow projects.shrink=9")


def only(made: Report) -> Row:
    (row,) = all_rows(made)
    return row


@pytest.mark.parametrize("state", [state for state in PlanState if state is not PlanState.CHANGE])
def test_a_row_that_the_plan_settles_goes_as_the_plan_says(state: PlanState) -> None:
    told = line(7, state, cell="F7", message="what is wrong", what_to_do="what to do")
    row = only(report(job(plan([told])), dry_run=False))
    assert (row.row, row.outcome, row.cell, row.message, row.what_to_do) == (
        7,
        Word(state.value),
        "F7",
        "what is wrong",
        "what to do",
    )
    assert (row.before, row.after, row.changed_fields, row.edits) == (None, None, (), ())


def test_a_row_to_change_would_change_in_a_dry_run() -> None:
    row = only(report(job(plan(changes=[change(3, ZONE, side_effects=("next tick",))]))))
    assert row.outcome is Word.WOULD_CHANGE
    assert row.message == row.what_to_do == ""
    assert (row.before, row.after) == ({"timezone": "America/New_York"}, {"timezone": "America/Chicago"})
    assert row.changed_fields == ("timezone",)
    assert row.side_effects == ("next tick",)
    assert (row.key, row.id, row.name, row.source, row.tab) == (
        ID,
        ID,
        "Acme Coffee iOS",
        "sample_data/projects.csv",
        None,
    )


@pytest.mark.parametrize(("dry_run", "word"), [(True, Word.WOULD_CHANGE), (False, Word.HELD)])
@pytest.mark.parametrize("hold", [ARCHIVE, SHRINK])
def test_a_held_row_names_the_guard_and_both_ways_to_approve(hold: Hold, dry_run: bool, word: Word) -> None:
    row = only(report(job(plan(changes=[change(3, ZONE)], holds=[hold])), dry_run=dry_run))
    assert row.outcome is word
    assert str(hold.guard) in row.message
    assert hold.message in row.message
    assert hold.override in row.what_to_do
    assert f"layersync apply {RUN.run_id}" in row.what_to_do
    assert row.held_by == (hold.guard,)


def test_a_guard_that_holds_other_rows_does_not_hold_this_one() -> None:
    row = only(report(job(plan(changes=[change(4, ZONE)], holds=[ARCHIVE]))))
    assert row.message == ""
    assert row.held_by == ()


@pytest.mark.parametrize(
    ("made", "message", "what_to_do"),
    [
        ({"failure": StoppedEarly("the API is down", "run it again")}, "the API is down", "run it again"),
        ({"signal": 15}, "the run was ended by SIGTERM", "run it again: the next run carries on"),
        ({"signal": 1}, "the run was ended by SIGHUP", "run it again: the next run carries on"),
        ({}, "the run ended before this row was sent", "run it again: the next run carries on"),
    ],
)
def test_a_row_that_was_not_come_to_says_why(made: dict[str, object], message: str, what_to_do: str) -> None:
    failure = made.pop("failure", None)
    row = only(report(job(plan(changes=[change(3, ZONE)])), failure=failure, dry_run=False, **made))  # type: ignore[arg-type]
    assert (row.outcome, row.message, row.what_to_do) == (Word.NOT_ATTEMPTED, message, what_to_do)


def test_the_reason_of_the_job_goes_before_that_of_the_run() -> None:
    made = job(plan(changes=[change(3, ZONE)]), failure=ApiRefuses("scope", whole_run=False))
    assert only(report(made, failure=StoppedEarly("outage"), dry_run=False)).message == "scope"


def test_a_row_that_was_sent_goes_as_its_outcome_says() -> None:
    sent = Outcome(
        job="projects",
        row=3,
        word=Word.REFUSED,
        message="refused: timezone is invalid",
        what_to_do="correct it",
        patch={"timezone": "Mars"},
        error_code="VALIDATION",
        http_status=422,
        request_id="req_1",
        attempts=2,
        waited_s=1.5,
        idempotency_key="k-1",
        finished_at=RUN.finished_at,
    )
    row = only(report(job(plan(changes=[change(3, ZONE)]), [sent]), dry_run=False))
    assert (row.outcome, row.message, row.what_to_do) == (
        Word.REFUSED,
        "refused: timezone is invalid",
        "correct it",
    )
    assert row.after == {"timezone": "Mars"}
    assert (row.error_code, row.http_status, row.request_id) == ("VALIDATION", 422, "req_1")
    assert (row.attempts, row.waited_s, row.idempotency_key) == (2, 1.5, "k-1")
    assert row.finished_at == RUN.finished_at


def test_a_row_with_several_problems_tells_each_once_with_its_cell() -> None:
    problems = [
        Problem(message="no such zone", what_to_do="write Europe/Paris", row=5, column="C", header="timezone"),
        Problem(message="too long", what_to_do="shorten it", row=5, column="D", header="name"),
    ]
    told = line(5, PlanState.INVALID, cell="C5", message="no such zone", what_to_do="write Europe/Paris")
    row = only(report(job(plan([told], problems=problems))))
    assert row.cell == "C5"
    assert row.message == "C5: no such zone; D5: too long"
    assert row.what_to_do == "write Europe/Paris; shorten it"
    assert row.problems == tuple(problems)


def test_a_warning_stands_at_a_row_that_changes() -> None:
    warning = Problem(message="longer than usual", severity=Severity.WARNING, row=3, column="D")
    row = only(report(job(plan(changes=[change(3, ZONE)], problems=[warning]))))
    assert (row.outcome, row.cell, row.message) == (Word.WOULD_CHANGE, "D3", "longer than usual")


def test_rows_come_job_by_job_in_the_order_of_the_sheet() -> None:
    one = job(plan([line(9, PlanState.UNCHANGED), line(2, PlanState.SKIPPED)], [change(4, ZONE)]))
    two = job(plan([line(2, PlanState.UNCHANGED)], job="others"), name="others")
    unusable = job(None, failure=InputUnusable("no header"), name="broken")
    found = [(row.job, row.row) for row in all_rows(report(one, unusable, two))]
    assert found == [("projects", 2), ("projects", 4), ("projects", 9), ("others", 2)]


def test_notable_rows_leave_out_only_what_was_left_alone_without_a_word() -> None:
    warning = Problem(message="longer than usual", severity=Severity.WARNING, row=3)
    lines = [
        line(2, PlanState.UNCHANGED),
        line(3, PlanState.UNCHANGED),
        line(4, PlanState.SKIPPED),
        line(5, PlanState.NOT_FOUND),
        line(6, PlanState.UNCHANGED),
    ]
    made = job(plan(lines, [change(7, ZONE)], problems=[warning]), {6: Word.CONVERGED})
    told = report(made, dry_run=False)
    assert [row.row for row in notable_rows(made, told)] == [3, 5, 6, 7]
    assert list(notable_rows(job(None), told)) == []
