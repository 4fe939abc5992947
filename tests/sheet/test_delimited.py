"""CSV bytes to a grid: every cell in its place, or every reason why there is none."""

import pytest

from tests.sheet.build import an_id, messages, read, refused, values

HEADER = "planetId,title,story\n"
A, B, C = (f"{an_id(number)},Mars,red\n" for number in (1, 2, 3))


def places(raw: str | bytes, **more: object) -> list[tuple[int, int]]:
    return read(raw, **more).rows.select("_row", "_line").rows()


LINE_ENDS = [("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r")]


@pytest.mark.parametrize("end", [end for _, end in LINE_ENDS], ids=[name for name, _ in LINE_ENDS])
def test_A9_every_kind_of_line_end_is_read(end: str) -> None:
    assert places((HEADER + A + B).replace("\n", end)) == [(2, 2), (3, 3)]


def test_A9_mixed_line_ends_and_a_missing_last_one_are_read() -> None:
    assert places(HEADER + A.replace("\n", "\r") + B.replace("\n", "\r\n") + C.strip()) == [(2, 2), (3, 3), (4, 4)]


def test_A10_a_row_counts_records_and_a_line_physical_lines() -> None:
    long = f'{an_id(1)},Mars,"one\ntwo\r\nthree"\n'
    assert places(HEADER + long + B) == [(2, 2), (3, 5)]


@pytest.mark.parametrize(
    ("row", "fields"), [(f"{an_id(9)},Mars", 2), (an_id(9), 1), (f"{an_id(9)},Mars,red,x", 4), (f"{an_id(9)},,,", 4)]
)
def test_A14_A15_ragged_rows_are_refused(row: str, fields: int) -> None:
    word = "field" if fields == 1 else "fields"
    assert messages(refused(HEADER + A + "\n" + row + "\n" + B)) == [f"4: row 4 has {fields} {word}, the header has 3"]


def test_A14_all_ragged_rows_are_told_at_once() -> None:
    refusal = refused(HEADER + "x\n" + A + "x,y\n" + B + "x,y,z,w\n")
    assert [problem.row for problem in refusal.problems] == [2, 4, 6]
    assert "(and 2 more problems)" in refusal.message


def test_A15_unnamed_columns_without_data_are_left_out_with_a_notice() -> None:
    desired = read(f"planetId,title,,\n{an_id(1)},Mars,,\n")
    assert [notice.message for notice in desired.notices] == ["columns without header and data were left out: C, D"]


def test_A15_an_unnamed_column_with_data_is_refused() -> None:
    assert messages(refused(f"planetId,,title\n{an_id(1)},x,Mars\n")) == ["B1: the column has data but no header"]


@pytest.mark.parametrize("blank", ["", "   ", ",,", " , ,\u00a0", "\t,,", ","])
def test_A17_blank_rows_are_skipped_and_counted_and_the_numbering_is_kept(blank: str) -> None:
    desired = read(HEADER + A + blank + "\n" + B)
    assert desired.rows["_row"].to_list() == [2, 4]
    assert desired.grid.blank_rows == 1
    assert [notice.message for notice in desired.notices] == ["1 blank row was skipped"]


def test_A17_a_sheet_without_blank_rows_says_nothing_of_them() -> None:
    assert read(HEADER + A + B).notices == ()


CONTROLS = [*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)]


@pytest.mark.parametrize("code", CONTROLS, ids=hex)
def test_A4_control_characters_are_refused_wherever_they_stand(code: int) -> None:
    raw = f"{HEADER}{an_id(1)},Ma{chr(code)}rs,red\n"
    assert messages(refused(raw)) == [f"B2: the cell holds a control character (U+{code:04X})"]


def test_A4_control_characters_in_the_header_are_refused_at_their_cell() -> None:
    assert messages(refused(HEADER.replace("story", "st\x07ory") + A))[0].startswith("C1: the cell holds a control")


def test_A4_a_tab_is_allowed_where_line_breaks_are_and_else_makes_the_row_invalid() -> None:
    desired = read(f"{HEADER}{an_id(1)},Ma\trs,a\tb\n")
    assert values(desired, "story") == ["a\tb"]
    assert [problem.cell for problem in desired.problems] == ["B2"]


@pytest.mark.parametrize(("size", "passes"), [(32_766, True), (32_767, True), (32_768, False)])
def test_A7_the_cap_on_a_cell_counts_characters(size: int, passes: bool) -> None:
    raw = f"planetId,_note\n{an_id(1)},{'é' * size}\n"
    if passes:
        assert places(raw) == [(2, 2)]
    else:
        assert "32,768 characters" in messages(refused(raw))[0]


def test_A7_a_cell_beyond_what_the_parser_takes_is_told_by_its_row() -> None:
    raw = f"{HEADER}{A}{an_id(2)},{'x' * 200_000},red\n"
    assert messages(refused(raw)) == ["3: a cell of the row that starts in line 3 is longer than 32,767 characters"]


@pytest.mark.parametrize(("limit", "passes"), [(3, True), (2, False)])
def test_A7_the_cap_on_rows_counts_rows_that_are_not_blank(limit: int, passes: bool) -> None:
    raw = HEADER + A + ",,\n\n" + B + C
    if passes:
        assert len(places(raw, max_rows=limit)) == 3
    else:
        assert messages(refused(raw, max_rows=limit)) == ["6: the sheet has more than 2 rows"]


@pytest.mark.parametrize(("more", "passes"), [(199, True), (200, False)])
def test_A7_the_cap_on_columns_is_exact(more: int, passes: bool) -> None:
    names = "".join(f",_{number}" for number in range(more))
    raw = f"planetId{names}\n{an_id(1)}{',' * more}\n"
    if passes:
        assert places(raw) == [(2, 2)]
    else:
        assert "201 columns" in refused(raw).message


def test_a_header_row_beyond_the_sheet_is_refused() -> None:
    assert "header_row is 5, but" in refused(HEADER + A, header_row=5).message


def test_a_blank_header_row_is_refused() -> None:
    assert "the header row is blank" in refused("\n" + HEADER + A).message


def test_faults_of_every_kind_are_told_together() -> None:
    raw = f'planetId,titel,story\n{an_id(1)},"a\nb",c\nx\n{an_id(3)},\x07,c\n{an_id(4)},"d,e\n'
    found = messages(refused(raw))
    assert [message.split(":")[0] for message in found] == ["B1", "B2", "3", "B4", "B5"]


def test_a_setting_for_workbooks_is_told_to_have_no_effect() -> None:
    (notice,) = read(HEADER + A, tab="Planets").notices
    assert "no tabs" in notice.message


def test_the_digest_and_the_source_are_those_of_the_bytes() -> None:
    grid = read("planetId,title\n" + f"{an_id(1)},Mars").grid
    assert len(grid.sha256) == 64
    assert grid.raw.endswith(b"Mars")
    assert grid.source.endswith(".csv")
