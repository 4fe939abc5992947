"""Head, summary, stat and the quiet form."""

from datetime import timedelta
from typing import Any

import pytest

from layersync.errors import ApiRefuses, InputUnusable, StoppedEarly
from layersync.report.terminal import head_text, quiet_text, stat_text, summary_text
from layersync.values.guards import Guard, Hold
from layersync.values.outcome import Word
from layersync.values.plan import PlanState, Price
from layersync.values.problem import Problem, Severity
from layersync.values.report import Report
from tests.report.made import RUN, change, edit, job, line, plan, report

NAME = edit("name", "Acme", "Acme Fit")
ZONE = edit("timezone", "America/New_York", "America/Chicago")
ARCHIVE = Hold(
    guard=Guard.ARCHIVE,
    counted=1,
    limit=0,
    message="1 record would go to archived; the limit is 0",
    override="--allow projects.archive=1",
    rows=frozenset({2}),
)
SHRINK = Hold(
    guard=Guard.SHRINK, counted=9, limit=2, message="9 rows fewer; the limit is 2", override="--allow projects.shrink=9"
)


def summary(made: Report, **options: Any) -> list[str]:
    return [text.plain for text in summary_text(made, **options)]


@pytest.mark.parametrize(
    ("run", "head"),
    [
        ({}, "SANDBOX · Acme Growth · http://127.0.0.1:8765 · dry run"),
        ({"dry_run": False}, "SANDBOX · Acme Growth · http://127.0.0.1:8765"),
        (
            {"label": "https://api.layers.com", "base_url": "https://api.layers.com"},
            "https://api.layers.com · Acme Growth · dry run",
        ),
        ({"organization_name": None, "organization_id": "org_1"}, "SANDBOX · org_1 · http://127.0.0.1:8765 · dry run"),
        ({"organization_name": "A\x1b]0;x"}, "SANDBOX · A\\u{1b}]0;x · http://127.0.0.1:8765 · dry run"),
    ],
)
def test_the_first_line_names_the_target(run: dict[str, Any], head: str) -> None:
    assert head_text(report(**run)).plain == head


def test_a_dry_run_ends_with_counts_price_and_the_next_step() -> None:
    lines = [line(row, PlanState.UNCHANGED) for row in range(10, 22)]
    lines += [line(30, PlanState.INVALID), line(31, PlanState.NOT_FOUND)]
    price = Price(writes=2, reads=1, seconds=18.2, writes_left_today=9994, carried_over=0, writes_per_minute=54)
    made = plan(lines, [change(2, NAME, ZONE), change(3, NAME)], price=price)
    assert summary(report(job(made)), report_path="reports/20261121T020003Z-7f3a") == [
        "Plan: 2 to change (3 fields), 12 unchanged, 1 invalid, 1 not found.",
        "    2 writes, 1 read: about 18 s at 54 writes/min (standard)",
        "    9,994 writes left today",
        "",
        "Nothing was sent (dry run). To apply: layersync sync, with the same jobs and flags",
        "Report: reports/20261121T020003Z-7f3a",
    ]


def test_a_plan_that_changes_nothing_has_no_price_and_no_next_step() -> None:
    price = Price(writes=0, seconds=0, writes_left_today=9000, carried_over=0)
    assert summary(report(job(plan([line(2, PlanState.UNCHANGED)], price=price)))) == [
        "Plan: 0 to change, 1 unchanged.",
        "",
        "Nothing was sent (dry run).",
    ]


def test_what_does_not_fit_into_today_is_said_before_the_first_write() -> None:
    price = Price(writes=10_120, seconds=7200, writes_left_today=10_000, carried_over=120)
    told = summary(report(job(plan(changes=[change(2, NAME)], price=price))))
    assert told[1:4] == [
        "    10,120 writes, 0 reads: about 2 h 00 min",
        "    10,000 writes left today",
        "    120 of 10,120 changes do not fit into today's writes: the next run carries on",
    ]


@pytest.mark.parametrize(
    ("hold", "held"),
    [
        (ARCHIVE, "! the guard archive holds 1 row: 1 record would go to archived; the limit is 0"),
        (SHRINK, "! the guard shrink holds the job: 9 rows fewer; the limit is 2"),
    ],
)
def test_a_guard_names_its_number_and_both_ways_to_approve(hold: Hold, held: str) -> None:
    told = summary(report(job(plan(changes=[change(2, NAME)], holds=[hold]))))
    assert told[1:4] == [
        held,
        f"    to allow it: {hold.override}",
        f"    to approve exactly this preview: layersync apply {RUN.run_id}",
    ]
    assert told[-1] == "Nothing was sent (dry run)."


def test_notices_are_told_with_their_column() -> None:
    notice = Problem(
        message='the column "Notes" is no field of projects; it is left out',
        what_to_do="name it in ignore_columns",
        severity=Severity.NOTICE,
        column="K",
        header="Notes",
    )
    assert summary(report(job(plan([line(2, PlanState.UNCHANGED)], notices=[notice]))))[1:3] == [
        '    notice: K: the column "Notes" is no field of projects; it is left out',
        "    → name it in ignore_columns",
    ]


def test_an_unusable_sheet_tells_every_problem() -> None:
    failure = InputUnusable("the sheet cannot be used: 250 problems", "correct them; nothing of this job was sent")
    problems = [Problem(message="row has 4 fields, the header has 6", row=row) for row in range(2, 252)]
    told = summary(report(job(None, failure=failure, problems=problems)))
    assert told[:3] == [
        "projects: the sheet cannot be used: 250 problems",
        "    → correct them; nothing of this job was sent",
        "    2: row has 4 fields, the header has 6",
    ]
    assert "    50 more in results.json" in told


def test_a_real_run_ends_with_its_outcomes_time_and_requests() -> None:
    made = job(
        plan([line(9, PlanState.UNCHANGED)], [change(2, NAME, ZONE), change(3, NAME), change(4, NAME)]),
        {2: Word.CHANGED, 3: Word.FAILED, 4: Word.CONVERGED},
    )
    assert summary(report(made, dry_run=False), report_path="reports/x") == [
        "Done: 1 changed (2 fields), 1 unchanged, 1 converged, 1 failed.",
        "",
        "18 s, 42 requests, 1 throttled, 2 retried",
        "Report: reports/x",
    ]


@pytest.mark.parametrize(
    ("ended", "first", "why"),
    [
        ({"signal": 15}, "Ended early: 0 changed, 0 unchanged, 1 not attempted.", None),
        (
            {"failure": StoppedEarly("the API is down", "run it again")},
            "Ended early: 0 changed, 0 unchanged, 1 not attempted.",
            ["Ended: the API is down", "    → run it again"],
        ),
    ],
)
def test_a_run_that_ended_early_says_so(ended: dict[str, Any], first: str, why: list[str] | None) -> None:
    told = summary(report(job(plan(changes=[change(2, NAME)])), dry_run=False, **ended))
    assert told[0] == first
    assert why is None or told[2:4] == why


def test_what_ended_both_job_and_run_is_said_once() -> None:
    refused = ApiRefuses("the key is refused", "make a new one")
    told = report(job(None, failure=refused), failure=refused)
    assert summary(told)[:3] == ["Ended: the key is refused", "    → make a new one", ""]
    assert quiet_text(told, "reports/x").count("the key is refused") == 1


def test_a_job_that_has_failed_is_not_recommended() -> None:
    failed = job(plan(changes=[change(2, NAME)]), failure=InputUnusable("1 row is invalid", "correct it"))
    assert summary(report(failed))[-1] == "Nothing was sent (dry run)."
    sendable = job(plan(changes=[change(2, NAME)]), name="other")
    assert (
        summary(report(failed, sendable))[-1]
        == "Nothing was sent (dry run). To apply: layersync sync, with the same jobs and flags"
    )


def test_several_jobs_are_told_by_name_and_one_that_ended_alone_says_why() -> None:
    refused = job(
        plan(changes=[change(2, NAME)], job="people"),
        failure=ApiRefuses("FORBIDDEN_SCOPE", "ask for the scope", whole_run=False),
        name="people",
    )
    told = summary(report(job(plan([line(2, PlanState.UNCHANGED)])), refused, dry_run=False))
    assert told[:5] == [
        "Done for projects: 0 changed, 1 unchanged.",
        "",
        "Done for people: 0 changed, 0 unchanged, 1 not attempted.",
        "people: FORBIDDEN_SCOPE",
        "    → ask for the scope",
    ]


def test_counts_fold_between_two_counts() -> None:
    words = [word for word in Word if word is not Word.WOULD_CHANGE]
    made = job(plan(changes=[change(row, NAME) for row, _ in enumerate(words, 2)]), dict(enumerate(words, 2)))
    told = summary(report(made, dry_run=False))
    assert told[:3] == [
        "Done: 1 changed (1 field), 1 unchanged, 1 converged, 1 invalid, 1 not found,",
        "    1 conflict, 1 refused, 1 failed, 1 held, 1 not attempted, 1 unknown,",
        "    1 skipped.",
    ]


def test_stat_counts_changes_by_field_the_most_changed_first() -> None:
    made = plan(changes=[change(2, NAME), change(3, ZONE, NAME), change(4, NAME)])
    told = stat_text(report(job(made), job(plan(job="people"), name="people"), job(None, name="broken")))
    assert [text.plain for text in told] == [
        "projects | name 3 | timezone 1",
        "people | no changes",
        "broken | no changes",
    ]


def test_the_quiet_form_has_ten_lines_at_most_and_ends_with_the_report() -> None:
    bad = [line(row, PlanState.INVALID, cell=f"F{row}", message="wrong\nvalue " * 40) for row in range(2, 40)]
    told = quiet_text(report(job(plan(bad, [change(50, NAME)], holds=[ARCHIVE]))), "reports/x").splitlines()
    assert len(told) == 10
    assert told[:4] == [
        "SANDBOX · Acme Growth · http://127.0.0.1:8765 · dry run",
        "Plan: 1 to change (1 field), 0 unchanged, 38 invalid.",
        "guard archive: 1 record would go to archived; the limit is 0 (--allow projects.archive=1)",
        told[3],
    ]
    assert told[3].startswith("projects row 2 (F2) invalid: wrong\\u{a}value")
    assert told[-1] == "Report: reports/x"
    assert max(map(len, told)) <= 160


def test_the_quiet_form_tells_why_a_run_or_a_job_ended() -> None:
    broken = job(None, failure=InputUnusable("no header", "add one"))
    told = quiet_text(report(broken, failure=ApiRefuses("the key is refused", "make a new one")), "reports/x")
    assert told.splitlines()[1:] == [
        "the key is refused → make a new one",
        "projects: no header → add one",
        "Report: reports/x",
    ]


def test_the_time_of_a_run_is_from_its_start_to_its_end() -> None:
    made = report(dry_run=False, finished_at=RUN.started_at + timedelta(minutes=3, seconds=5))
    assert summary(made)[0] == "3 min 05 s, 42 requests, 1 throttled, 2 retried"
