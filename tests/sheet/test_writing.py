"""The cell written for a value is the one that reads as it."""

from dataclasses import replace

import pytest

from layersync.resources.field import Field, Kind
from layersync.sheet.writing import write_cell, write_key
from layersync.values.rules import SheetRules

TEXT = Field(name="text", multiline=True)
LIST = Field(name="list", kind=Kind.LIST)
OBJECT = Field(name="object", kind=Kind.OBJECT, open_keys=True)
RULES = SheetRules(job="j", source="-", key="id")

CELLS = [
    # value, form, cell
    (None, TEXT, ""),
    ("", TEXT, ""),
    ("00123", TEXT, "00123"),
    ("=1+1", TEXT, "=1+1"),
    (" a\nb ", TEXT, " a\nb "),
    ("<clear>", TEXT, "\\<clear>"),
    ("<CLEAR>", TEXT, "\\<CLEAR>"),
    ("\\<clear>", TEXT, "\\\\<clear>"),
    ("not <clear>", TEXT, "not <clear>"),
    (True, TEXT, "true"),
    (12000, TEXT, "12000"),
    (4.7, TEXT, "4.7"),
    (["a", "b c"], LIST, "a|b c"),
    (["one"], LIST, "one"),
    ([], LIST, "[]"),
    (["a|b", "c"], LIST, '["a|b", "c"]'),
    (["a, b"], LIST, '["a, b"]'),
    ([" a"], LIST, '[" a"]'),
    (["", "a"], LIST, '["", "a"]'),
    (["two\nlines"], LIST, '["two\\nlines"]'),
    (["[a]"], LIST, '["[a]"]'),
    (["<clear>"], LIST, '["<clear>"]'),
    ({"b": 1, "a": [True, None]}, OBJECT, '{"b": 1, "a": [true, null]}'),
    ({}, OBJECT, "{}"),
    ({"city": "福岡"}, OBJECT, '{"city": "福岡"}'),
    ({"bell": "\x07", "delete": "\x7f"}, OBJECT, '{"bell": "\\u0007", "delete": "\\u007f"}'),
    ({"mojibake": "CafÃ©"}, OBJECT, '{"mojibake": "Caf\\u00c3\\u00a9"}'),
]


@pytest.mark.parametrize(
    ("value", "form", "cell"), CELLS, ids=lambda one: repr(one) if not isinstance(one, Field) else one.name
)
def test_a_value_has_its_cell(value: object, form: Field, cell: str) -> None:
    assert write_cell(value, form, RULES) == cell


UNWRITABLE = [
    ("half of a character", "\ud83d", TEXT),
    ("half of a character in a list", ["\ud83d"], LIST),
    ("half of a character in an object", {"\ud83d": 1}, OBJECT),
    ("a text longer than a cell", "x" * 32_768, TEXT),
    ("a text that is longer than a cell in the units of spreadsheets", "🍣" * 16_384, TEXT),
    ("a number that is none", {"n": float("inf")}, OBJECT),
]


@pytest.mark.parametrize(("value", "form"), [one[1:] for one in UNWRITABLE], ids=[one[0] for one in UNWRITABLE])
def test_what_no_cell_can_hold_has_none(value: object, form: Field) -> None:
    assert write_cell(value, form, RULES) is None


def test_the_longest_text_of_a_cell_has_its_cell() -> None:
    assert write_cell("x" * 32_767, TEXT, RULES) == "x" * 32_767


def test_the_words_of_the_job_are_honoured() -> None:
    rules = replace(RULES, clear_token="NULL", list_separator=";")  # noqa: S106  a word of the sheet, not a secret
    assert write_cell("null", TEXT, rules) == "\\null"
    assert write_cell("<clear>", TEXT, rules) == "<clear>"
    assert write_cell(["a", "b|c"], LIST, rules) == "a;b|c"


@pytest.mark.parametrize(("value", "cell"), [(None, ""), ("<clear>", "<clear>"), ("00123", "00123"), (5, None)])
def test_a_key_is_written_as_it_is(value: object, cell: str | None) -> None:
    assert write_key(value) == cell
