"""A report that was kept is told in the same words as on the day itself."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.errors import ApiRefuses, InputUnusable, Locked, StoppedEarly, SyncError
from layersync.report.junit_xml import junit_xml
from layersync.report.kept import kept_rows, kept_text, report_of
from layersync.report.report_html import report_html
from layersync.report.results_csv import changes_csv, results_csv
from layersync.report.results_json import results_json
from layersync.report.summary_md import summary_md
from layersync.values.drift import Drift, OnDrift
from layersync.values.guards import Guard, Hold
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import Plan, PlanState, Price
from layersync.values.problem import Problem, Severity
from layersync.values.reads import Reads
from layersync.values.refusal import Refusal, Unsettled
from layersync.values.report import Report
from tests.plan.test_saved import plans
from tests.report.made import change, edit, job, line, plan, report

AT = datetime(2026, 11, 20, 2, 0, 3, 120_000, tzinfo=UTC)


def again(made: Report) -> Report:
    return report_of(kept_text(made), kept_rows(made))


def told(made: Report) -> list[str]:
    formats = (results_json, results_csv, changes_csv, report_html, junit_xml)
    return ["".join(write(made)) for write in formats] + [summary_md(made)]


def a_full_plan() -> Plan:
    held = Hold(guard=Guard.CLEARS, counted=11, limit=10, message="m", override="--allow x", rows=frozenset({3}))
    drift = Drift(row=2, field="tagline", letter="B", last_agreed=1, live=None, desired=["é"], rule=OnDrift.OVERWRITE)
    wrong = Problem(message="no", what_to_do="do", row=5, column="B", header="t", value="\t=1", severity=Severity.ERROR)
    made = plan(
        [line(5, PlanState.INVALID, message="no", what_to_do="do", cell="B5"), line(6, PlanState.UNCHANGED)],
        [
            change(2, edit("tagline", "a", "b", "note"), edit("metadata.k", None, {"x": [1, 1.0, True]})),
            change(3, edit("appName", "x", None), side_effects=("stops",), after=(2,), read_at=1.5),
            change(4, edit("name", "\ud800", "ok")),
        ],
        holds=[held],
        problems=[wrong],
        notices=[Problem(message="told once", severity=Severity.NOTICE)],
        price=Price(writes=3, seconds=1.5, writes_left_today=9, carried_over=0, writes_per_minute=54.0),
        reads=Reads(pages=1, records=2, remembered_since=12.5, told="why"),
        drifts=[drift],
    )
    return replace(made, quarantined={3: Refusal(mark="m", since=AT, error_code="E", message="no")})


def a_full_report() -> Report:
    outcomes = [
        Outcome(
            job="projects",
            row=2,
            word=Word.CHANGED,
            message="m",
            what_to_do="w",
            patch={"tagline": "b"},
            error_code="E",
            http_status=200,
            request_id="req",
            attempts=2,
            waited_s=0.25,
            idempotency_key="k",
            finished_at=AT,
        ),
        Outcome(job="projects", row=4, word=Word.UNKNOWN),
    ]
    one = job(a_full_plan(), outcomes)
    one = replace(one, unsettled=Unsettled(problems={"mark": AT}, waiting={"key": AT}))
    other = job(None, failure=InputUnusable("unreadable", "look"), problems=[Problem(message="p")], name="other")
    return report(one, other, dry_run=False, resumed_from="r0", rebuilt_by="r2", signal=15)


def test_a_full_report_is_told_again_word_for_word() -> None:
    made = a_full_report()
    assert told(again(made)) == told(made)
    assert kept_text(again(made)) == kept_text(made)


@pytest.mark.parametrize("kind", [SyncError, InputUnusable, ApiRefuses, Locked, StoppedEarly])
def test_the_reason_why_a_run_ended_keeps_its_kind_and_so_its_exit_code(kind: type[SyncError]) -> None:
    found = again(report(job(plan()), failure=kind("why", "what"))).failure
    assert found is not None
    assert (type(found), found.message, found.what_to_do) == (kind, "why", "what")


@given(plans(), st.sampled_from(Word), st.booleans())
def test_whatever_stands_in_a_plan_is_told_again(made: Plan, word: Word, dry_run: bool) -> None:
    outcomes = {} if dry_run else {one.row: word for one in made.changes}
    before = report(job(made, outcomes, name=made.job), dry_run=dry_run)
    assert told(again(before)) == told(before)


def test_a_report_of_an_earlier_version_lacks_what_came_later() -> None:
    text = kept_text(a_full_report()).replace('"rebuilt_by": "r2", ', "").replace('"unsettled"', '"unheard_of"')
    found = report_of(text, kept_rows(a_full_report()))
    assert found.run.rebuilt_by is None
    assert found.jobs[0].unsettled == Unsettled()


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"jobs": [], "failure": null}'])
def test_what_is_no_kept_report_is_an_error_that_can_be_told(damage: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        report_of(damage, {})
