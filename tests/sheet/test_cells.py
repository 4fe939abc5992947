"""What every column has in common: blank, the clear token, damage that spreadsheets and encodings leave."""

import pytest

from layersync.sheet.damage import is_twice_encoded_text
from layersync.values.cell import CLEAR
from layersync.values.problem import Severity
from tests.sheet.build import column, errors, only_problem, states, values

BLANKS = ["", " ", "\u00a0", "\t", " \u00a0 \u2003", "\u3000"]
COLUMNS = ["title", "story", "mood", "size", "contact", "timezone", "tongue", "moons", "air.colour", "notes", "notes.x"]


@pytest.mark.parametrize("header", COLUMNS)
def test_B14_a_blank_cell_states_nothing_in_any_column(header: str) -> None:
    desired = column(header, *BLANKS)
    assert values(desired, header) == [None] * len(BLANKS)
    assert desired.problems == ()


@pytest.mark.parametrize(
    "header", ["story", "mood", "size", "moons", "air.colour", "air.gases", "notes.x", "notes.x.y"]
)
def test_the_clear_token_clears_where_null_is_documented(header: str) -> None:
    desired = column(header, "<clear>", " <clear> ")
    assert values(desired, header) == [CLEAR, CLEAR]
    assert desired.problems == ()


@pytest.mark.parametrize("header", ["title", "contact", "timezone", "tongue", "code", "air", "notes"])
def test_the_clear_token_is_an_error_where_null_is_not_documented(header: str) -> None:
    desired = column(header, "<clear>")
    assert values(desired, header) == [None]
    assert only_problem(desired).message == f"{header} cannot be cleared"
    assert states(desired) == ["invalid"]


def test_the_clear_token_can_be_another() -> None:
    rules = {"clear_token": "NULL!"}
    desired = column("story", "NULL!", "<clear>", "\\NULL!", **rules)
    assert values(desired, "story") == [CLEAR, "<clear>", "NULL!"]


@pytest.mark.parametrize(
    ("cell", "value"), [("\\<clear>", "<clear>"), ("\\\\<clear>", "\\<clear>"), ("\\<CLEAR>", "<CLEAR>")]
)
def test_a_backslash_frees_the_clear_token(cell: str, value: str) -> None:
    desired = column("story", cell)
    assert values(desired, "story") == [value]
    assert desired.problems == ()


@pytest.mark.parametrize("cell", ["<Clear>", "<CLEAR>", "< clear >", "<clear >"])
def test_what_is_almost_the_clear_token_is_not_sent_as_text(cell: str) -> None:
    desired = column("story", cell)
    assert values(desired, "story") == [None]
    assert only_problem(desired).message == "the cell is almost <clear>"


def test_text_that_only_holds_the_clear_token_is_text() -> None:
    assert values(column("story", "write <clear> to clear", "a\\b"), "story") == ["write <clear> to clear", "a\\b"]


ERRORS = [
    *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#ERROR!", "#n/a"),
    *("Loading...", "loading…", " #N/A ", "########", "Err:502", "#GETTING_DATA", "#BEZUG!", "#¡REF!", "#NOM?"),
]


@pytest.mark.parametrize("header", ["title", "story", "size", "moons", "notes", "notes.x"])
@pytest.mark.parametrize("cell", ERRORS)
def test_B9_error_values_are_damage_in_every_column(header: str, cell: str) -> None:
    desired = column(header, cell)
    assert values(desired, header) == [None]
    assert [problem.message for problem in errors(desired)] == ["the cell holds an error value of the spreadsheet"]


@pytest.mark.parametrize("cell", ["TRUE", "WAHR", "#1 in town", "# heading", "###", "-5", "=A1", "+1", "@home", "'x"])
def test_B8_B11_what_only_looks_odd_is_text(cell: str) -> None:
    desired = column("story", cell)
    assert values(desired, "story") == [cell]
    assert desired.problems == ()


MOJIBAKE = ["CafÃ©", "donâ€™t", "Ã–sterreich", "naÃ¯ve", "10 Â£", "ðŸ‘\u2039", "caf\ufffd", "ï»¿x", "SÃ£o", "cÃ´te"]
SCRIPTS = ("\u0645\u0646", "\u041f\u0440\u0438", "\u05e9\u05dc", "\u0393\u03b5\u03b9\u03ac")
MOJIBAKE += [word.encode().decode("cp1252") for word in SCRIPTS]
MOJIBAKE.append("Ù…Ù† Ø§Ù„ÙˆØ§Ø\u00adØ© Ø¥Ù„Ù‰")  # as LibreOffice makes it of a sheet that is read as windows-1252


@pytest.mark.parametrize("cell", MOJIBAKE)
def test_one_text_is_judged_as_a_column_is(cell: str) -> None:
    assert is_twice_encoded_text(cell)
    assert not any(map(is_twice_encoded_text, FOREIGN))


@pytest.mark.parametrize("cell", MOJIBAKE)
def test_text_from_a_wrong_encoding_is_damage(cell: str) -> None:
    desired = column("story", cell, "plain")
    assert values(desired, "story") == [None, "plain"]
    assert only_problem(desired).cell == "B2"


FOREIGN = [
    "MANHÃ – TARDE",
    "MANHÃ–TARDE",
    "IRMÃ”",
    "«ROMÂ»",
    "Ångström",
    "São Tomé",
    "â la carte",
    "été à Évian",
    "Ünal",
]


@pytest.mark.parametrize("cell", [*FOREIGN, "表ソ能", "मराठी", "عربى", "ไทย", "Việt Nam", "Ærø ©®™ €", "👩‍💻🏴󠁧󠁢󠁳󠁣󠁴󠁿"])
def test_text_in_any_language_is_not_taken_for_damage(cell: str) -> None:
    desired = column("story", cell)
    assert values(desired, "story") == [cell]
    assert desired.problems == ()


@pytest.mark.parametrize("cell", ["\u200b", " \ufeff ", "\u00ad\u200e"])
@pytest.mark.parametrize("header", ["story", "size", "notes", "moons"])
def test_B4_a_cell_that_only_looks_blank_is_an_error(header: str, cell: str) -> None:
    desired = column(header, cell)
    assert values(desired, header) == [None]
    assert [problem.severity for problem in desired.problems] == [Severity.ERROR]


def test_an_expected_cell_is_read_without_the_limits_of_today() -> None:
    desired = column("title", "x" * 50, expect=("title",))
    assert values(desired, "title") == ["x" * 50]
    assert desired.problems == ()


def test_an_expected_word_may_be_one_that_the_vocabulary_has_lost() -> None:
    assert values(column("size", " tiny ", expect=("size",)), "size") == ["tiny"]


@pytest.mark.parametrize("cell", ["Mars ", "Ma\u200brs"])
def test_what_cannot_be_seen_in_an_expected_cell_is_told_as_compared_and_never_as_sent(cell: str) -> None:
    (problem,) = column("title", cell, expect=("title",)).problems
    assert problem.message.endswith(", and is compared so")


def test_damage_in_an_expected_cell_is_told() -> None:
    assert states(column("title", "#REF!", expect=("title",))) == ["invalid"]


def test_an_expected_object_may_be_larger_than_today_allows() -> None:
    assert column("notes", '{"a":"' + "x" * 100 + '"}', expect=("notes",)).problems == ()
