"""`results.xlsx`: three sheets that a person can filter, in which nothing acts and no id is damaged."""

import io
import re
import zipfile
from typing import Any

import fastexcel
import pytest
from hypothesis import given

from layersync.errors import InputUnusable
from layersync.report import results_xlsx as module
from layersync.report.results_xlsx import results_xlsx
from layersync.report.xlsx_book import LONGEST
from layersync.values.guards import Guard, Hold
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import PlanState
from layersync.values.problem import Problem
from layersync.values.report import Report
from tests.report.made import ID, change, edit, job, line, plan, report
from tests.report.texts import texts

Lines = list[list[Any]]


def sheets(made: Report) -> dict[str, Lines]:
    book = fastexcel.read_excel(results_xlsx(made, detailed=False))
    return {name: lines(book, name) for name in book.sheet_names}


def lines(book: fastexcel.ExcelReader, name: str) -> Lines:
    frame = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
    return [list(row) for row in frame.fill_null("").rows()]


def records(made: Report, name: str) -> list[dict[str, str]]:
    header, *rest = sheets(made)[name]
    return [dict(zip(header, row, strict=True)) for row in rest]


def parts(made: Report) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(results_xlsx(made, detailed=False))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def everything() -> Report:
    """Two rows that change, one of them held, one invalid, one left alone."""
    changes = [
        change(2, edit("timezone", "Europe/Rome", "Europe/Berlin"), edit("tagline", "old", None), side_effects=("x",)),
        change(3, edit("status", "active", "archived")),
    ]
    bad = Problem(message="wrong", what_to_do="do right", row=4, column="C", header="brandVoice", value="Warm")
    held = Hold(
        guard=Guard.ARCHIVE,
        counted=1,
        limit=0,
        message="1 to archive",
        override="--allow projects.archive=1",
        rows=frozenset({3}),
    )
    made = plan(
        lines=[line(4, PlanState.INVALID), line(5, PlanState.UNCHANGED)],
        changes=changes,
        problems=[bad],
        holds=[held],
    )
    outcomes = [Outcome(job="projects", row=2, word=Word.CHANGED, http_status=200, request_id="req_1")]
    return report(job(made, outcomes), dry_run=False)


def test_there_are_three_sheets_in_the_order_in_which_they_are_read() -> None:
    assert list(sheets(everything())) == ["Summary", "Rows", "Changes"]


def test_rows_are_those_that_a_person_is_told_about_each_with_its_place_and_the_way_out() -> None:
    rows = records(everything(), "Rows")
    assert [(row["Row"], row["Outcome"]) for row in rows] == [("2", "changed"), ("3", "held"), ("4", "invalid")]
    assert (rows[2]["Cell"], rows[2]["Message"], rows[2]["What to do"]) == ("C4", "wrong", "do right")
    assert rows[0]["Key"] == rows[0]["Id"] == ID
    assert (rows[0]["HTTP"], rows[0]["Request"]) == ("200", "req_1")


def test_changes_are_one_line_a_field_with_both_values() -> None:
    changes = records(everything(), "Changes")
    told = [(one["Field"], one["Before"], one["After"], one["Note"], one["Outcome"]) for one in changes]
    assert told == [
        ("timezone", "Europe/Rome", "Europe/Berlin", "", "changed"),
        ("tagline", "old", "", "cleared", "changed"),
        ("status", "active", "archived", "", "held"),
    ]


def test_the_summary_names_run_target_counts_and_guards() -> None:
    told = [" ".join(filter(None, line)) for line in sheets(everything())["Summary"]]
    text = "\n".join(told)
    assert told[0].startswith("layersync SANDBOX · Acme Growth")
    assert "Run 20261121T020003Z-7f3a" in told
    assert "Exit code 5" in told
    assert "Job Sheet unchanged changed invalid held" in told
    assert "projects sample_data/projects.csv 1 1 1 1" in told
    assert "--allow projects.archive=1" in text


def test_a_sheet_that_could_not_be_used_is_told_with_its_problems() -> None:
    failure = InputUnusable("bad.csv:B1: wrong", "correct it")
    refused = job(None, failure=failure, problems=(Problem(message="wrong", column="B", row=1, tab="Our tab"),))
    text = str(sheets(report(refused))["Summary"])
    assert "bad.csv:B1: wrong → correct it" in text
    assert "'Our tab'!B1: wrong" in text


def test_a_header_stays_in_sight_and_filters_and_outcomes_have_colours() -> None:
    made = parts(everything())
    for sheet, columns in ((2, "P4"), (3, "I4")):
        xml = made[f"xl/worksheets/sheet{sheet}.xml"]
        assert 'state="frozen"' in xml
        assert f'<autoFilter ref="A1:{columns}"/>' in xml
    assert "FF2E7D4F" in made["xl/styles.xml"]


def test_nothing_in_it_acts_or_leads_out() -> None:
    url = "https://evil.example/x"
    hostile = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", url, "mailto:a@b.example", "internal:Rows!A1"]
    rows = [change(at, edit("tagline", text, text[::-1]), name=text, key=text) for at, text in enumerate(hostile, 2)]
    made = report(job(plan(changes=rows)))
    told = parts(made)
    assert not any("<f>" in xml or "<f " in xml or "hyperlink" in xml for xml in told.values())
    outside = [xml for name, xml in told.items() if name.endswith(".rels") and 'TargetMode="External"' in xml]
    assert outside == []
    befores = [one["Before"] for one in records(made, "Changes")]
    assert befores[0] == "'=1+1"
    assert befores[4] == url


def test_numbers_that_are_names_stay_text() -> None:
    made = report(job(plan(changes=[change(2, edit("tagline", "00123", "1E5"), key="0012345678901234567")])))
    (one,) = records(made, "Changes")
    assert (one["Key"], one["Before"], one["After"]) == ("0012345678901234567", "00123", "1E5")


@pytest.mark.parametrize("length", [LONGEST, LONGEST + 1, 100_000])
def test_a_text_longer_than_a_cell_is_cut_and_not_left_out(length: int) -> None:
    (one,) = records(report(job(plan(changes=[change(2, edit("tagline", "", "x" * length))]))), "Changes")
    assert len(one["After"]) == LONGEST
    assert one["After"].endswith("…") is (length > LONGEST)


@given(texts)
def test_any_text_makes_a_workbook_that_can_be_read(text: str) -> None:
    made = report(job(plan(changes=[change(2, edit("tagline", text, text))])))
    assert len(records(made, "Changes")) == 1
    assert not re.search("[\x00-\x08\ufffe\uffff]", "".join(parts(made).values()))


def test_what_does_not_fit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINES", 1)
    told = sheets(everything())
    assert [len(told[name]) for name in ("Rows", "Changes")] == [2, 2]
    text = str(told["Summary"])
    assert "2 more rows are left out here" in text
    assert "2 more changes are left out here" in text


def test_the_same_report_gives_the_same_bytes() -> None:
    assert results_xlsx(everything(), detailed=False) == results_xlsx(everything(), detailed=False)
