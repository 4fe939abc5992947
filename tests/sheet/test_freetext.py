"""Free text is sent as typed, in NFC, inside the limits of its field."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.sheet.freetext import in_nfc
from layersync.values.problem import Severity
from tests.sheet.build import column, errors, only_problem, states, values


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=5))
def test_B5_in_nfc_is_what_the_unicode_database_says(texts: list[str]) -> None:
    given = pl.Series(texts, dtype=pl.String)
    assert in_nfc(given).to_list() == [unicodedata.normalize("NFC", text) for text in texts]
    assert given.to_list() == texts


def test_B5_text_is_given_in_nfc() -> None:
    assert values(column("story", "Cafe\u0301", "\u212b"), "story") == ["Caf\u00e9", "\u00c5"]


def test_B1_numbers_and_zeros_stay_as_typed() -> None:
    cells = ["00123", "1.2E+17", "12345678901234567890", "1,5", "03/04/2024", "１２"]
    assert values(column("story", *cells), "story") == cells


LENGTHS = [("x", False), ("xx", True), ("x" * 10, True), ("x" * 11, False), ("👩" * 10, True), ("e\u0301" * 10, True)]


@pytest.mark.parametrize(("cell", "fits"), LENGTHS)
def test_B15_lengths_count_characters_of_what_is_sent_and_keep_the_value(cell: str, fits: bool) -> None:
    desired = column("title", cell)
    assert values(desired, "title") == [unicodedata.normalize("NFC", cell)]
    assert states(desired) == ["ok" if fits else "limit"]
    assert [problem.limit_of for problem in desired.problems] == ([] if fits else ["title"])


def test_B15_a_broken_limit_is_told_with_its_numbers() -> None:
    assert only_problem(column("title", "x" * 11)).message == "the text has 11 characters, at most 10 are allowed"
    assert only_problem(column("title", "x")).message == "the text has 1 character, at least 2 are needed"


def test_a_length_that_is_only_usual_is_a_warning() -> None:
    problem = only_problem(column("mood", "melancholic"))
    assert (problem.severity, problem.limit_of) == (Severity.WARNING, None)


def test_B4_invisible_characters_are_sent_and_warned_about() -> None:
    desired = column("story", "a\u200bb", "a\u2028b", "a\u00adb")
    assert values(desired, "story") == ["a\u200bb", "a\u2028b", "a\u00adb"]
    assert [problem.severity for problem in desired.problems] == [Severity.WARNING] * 3
    assert "U+200B" in desired.problems[0].message


def test_surrounding_space_is_sent_and_warned_about() -> None:
    desired = column("story", " a", "a\u00a0", "a")
    assert values(desired, "story") == [" a", "a\u00a0", "a"]
    assert [problem.cell for problem in desired.problems] == ["B2", "B3"]
    assert errors(desired) == []
    assert states(desired) == ["ok"] * 3


def test_B6_typographic_quotes_and_dashes_are_text() -> None:
    desired = column("story", "“a” – b…")
    assert values(desired, "story") == ["“a” – b…"]
    assert desired.problems == ()
