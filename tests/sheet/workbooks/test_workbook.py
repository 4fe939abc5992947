"""A workbook is read like any sheet, or refused with file, tab and cell; the parser runs elsewhere and may die."""

from pathlib import Path

import pytest
import xlsxwriter

from layersync.sheet.reading import read_sheet
from layersync.values.problem import Severity
from tests.sheet.build import PLANETS, an_id, errors, messages, read, refused, rules, states, values
from tests.sheet.workbooks.make import (
    MOMENT,
    number,
    row,
    sheet_xml,
    text,
    texts,
    xlsx,
    xlsx_parts,
    zipped,
)

MADE = Path(__file__).parent / "made"
HEADER = texts(1, "planetId", "title", "code")


def by_xlsxwriter(path: Path) -> Path:
    book = xlsxwriter.Workbook(path)
    tab = book.add_worksheet("planets")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    header = ["planetId", "title", "story", "code", "notes.day", "notes.count", "notes.share", "notes.sum"]
    lines = [
        (1, an_id(1), "Mars", 'Rød "planet", 火星 🚀', "00123", 46024, 7, 0.1, 8),
        (2, an_id(2), " Café ", "line one\nline two", "0042", 45351, 8, 0.3, 9),
        (4, an_id(3), "Ceres", "", "1e5", 61, -12.5, 1_000_000, -11.5),
    ]
    tab.write_row(0, 0, header)
    for at, *words, date, count, share, total in lines:
        for column, word in enumerate(words):
            tab.write_string(at, column, word)
        tab.write_number(at, 4, date, day)
        tab.write_number(at, 5, count)
        tab.write_number(at, 6, share)
        tab.write_formula(at, 7, f"=F{at + 1}+1", None, total)
    book.close()
    return path


def test_the_same_sheet_reads_the_same_from_every_format_and_program(tmp_path: Path) -> None:
    files = [MADE / "planets.csv", MADE / "planets.xlsx", MADE / "planets.ods", by_xlsxwriter(tmp_path / "w.xlsx")]
    first, *others = [read_sheet(rules(file), PLANETS) for file in files]
    assert first.grid.cells.height == 3
    for other in others:
        assert other.grid.header == first.grid.header
        assert other.grid.cells.equals(first.grid.cells)
        assert other.grid.positions["row"].to_list() == first.grid.positions["row"].to_list() == [2, 3, 5]
        assert other.rows.drop("_line").equals(first.rows.drop("_line"))
        assert other.grid.blank_rows == first.grid.blank_rows == 1
        assert other.grid.tab in {"planets", "Sheet1"}


def test_damaged_cells_make_their_rows_invalid_where_the_column_matters() -> None:
    raw = xlsx(
        texts(1, "planetId", "title", "code", "_aside")
        + row(2, text("A2", an_id(1)), '<c r="B2" t="e"><v>#REF!</v></c>', text("C2", "a"))
        + row(3, text("A3", an_id(2)), '<c r="B3"><f>D3</f><v></v></c>', text("C3", "b"))
        + row(4, text("A4", an_id(3)), text("B4", "Mars"), number("C4", 12345678901234567))
        + row(5, text("A5", an_id(4)), number("B5", 1.5, MOMENT), text("C5", "d"))
        + row(6, text("A6", an_id(5)), text("B6", "two\nlines"), text("C6", "e"))
        + row(7, number("A7", "12345678901234567890123456"), text("B7", "Mars"), text("C7", "f"))
        + row(8, text("A8", an_id(7)), text("B8", "Mars"), text("C8", "g"), '<c r="D8" t="e"><v>#N/A</v></c>')
        + row(9, text("A9", an_id(8)), text("B9", "Mars"), text("C9", "h"), '<c r="D9"><f>A1</f></c>')
    )
    desired = read(raw)
    assert [(problem.cell, problem.tab, problem.message) for problem in errors(desired)] == [
        ("B2", "Planets", "the cell holds an error value of the spreadsheet"),
        ("B3", "Planets", "the cell holds a formula without a value"),
        ("C4", "Planets", "the number has more digits than a spreadsheet keeps: the last ones are lost"),
        ("B5", "Planets", "the cell holds a date before 1900-03-01 or after 9999, or a duration"),
        ("B6", "Planets", "the cell holds a line break"),
        ("A7", "Planets", "the id was damaged by the spreadsheet: the cell holds a number"),
    ]
    assert states(desired) == ["invalid"] * 6 + ["ok", "ok"]


def test_an_uncalculated_key_is_told_once_and_in_its_own_words() -> None:
    raw = xlsx(HEADER + row(2, '<c r="A2"><f>D2</f></c>', text("B2", "Mars")))
    (problem,) = errors(read(raw))
    assert (problem.cell, problem.message) == ("A2", "the cell holds a formula without a value")


def test_merged_cells_and_damaged_headers_make_the_sheet_unusable() -> None:
    merged = '<mergeCells><mergeCell ref="B2:B3"/><mergeCell ref="A1:C1"/></mergeCells>'
    raw = xlsx(texts(2, "planetId", "title") + row(3, text("A3", an_id(1)), text("B3", "Mars")), after=merged)
    refusal = refused(raw, header_row=2)
    assert messages(refusal) == ["B2: the cells B2:B3 are merged"]
    assert ":Planets!B2: the cells B2:B3 are merged" in refusal.message
    raw = xlsx(row(1, text("A1", "planetId"), '<c r="B1" t="e"><v>#N/A</v></c>') + texts(2, an_id(1), "Mars"))
    assert messages(refused(raw))[0].startswith("B1: the header is damaged")


def test_rows_and_columns_have_the_numbers_and_letters_of_the_spreadsheet() -> None:
    raw = xlsx(
        row(1, text("C1", "A title over the sheet"))
        + row(4, text("C4", "planetId"), text("D4", "title"))
        + row(7, text("C7", an_id(1)), text("D7", "Mars"))
        + row(9, text("C9", "1.5E+10"), text("D9", "Venus"))
    )
    desired = read(raw, header_row=4)
    assert desired.grid.positions["row"].to_list() == [7, 9]
    assert desired.grid.blank_rows == 3
    assert "3 blank rows were skipped" in [notice.message for notice in desired.notices]
    assert [problem.cell for problem in errors(desired)] == ["C9"]
    assert values(desired, "title") == ["Mars", "Venus"]
    assert "columns without header and data were left out: A, B" in [notice.message for notice in desired.notices]


def test_what_is_hidden_is_read_and_told() -> None:
    raw = xlsx(
        HEADER
        + row(2, text("A2", an_id(1)), text("B2", "Mars"), text("C2", "a"), more=' hidden="1"')
        + texts(3, an_id(2), "Venus", "b")
        + row(4, more=' hidden="1"'),
        before='<cols><col min="2" max="2" hidden="1"/><col min="4" max="16384" hidden="true"/></cols>',
    )
    desired = read(raw)
    assert values(desired, "title") == ["Mars", "Venus"]
    told = [notice.message for notice in desired.notices]
    assert "1 hidden row was read like any other" in told
    assert "hidden columns were read like any other: B" in told


def test_a_file_that_does_not_trust_its_own_formulas_is_warned_of() -> None:
    sheet = HEADER + row(2, text("A2", an_id(1)), '<c r="B2" t="str"><f>C2</f><v>Mars</v></c>', text("C2", "a"))
    desired = read(xlsx(sheet, settings='<calcPr fullCalcOnLoad="1"/>'))
    (warning,) = [notice for notice in desired.notices if notice.severity is Severity.WARNING]
    assert "its 1 formulas" in warning.message
    assert values(desired, "title") == ["Mars"]


def test_of_several_tabs_one_must_be_named_and_a_hidden_one_may_be() -> None:
    part = sheet_xml(texts(1, "planetId", "title") + texts(2, an_id(1), "Mars"))
    raw = zipped(xlsx_parts({"Planets": part, "Moons": part, "Old": part}, {"Old": "hidden"}))
    refusal = refused(raw)
    assert 'has 2 tabs: "Planets", "Moons"' in refusal.message
    near = refused(raw, tab="planets ")
    assert ("has no tab" in near.message, near.what_to_do) == (True, "did you mean Planets?")
    hidden = read(raw, tab="Old")
    assert (hidden.grid.tab, hidden.notices[0].message) == ("Old", 'read from the hidden tab "Old"')


def test_a_workbook_without_rows_and_one_with_too_many_say_so() -> None:
    assert "has 0 data rows below" in refused(xlsx(HEADER)).message
    assert refused(xlsx("")).message.endswith(":Planets has no cells with content")
    raw = xlsx(HEADER + "".join(texts(at, an_id(at), "Mars", str(at)) for at in range(2, 5)))
    assert messages(refused(raw, max_rows=2)) == ["4: the sheet has more than 2 rows"]


@pytest.mark.parametrize("name", ["planets.xlsx", "planets.ods"])
def test_a_grid_of_a_workbook_has_no_spans(name: str) -> None:
    grid = read_sheet(rules(MADE / name), PLANETS).grid
    assert (grid.header_span, grid.encoding, grid.delimiter) == ((0, 0), "", "")
    assert grid.positions["end"].to_list() == [0, 0, 0]
    assert grid.raw == (MADE / name).read_bytes()
