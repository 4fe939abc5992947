"""`results.csv` and `changes.csv`: readable in a spreadsheet, and nothing in them acts there."""

import csv
import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given

from layersync.report.results_csv import changes_csv, harmless, results_csv
from layersync.report.show import hidden
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import PlanState
from layersync.values.problem import Problem
from tests.report.made import ID, RUN, change, edit, job, line, plan, report
from tests.report.texts import EVERY_CHARACTER, texts, values

RESULTS_HEADER = (
    "run_id,job,source,tab,row,resource,key,id,name,outcome,cell,message,what_to_do,changed_fields,before,after,"
    "side_effects,drift,error_code,http_status,request_id,attempts,waited_s,finished_at\n"
)
CHANGES_HEADER = "run_id,job,row,key,id,name,field,before,after,note,outcome\n"
FORMULA = "=+-@＝＋－＠"


def records(pieces: Iterator[str]) -> list[dict[str, str]]:
    return list(csv.DictReader("".join(pieces).splitlines()))


def test_the_columns_are_those_of_the_contract_in_its_order() -> None:
    empty = report(job(plan()))
    assert "".join(results_csv(empty)) == RESULTS_HEADER
    assert "".join(changes_csv(empty)) == CHANGES_HEADER


def test_a_changed_row_is_told_in_full() -> None:
    changed = Outcome(
        job="projects",
        row=2,
        word=Word.CHANGED,
        http_status=200,
        request_id="req_1",
        attempts=2,
        waited_s=1.25,
        finished_at=RUN.finished_at,
    )
    edits = edit("timezone", "America/New_York", "America/Chicago"), edit("appName", "Acme", None)
    made = plan(changes=[change(2, *edits, side_effects=("takes effect on the next tick", "and more"))])
    (row,) = records(results_csv(report(job(made, [changed]), dry_run=False)))
    assert row == {
        "run_id": "20261121T020003Z-7f3a",
        "job": "projects",
        "source": "sample_data/projects.csv",
        "tab": "",
        "row": "2",
        "resource": "projects",
        "key": ID,
        "id": ID,
        "name": "Acme Coffee iOS",
        "outcome": "changed",
        "cell": "",
        "message": "",
        "what_to_do": "",
        "changed_fields": "timezone; appName",
        "before": '{"timezone": "America/New_York", "appName": "Acme"}',
        "after": '{"timezone": "America/Chicago", "appName": null}',
        "side_effects": "takes effect on the next tick; and more",
        "drift": "",
        "error_code": "",
        "http_status": "200",
        "request_id": "req_1",
        "attempts": "2",
        "waited_s": "1.25",
        "finished_at": "2026-11-21T02:00:21.500Z",
    }


def test_a_row_that_is_invalid_names_its_cell_and_the_way_out() -> None:
    told = line(6, PlanState.INVALID, cell="F6", message="no language tag", what_to_do="write en", id=None, name=None)
    (row,) = records(results_csv(report(job(plan([told])))))
    assert [row[name] for name in ("outcome", "cell", "message", "what_to_do", "id", "before", "after")] == [
        *("invalid", "F6", "no language tag", "write en"),
        *("", "", ""),
    ]


def test_changes_have_one_line_per_field() -> None:
    made = plan(
        changes=[
            change(2, edit("name", "Acme", "Acme Fit"), edit("metadata.vip", False, True, "a note"), name="Acme"),
            change(4, edit("appName", "Acme", None), edit("personality.traits", None, ["kind", "é"]), key="acme-4"),
        ]
    )
    rows = records(changes_csv(report(job(made))))
    assert [tuple(row.values())[2:] for row in rows] == [
        ("2", ID, ID, "Acme", "name", "Acme", "Acme Fit", "", "would_change"),
        ("2", ID, ID, "Acme", "metadata.vip", "false", "true", "a note", "would_change"),
        ("4", "acme-4", ID, "Acme Coffee iOS", "appName", "Acme", "", "cleared", "would_change"),
        ("4", "acme-4", ID, "Acme Coffee iOS", "personality.traits", "", '["kind", "é"]', "", "would_change"),
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Acme", "Acme"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1 555 0100", "'+1 555 0100"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("＠x", "'＠x"),
        ("\t=1+1", "'\\u{9}=1+1"),
        ("\r=1", "'\\u{d}=1"),
        ("\n=1", "'\\u{a}=1"),
        ("\0=1", "'\\u{0}=1"),
        ("  =1+1", "'  =1+1"),
        ("\u00a0=1+1", "'\u00a0=1+1"),
        ("-12.5", "-12.5"),
        ("+3", "+3"),
        ("-1,5", "-1,5"),
        ("-1+1", "'-1+1"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe_and_plain_numbers_do_not(text: str, written: str) -> None:
    assert harmless(text) == written


@given(texts)
def test_no_text_begins_a_formula_or_hides_a_character(text: str) -> None:
    written = harmless(text)
    assert written.lstrip()[:1] not in FORMULA or not written.strip() or re.fullmatch(r"[+-]\d+([.,]\d+)?", written)
    assert not any(map(hidden, written))


def test_every_character_goes_through_a_cell() -> None:
    assert not any(map(hidden, harmless("a" + EVERY_CHARACTER)))


@given(key=texts, name=texts, message=texts, before=values, after=values)
def test_whatever_the_cells_hold_there_is_one_line_per_row(
    key: str, name: str, message: str, before: object, after: object
) -> None:
    printable = {"key": key, "name": name}
    frame_safe = {told: text.encode(errors="replace").decode() for told, text in printable.items()}
    made = plan(
        [line(3, PlanState.INVALID, **frame_safe)],
        [change(2, edit("metadata", before, after), key="k", name="n")],
        problems=[Problem(message=message, row=3)],
    )
    told = report(job(made))
    results, changes = "".join(results_csv(told)), "".join(changes_csv(told))
    assert results.count("\n") == 3
    assert changes.count("\n") == 2
    results.encode()
    changes.encode()
    rows = records(iter([results]))
    assert len(rows) == 2
    assert json.loads(rows[0]["before"]) == {"metadata": before}
    assert json.loads(rows[0]["after"]) == {"metadata": after}
