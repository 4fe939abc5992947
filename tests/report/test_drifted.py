"""What was changed elsewhere, in every format: who moved, from what to what, and what became of it."""

import csv
import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from layersync.report.drifted import drift_counts, drift_sentence
from layersync.report.exit_code import exit_code
from layersync.report.report_html import report_html
from layersync.report.results_csv import changes_csv, results_csv
from layersync.report.results_json import results_json, results_schema
from layersync.report.show import hidden
from layersync.report.summary_md import summary_md
from layersync.report.terminal import diff_text, problems_text, summary_text
from layersync.values.drift import Drift, OnDrift
from layersync.values.outcome import Word
from layersync.values.plan import PlanState
from layersync.values.report import Report
from tests.report.made import change, edit, job, line, plan, report
from tests.report.texts import values

WAS = 'live changed from "ours" to "theirs" since the last run'


def drift(row: int, rule: OnDrift, field: str = "tagline", **told: object) -> Drift:
    values = {"last_agreed": "ours", "live": "theirs", "desired": "mine", **told}
    return Drift(row=row, field=field, letter="B", rule=rule, **values)


def mixed(*, dry_run: bool) -> Report:
    """Row 2 is overwritten, row 3 kept, row 4 held, row 5 kept beside an edit."""
    held = "tagline: live changed from ours to theirs since the last run; the sheet says mine"
    made = plan(
        [
            line(3, PlanState.UNCHANGED),
            line(4, PlanState.HELD, cell="B4", message=held, what_to_do="decide"),
        ],
        [change(2, edit("tagline", "theirs", "mine", "a note")), change(5, edit("name", "Acme", "Acme Fit"))],
        drifts=[
            drift(2, OnDrift.OVERWRITE),
            drift(3, OnDrift.KEEP, "metadata.n", last_agreed=5, live=None, desired=6),
            drift(4, OnDrift.HOLD),
            drift(5, OnDrift.KEEP),
        ],
    )
    done = {} if dry_run else {2: Word.CHANGED, 5: Word.CHANGED}
    return report(job(made, done), dry_run=dry_run)


def text(lines: Iterable[object]) -> str:
    return "\n".join(str(line) for line in lines)


def squeezed(told: str) -> str:
    return " ".join(told.split())


def test_the_preview_says_at_each_cell_who_moved() -> None:
    told = squeezed(text(diff_text(mixed(dry_run=True))))
    assert f"- theirs + mine note: a note drift: {WAS}" in told
    assert "metadata.n: live changed from 5 to empty since the last run; the sheet says 6; live is kept" in told
    assert f'tagline: {WAS}; the sheet says "mine"; live is kept' in told
    assert told.count("since the last run") == 4, "each once; what is held says it in its message"


def test_a_run_tells_it_in_its_summary_and_lists_problems_only() -> None:
    told = squeezed(text(summary_text(mixed(dry_run=False))))
    assert "4 fields were changed elsewhere since the last run: 1 overwritten, 2 kept, 1 held" in told
    assert f'row 2 tagline: {WAS}; the sheet says "mine"' in told
    listed = squeezed(text(problems_text(mixed(dry_run=False))))
    assert "row 4 held" in listed
    assert "row 3" not in listed


def test_the_summary_names_a_few_and_counts_the_rest() -> None:
    drifts = [drift(row, OnDrift.KEEP) for row in range(2, 9)]
    made = plan([line(row, PlanState.UNCHANGED) for row in range(2, 9)], drifts=drifts)
    told = text(summary_text(report(job(made), dry_run=False), width=200))
    assert told.count("row ") == 5
    assert "2 more in the column drift of results.csv" in told
    assert "row 2 tagline" not in text(summary_text(report(job(made)), width=200)), "the preview shows them all above"


@pytest.mark.parametrize(
    ("dry_run", "said"),
    [
        (True, "4 fields were changed elsewhere since the last run: 1 to be overwritten, 2 kept, 1 held"),
        (False, "4 fields were changed elsewhere since the last run: 1 overwritten, 2 kept, 1 held"),
    ],
)
def test_what_became_of_them_is_counted(dry_run: bool, said: str) -> None:
    made = mixed(dry_run=dry_run)
    assert drift_counts(made.jobs[0], made) == said


def test_what_was_not_carried_out_is_not_said_to_be_overwritten() -> None:
    made = plan(changes=[change(2, edit("tagline", "theirs", "mine"))], drifts=[drift(2, OnDrift.OVERWRITE)])
    failed = report(job(made, {2: Word.CONFLICT}), dry_run=False)
    assert drift_counts(failed.jobs[0], failed) == "1 field was changed elsewhere since the last run"
    assert drift_counts(job(plan()), failed) == ""


def test_the_csv_files_hold_it_as_json_and_as_a_note() -> None:
    lines = list(csv.DictReader("".join(results_csv(mixed(dry_run=True))).splitlines()))
    assert [json.loads(one["drift"]) for one in lines][:2] == [
        [{"field": "tagline", "last_agreed": "ours", "live": "theirs"}],
        [{"field": "metadata.n", "last_agreed": 5, "live": None}],
    ]
    changes = list(csv.DictReader("".join(changes_csv(mixed(dry_run=True))).splitlines()))
    assert [one["note"] for one in changes] == [f"a note; {WAS}", ""]


def test_the_json_holds_exact_values_and_fits_its_schema() -> None:
    told = json.loads("".join(results_json(mixed(dry_run=True))))
    Draft202012Validator(results_schema()).validate(told)
    assert [row["drift"] for row in told["rows"]] == [
        [{"field": "tagline", "last_agreed": "ours", "live": "theirs"}],
        [{"field": "metadata.n", "last_agreed": 5, "live": None}],
        [{"field": "tagline", "last_agreed": "ours", "live": "theirs"}],
        [{"field": "tagline", "last_agreed": "ours", "live": "theirs"}],
    ]


def test_the_page_and_the_comment_say_it_too() -> None:
    made = mixed(dry_run=True)
    page = "".join(report_html(made)).replace("&quot;", '"')
    assert f"a note; {WAS}" in page
    assert "the sheet says 6; live is kept" in page
    comment = summary_md(made)
    assert f"! tagline: {WAS}" in comment
    assert "! metadata.n: live changed from 5 to empty" in comment


def test_drift_that_holds_is_a_problem_of_the_row_and_no_guard() -> None:
    assert exit_code(mixed(dry_run=True), detailed=False) == 3
    assert exit_code(mixed(dry_run=False), detailed=False) == 3


@given(values)
def test_whatever_the_values_are_the_sentence_is_short_and_holds_nothing_hidden(value: object) -> None:
    told = drift_sentence(drift(2, OnDrift.KEEP, last_agreed=value, live=value, desired=value))
    assert not any(map(hidden, told))
    assert len(told) < 400
