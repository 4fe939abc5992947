"""One tab, cell by cell, as the child process finds it; here without a process."""

import pytest

from layersync.sheet.marks import EMPTY_FORMULA, LOST_DIGITS, UNREADABLE, UNREAL_DATE
from layersync.sheet.workbooks.unreadable import Unreadable
from layersync.values.grid import letter
from tests.sheet.workbooks.make import (
    CLOCK,
    DATE,
    MOMENT,
    cells,
    number,
    ods,
    ods_cell,
    ods_parts,
    ods_row,
    parsed,
    row,
    sheet_xml,
    text,
    texts,
    xlsx,
    xlsx_parts,
    zipped,
)

ERRORS = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"]

XLSX_TEXTS = [
    (number("A2", 7), "7"),
    (number("A2", "8.0"), "8"),
    (number("A2", 0.1), "0.1"),
    (number("A2", 0.1 + 0.2), "0.3"),
    (number("A2", 1e21), "1" + "0" * 21),
    (number("A2", "1E-12"), "0.000000000001"),
    (number("A2", "-1.5e-10"), "-0.00000000015"),
    (number("A2", 1 / 3), "0.333333333333333"),
    (number("A2", "0.123456789"), "0.123456789"),
    (number("A2", "0.1234567890000000001"), "0.123456789"),
    (number("A2", "1234567.12345678901"), "1234567.123456789"),
    ('<c r="A2"><f>1/3</f><v>0.33333333333333331</v></c>', "0.333333333333333"),
    (text("A2", "00123"), "00123"),
    (text("A2", " two  spaces "), " two  spaces "),
    (text("A2", "2026-01-02 00:00:00"), "2026-01-02 00:00:00"),
    (text("A2", "_x0041_ &amp; 火星"), "A & 火星"),
    ('<c r="A2" t="b"><v>1</v></c>', "true"),
    ('<c r="A2" t="b"><v>0</v></c>', "false"),
    ('<c r="A2" t="str"><f>B1</f><v>kept</v></c>', "kept"),
    ('<c r="A2"><f>1+1</f><v>2</v></c>', "2"),
    (number("A2", 46024, DATE), "2026-01-02"),
    (number("A2", 46024.43090277778, MOMENT), "2026-01-02T10:20:30"),
    (number("A2", 46024.99999989583, MOMENT), "2026-01-03"),
    (number("A2", 0.5625, CLOCK), "13:30:00"),
    (number("A2", 61, DATE), "1900-03-01"),
    ('<c r="A2" t="d"><v>2026-01-02T10:20:30</v></c>', "2026-01-02T10:20:30"),
    *((f'<c r="A2" t="e"><v>{error}</v></c>', error) for error in ERRORS),
    ('<c r="A2" t="e"><f>NA()</f><v>#N/A</v></c>', "#N/A"),
]

ODS_TEXTS = [
    (ods_cell("7", "float", 'office:value="7"'), "7"),
    (ods_cell("0,10", "float", 'office:value="0.1"'), "0.1"),
    (ods_cell("50%", "percentage", 'office:value="0.5"'), "0.5"),
    (ods_cell("0", "float", 'office:value="1E-12"'), "0.000000000001"),
    (ods_cell("0,33", "float", 'office:value="0.333333333333333"'), "0.333333333333333"),
    (ods_cell("00123"), "00123"),
    (ods_cell("<text:s/>two<text:s/> spaces"), " two  spaces"),
    (ods_cell("WAHR", "boolean", 'office:boolean-value="true"'), "true"),
    (ods_cell("02.01.26", "date", 'office:date-value="2026-01-02"'), "2026-01-02"),
    (ods_cell("x", "date", 'office:date-value="2026-01-02T10:20:29.7"'), "2026-01-02T10:20:30"),
    (ods_cell("13:30", "time", 'office:time-value="PT13H29M59.6S"'), "13:30:00"),
    (ods_cell("36:00", "time", 'office:time-value="PT36H00M00S"'), "36:00:00"),
    (ods_cell("8", "float", 'table:formula="of:=1+7" office:value="8"'), "8"),
    *((ods_cell(error, more='calcext:value-type="error" office:string-value=""'), error) for error in ERRORS),
    (ods_cell("Err:502", more='calcext:value-type="error" office:string-value=""'), "Err:502"),
]

XLSX_DAMAGES = [
    ('<c r="A2"><f>B1</f></c>', EMPTY_FORMULA),
    ('<c r="A2"><f>B1</f><v></v></c>', EMPTY_FORMULA),
    ('<c r="A2"><f>B1</f>\n<v>\n</v>\n</c>', EMPTY_FORMULA),
    ('<c r="A2" t="e"><f>B1</f><v/></c>', EMPTY_FORMULA),
    ('<c r="A2"><v><![CDATA[7]]></v></c>', UNREADABLE),
    (number("A2", 60, DATE), UNREAL_DATE),
    (number("A2", -5, DATE), UNREAL_DATE),
    (number("A2", 3_000_000, DATE), UNREAL_DATE),
    (number("A2", 12345678901234567), LOST_DIGITS),
    (number("A2", -1e15), LOST_DIGITS),
]

ODS_DAMAGES = [
    ('<table:table-cell table:formula="of:=[.B1]"/>', EMPTY_FORMULA),
    (ods_cell("x", "date", 'office:date-value="1900-02-28"'), UNREAL_DATE),
    (ods_cell("1E16", "float", 'office:value="1.23456789012346E+016"'), LOST_DIGITS),
    (ods_cell("text of no type", ""), UNREADABLE),
]


def of_xlsx(cell: str, settings: str = "") -> bytes:
    return xlsx(texts(1, "a", "b") + row(2, cell, text("B2", "beside")), settings=settings)


def of_ods(cell: str) -> bytes:
    return ods(ods_row(ods_cell("a"), ods_cell("b")) + ods_row(cell, ods_cell("beside")))


@pytest.mark.parametrize(("cell", "shown"), XLSX_TEXTS)
def test_xlsx_cells_are_the_text_that_a_person_reads(cell: str, shown: str) -> None:
    answer = parsed(of_xlsx(cell))
    assert cells(answer) == [[shown, "beside"]]
    assert set(answer.damage["kind"]) <= {LOST_DIGITS}


@pytest.mark.parametrize(("cell", "shown"), ODS_TEXTS)
def test_ods_cells_are_the_text_that_a_person_reads(cell: str, shown: str) -> None:
    answer = parsed(of_ods(cell))
    assert cells(answer) == [[shown, "beside"]]
    assert answer.damage.is_empty()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [*((of_xlsx(cell), kind) for cell, kind in XLSX_DAMAGES), *((of_ods(cell), kind) for cell, kind in ODS_DAMAGES)],
)
def test_cells_that_a_parser_drops_or_bends_are_marked(raw: bytes, kind: str) -> None:
    assert parsed(raw).damage.rows() == [(0, 0, kind)]


@pytest.mark.parametrize(
    "raw",
    [
        of_xlsx('<c r="A2" t="str"><f>B1</f><v></v></c>'),
        of_xlsx('<c r="A2" s="1"/>'),
        of_ods('<table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell>'),
        of_ods("<table:table-cell><office:annotation><text:p>a remark</text:p></office:annotation></table:table-cell>"),
    ],
)
def test_cells_that_are_blank_on_purpose_are_blank(raw: bytes) -> None:
    answer = parsed(raw)
    assert (cells(answer), answer.damage.height) == ([["", "beside"]], 0)


def test_dates_of_a_workbook_that_counts_from_1904_are_the_dates_it_shows() -> None:
    answer = parsed(of_xlsx(number("A2", 44562, DATE), settings='<workbookPr date1904="1"/>'))
    assert cells(answer) == [["2026-01-02", "beside"]]


def test_formulas_outside_cells_belong_to_no_cell() -> None:
    more = '<extLst><ext xmlns:m="urn:m"><m:f>Planets!$A$1</m:f></ext></extLst>'
    answer = parsed(xlsx(texts(1, "a") + row(2, text("A2", "x"), '<c r="B2" s="1"/>'), after=more))
    assert (cells(answer), answer.damage.height) == ([["x"]], 0)


def test_only_numbers_are_marked_as_numbers() -> None:
    line = row(2, number("A2", 7), text("B2", "7"), number("C2", 46024, DATE), '<c r="D2" t="b"><v>1</v></c>')
    answer = parsed(xlsx(texts(1, "a", "b", "c", "d") + line))
    assert answer.numbers.row(0)[:2] == (True, False)
    assert answer.numbers.row(0)[3] is False


def test_rows_and_cells_without_numbers_of_their_own_follow_each_other() -> None:
    raw = xlsx("<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c><v>3</v></c></row>")
    assert (parsed(raw).header, cells(parsed(raw))) == (["1", "2"], [["", "3"]])


def test_cells_out_of_order_stand_where_they_say() -> None:
    raw = xlsx(row(3, text("B3", "y"), text("A3", "x")) + row(1, text("B1", "b"), text("A1", "a")))
    assert (parsed(raw).header, cells(parsed(raw)), parsed(raw).blank_rows) == (["a", "b"], [["x", "y"]], 1)


def test_a_formula_without_value_at_the_edge_does_not_shift_the_rest() -> None:
    lines = row(2, '<c r="A2"><f>B2</f></c>', text("B2", "x")) + row(3, '<c r="C3"><f>B2</f></c>')
    answer = parsed(xlsx(row(1, text("B1", "b")) + lines))
    assert (answer.header, cells(answer)) == (["", "b", ""], [["", "x", ""], ["", "", ""]])
    assert answer.damage.rows() == [(0, 0, EMPTY_FORMULA), (1, 2, EMPTY_FORMULA)]


def test_repeated_rows_and_cells_of_an_ods_are_all_there() -> None:
    blank = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    twice = ods_row(ods_cell("x", more='table:number-columns-repeated="2"'), more='table:number-rows-repeated="2"')
    answer = parsed(ods(ods_row(ods_cell("a"), ods_cell("b")) + blank + twice))
    assert cells(answer) == [["x", "x"], ["x", "x"]]
    assert answer.rows["row"].to_list() == [4, 5]


def test_merged_and_hidden_parts_of_an_ods_are_found() -> None:
    columns = '<table:table-column table:number-columns-repeated="1"/><table:table-column table:visibility="collapse"/>'
    merged = ods_row(ods_cell("x", more='table:number-columns-spanned="2"'), "<table:covered-table-cell/>")
    hidden = ods_row(ods_cell("y"), ods_cell("z"), more='table:visibility="filter"')
    answer = parsed(ods(ods_row(ods_cell("a"), ods_cell("b")) + merged + hidden, columns))
    assert ([str(merged) for merged in answer.merged], answer.hidden_rows, answer.hidden_columns) == (["A2:B2"], 1, [1])


def test_hidden_tabs_of_an_ods_are_no_choice() -> None:
    style = '<style:style style:name="gone" style:family="table"><style:table-properties table:display="false"/>'
    table = '<table:table table:name="{}" {}>' + ods_row(ods_cell("a")) + ods_row(ods_cell("x")) + "</table:table>"
    tables = table.format("Old", 'table:style-name="gone"') + table.format("New", "")
    raw = zipped(ods_parts(tables, style + "</style:style>"))
    assert (parsed(raw).tab, parsed(raw, tab="Old").hidden_tab) == ("New", True)


def test_data_beyond_the_header_gets_a_column_and_an_empty_rest_does_not() -> None:
    answer = parsed(xlsx(texts(1, "a", "b", " ") + row(2, text("A2", "x"), text("D2", "y"), text("E2", " "))))
    assert (answer.header, cells(answer)) == (["a", "b", " ", ""], [["x", "", "", "y"]])


@pytest.mark.parametrize(
    ("raw", "asked", "said", "cell"),
    [
        (xlsx(""), {}, "no cells with content", ""),
        (xlsx(texts(1, "a")), {"header_row": 2}, "has 1 rows, but header_row is 2", ""),
        (xlsx(texts(3, "a")), {}, "is to be the header row, but is blank", "1"),
        (xlsx(texts(1, "a") + texts(2, "x" * 500)), {"max_text": 100}, "more than 100 bytes of text", ""),
        (xlsx(row(1, text("GS1", "a"))), {}, "beyond column GR, more than 200 columns", "GS1"),
        (xlsx(texts(1, "a") + row(1_048_576, text("GR1048576", "a"))), {}, "too many stand between", "GR1048576"),
        (xlsx(row(1, number("A1", 1), number("A1", 2))), {}, "stands in it twice", ""),
        (xlsx(row(1, '<c r="A1" t="z"><v>1</v></c>')), {}, "unknown type z", "A1"),
        (xlsx(row(1, '<c r="A1" t="s"><v>7</v></c>')), {}, "shared strings table", ""),
        (xlsx(texts(1, "a") + row(2, '<c r="A2" t="e"><v>#NEW!</v></c>')), {}, "#NEW!", "A2"),
        (xlsx('<row r="x"/>'), {}, "damaged", ""),
        (zipped(xlsx_parts({"A": "<worksheet>"})), {}, "is no XML", ""),
        (zipped(xlsx_parts({"A": '<?xml version="1.0" encoding="utf-88"?>' + sheet_xml("")})), {}, "utf-88", ""),
        (ods(ods_row(ods_cell("a", more='table:number-columns-repeated="300"'))), {}, "beyond", "KN1"),
    ],
)
def test_a_tab_that_cannot_be_a_sheet_is_refused_at_its_place(
    raw: bytes, asked: dict[str, int], said: str, cell: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        parsed(raw, **asked)  # type: ignore[arg-type]
    reason = refusal.value
    assert said in reason.message
    assert reason.what_to_do
    assert reason.tab
    assert f"{'' if reason.column is None else letter(reason.column)}{reason.row or ''}" == cell


@pytest.mark.parametrize("raw", [zipped(xlsx_parts({"A": sheet_xml("")}, {"A": "hidden"})), zipped(ods_parts(""))])
def test_a_workbook_without_a_tab_to_read_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="no visible tab") as refusal:
        parsed(raw)
    assert refusal.value.tab is None


def test_a_number_that_the_parser_would_round_is_a_number_all_the_same() -> None:
    answer = parsed(of_xlsx(number("A2", "1E-12")))
    assert answer.numbers.rows() == [(True, False)]


@pytest.mark.parametrize("split_at", range(1, 18))
@pytest.mark.parametrize(
    ("stored", "shown"), [("0.0123456789012345E9", "12345678.9012345"), ("0.33333333333333331", "0.333333333333333")]
)
def test_a_number_that_comes_in_two_pieces_is_read_whole(stored: str, shown: str, split_at: int) -> None:
    # the XML is parsed in pieces of 256 KB, and what stands at the end of one is handed on as it is
    rows = texts(1, "a") + "<!--{}-->" + row(2, number("A2", stored))
    filler = 262_144 - sheet_xml(rows.format("")).index(stored) - split_at
    answer = parsed(xlsx(rows.format("x" * filler)))
    assert cells(answer) == [[shown]]
