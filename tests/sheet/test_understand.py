"""The rows as a whole: their states, the rows and columns that a run leaves out, the order of problems."""

import pytest

from layersync.values.problem import Severity
from tests.sheet.build import an_id, read, refused, states, values

SHEET = (
    "planetId,_sync,title,size,notes.a,notes.b\n"
    f"{an_id(1)},,Mars,small,x,y\n"
    f"{an_id(2)},skip,M,huge,,\n"
    f"{an_id(3)},,X,large,,\n"
    f"{an_id(4)},,Y,giant,,\n"
    f"{an_id(5)},maybe,Io,small,,\n"
)


def test_every_row_has_the_state_of_its_worst_cell() -> None:
    assert states(read(SHEET)) == ["ok", "skipped", "limit", "invalid", "invalid"]


def test_an_invalid_row_keeps_its_other_cells() -> None:
    desired = read(SHEET)
    assert values(desired, "title")[3:] == ["Y", "Io"]
    assert values(desired, "size")[3:] == [None, "small"]


def test_nothing_is_said_of_the_cells_of_a_skipped_row() -> None:
    assert [problem.row for problem in read(SHEET).problems] == [4, 5, 5, 6]


def test_problems_stand_in_the_order_of_the_sheet_with_everything_one_needs() -> None:
    problems = read(SHEET).problems
    assert [problem.cell for problem in problems] == ["C4", "C5", "D5", "B6"]
    assert (problems[2].line, problems[2].header, problems[2].value) == (5, "size", "giant")
    assert problems[2].source.endswith(".csv")


@pytest.mark.parametrize("word", ["skip", " Skip ", "SKIP"])
def test_a_row_is_skipped_whatever_the_case(word: str) -> None:
    assert states(read(f"planetId,_Sync,title\n{an_id(1)},{word},Mars\n")) == ["skipped"]


def test_a_skipped_row_is_no_duplicate() -> None:
    raw = f"planetId,_sync,title\n{an_id(1)},skip,Mars\n{an_id(1)},,Venus\n"
    assert states(read(raw)) == ["skipped", "ok"]


def test_a_sheet_with_an_outcome_column_is_partial() -> None:
    raw = f"planetId,title,_outcome,_error\n{an_id(1)},Mars,invalid,x\n"
    assert read(raw).partial
    assert not read(SHEET).partial


def test_only_keys_keeps_the_rows_of_these_keys() -> None:
    desired = read(SHEET, only_keys=(f"pl_{an_id(4).upper()}", an_id(1)))
    assert desired.rows["_row"].to_list() == [2, 5]
    assert [problem.row for problem in desired.problems] == [5, 5]
    assert desired.partial
    assert desired.grid.cells.height == 5


@pytest.mark.parametrize("key", [an_id(9), "nonsense", "", "1.2E+17"])
def test_only_keys_that_no_row_has_are_told(key: str) -> None:
    desired = read(SHEET, only_keys=(an_id(1), key))
    assert desired.missing_keys == (key,)
    assert desired.rows["_row"].to_list() == [2]
    assert read(SHEET, only_keys=(an_id(1),)).missing_keys == ()


def test_without_any_of_these_keys_there_are_no_rows() -> None:
    desired = read(SHEET, only_keys=(an_id(9),))
    assert (desired.rows.height, desired.problems) == (0, ())


def test_only_keys_find_text_keys_in_any_unicode_form() -> None:
    raw = "code,title\ncaf\u00e9,Mars\nx,Io\n"
    assert read(raw, key="code", only_keys=("cafe\u0301",)).rows["_row"].to_list() == [2]


def test_only_fields_keeps_these_columns_and_says_nothing_of_the_others() -> None:
    desired = read(SHEET, only_fields=("title", "notes.b"))
    assert [column.path for column in desired.columns] == ["title", "notes.b"]
    assert states(desired) == ["ok", "skipped", "limit", "limit", "invalid"]
    assert not desired.partial


def test_only_fields_names_an_object_with_all_its_columns() -> None:
    assert [column.path for column in read(SHEET, only_fields=("notes",)).columns] == ["notes.a", "notes.b"]


def test_only_fields_keeps_what_is_compared_only() -> None:
    raw = f"planetId,starId,title,size\n{an_id(1)},{an_id(7)},Mars,small\n"
    columns = read(raw, only_fields=("size",), expect=("title",)).columns
    assert [column.path for column in columns] == ["starId", "title", "size"]


@pytest.mark.parametrize("name", [" Title", "NOTES", "notes.B", "Word for it "])
def test_only_fields_are_named_by_path_or_header_whatever_their_case(name: str) -> None:
    raw = f"planetId,Word for it,notes.b\n{an_id(1)},Mars,x\n"
    desired = read(raw, columns={"Word for it": "title"}, only_fields=(name,))
    assert [column.path for column in desired.columns] == ["notes.b" if name[0] in "Nn" else "title"]
    assert desired.missing_fields == {}


def test_a_path_is_meant_before_a_header_and_an_exact_name_before_a_similar_one() -> None:
    raw = f"planetId,title,other,notes.b,notes.B\n{an_id(1)},small,Mars,x,y\n"
    mapped = {"title": "size", "other": "title"}
    assert [one.path for one in read(raw, columns=mapped, only_fields=("title",)).columns] == ["title"]
    assert [one.path for one in read(raw, columns=mapped, only_fields=("notes.B",)).columns] == ["notes.B"]


@pytest.mark.parametrize(
    ("name", "near"), [("titel", "title"), ("story", ""), ("planetId", ""), ("notes.bb", "notes.b")]
)
def test_only_fields_that_are_no_column_are_told_with_the_nearest_that_is_one(name: str, near: str) -> None:
    assert read(SHEET, only_fields=("title", name)).missing_fields == {name: near}


def test_a_sheet_without_any_of_the_only_fields_has_nothing_to_do() -> None:
    desired = read(SHEET, only_fields=("story",))
    assert (desired.rows.height, desired.problems, desired.partial) == (0, (), True)


def test_notices_of_the_sheet_are_not_problems_of_rows() -> None:
    desired = read(f"planetId;title;Remarks\n{an_id(1)};Mars;x\n")
    assert desired.problems == ()
    assert {notice.severity for notice in desired.notices} == {Severity.NOTICE}
    assert len(desired.notices) == 2


def test_the_rows_have_the_columns_that_the_other_rooms_rely_on() -> None:
    schema = read(SHEET).rows.schema
    assert [f"{name}:{kind}" for name, kind in schema.items()] == [
        *("_row:UInt32", "_line:UInt32", "_key:String", "_key_text:String", "_state:String"),
        *("title:String", "size:String", "notes.a:String", "notes.b:String"),
    ]


def test_a_sheet_that_cannot_be_used_says_of_its_cells_what_it_would_say_otherwise() -> None:
    refusal = refused(SHEET.replace("notes.a", "tittle"))
    assert [problem.cell for problem in refusal.problems] == ["E1", "C4", "C5", "D5", "B6"]
    assert refusal.args[0].endswith('"tittle" is not a field of planets (and 4 more problems)')


def test_a_row_that_is_broken_says_nothing_of_its_cells_and_comes_first_in_the_message() -> None:
    raw = f"planetId,size,title\n{an_id(1)},giant,Mars\n{an_id(2)},giant\n{an_id(3)},\x07,x\n"
    refusal = refused(raw)
    assert [problem.cell for problem in refusal.problems] == ["B2", "3", "B4"]
    assert ":3: row 3 has 2 fields" in refusal.args[0]


def test_without_a_key_column_the_other_cells_are_still_told() -> None:
    refusal = refused("planettId,size,_sync\nx,giant,\ny,giant,skip\n")
    assert [problem.cell for problem in refusal.problems] == ["A1", "1", "B2"]


def test_of_the_cells_of_such_a_sheet_only_those_of_the_asked_rows_and_fields_are_told() -> None:
    raw = f"planetId,size,mod,code,timezone\n{an_id(1)},giant,,,Mars\n{an_id(2)},giant,,,Mars\n"
    refusal = refused(raw, only_keys=(an_id(2),), only_fields=("size",))
    assert [problem.cell for problem in refusal.problems] == ["C1", "B3"]
