"""Lists and JSON objects: one meaning, or refused."""

import json
import unicodedata

import pytest

from layersync.values.problem import Severity
from tests.sheet.build import column, only_problem, states, values


def test_objects_are_given_in_canonical_form() -> None:
    desired = column("notes", '{"b": [1, 2.0], "a":\n null}', '{"caf\u00e9":1}', '{"cafe\u0301":1}', "{}")
    assert values(desired, "notes") == ['{"a":null,"b":[1,2]}', '{"caf\\u00e9":1}', '{"caf\\u00e9":1}', "{}"]
    assert desired.problems == ()


WRONG_OBJECTS = [
    ("[1]", "not an object"),
    ('"x"', "not an object"),
    ("null", "not an object"),
    ("x", "the cell is not JSON"),
    ('{"a":1', "the cell is not JSON"),
    ("{'a':1}", "the cell is not JSON"),
    ('{"a":1}}', "the cell is not JSON: extra data at character 8"),
    ('{"a":1,}', "not JSON: illegal trailing comma before end of object at character 7"),
    ('{"a": [1 , ]}', "not JSON: illegal trailing comma before end of array at character 10"),
    ('{"a":[1,,2], "b":[1,]}', "not JSON: expecting value at character 9"),
    ('{"a":NaN}', "NaN is not a JSON value"),
    ('{"a":-Infinity}', "-Infinity is not a JSON value"),
    ('{"a":1e999}', "too large"),
    ('{"a":[' + "9" * 309 + "]}", "too large"),
    ('{"a":' + "9" * 5000 + "}", "too long"),
    ('{"a":1,"a":2}', 'the key "a" stands twice'),
    ('{"x":{"a":1,"a":1}}', 'the key "a" stands twice'),
    ('{"caf\u00e9":1,"cafe\u0301":2}', "stands twice"),
    ('{"a":"\\ud800"}', "half of a character"),
    ('{"a":["\\udc00"]}', "half of a character"),
    ('{"\\ud800":1}', "half of a character"),
    ('{"a":' + "[" * 15_000 + "]" * 15_000 + "}", "nested too deeply"),
]


@pytest.mark.parametrize(("cell", "message"), WRONG_OBJECTS, ids=[message for _, message in WRONG_OBJECTS])
def test_JSON_with_more_than_one_meaning_is_refused(cell: str, message: str) -> None:
    desired = column("notes", cell)
    assert message in only_problem(desired).message
    assert values(desired, "notes") == [None]


def test_a_pair_of_escapes_is_one_character() -> None:
    assert values(column("notes", '{"a":"\\ud83c\\udf63"}'), "notes") == ['{"a":"\\ud83c\\udf63"}']


def test_B6_curly_quotes_in_JSON_are_told_as_such() -> None:
    assert "curly quotes" in only_problem(column("notes", "{“a”:1}")).what_to_do


@pytest.mark.parametrize(
    ("text", "fits"), [("x" * 32, True), ("x" * 33, False), ("é" * 16, True), ("e\u0301" * 16, True), ("é" * 17, False)]
)
def test_the_limit_in_bytes_counts_the_compact_text(text: str, fits: bool) -> None:
    desired = column("notes", json.dumps({"a": text}, ensure_ascii=False, indent=4))
    assert states(desired) == ["ok" if fits else "limit"]
    sent = unicodedata.normalize("NFC", text)
    assert values(desired, "notes") == [json.dumps({"a": sent}, separators=(",", ":"))]


DECLARED = [
    ('{"gases":["a"],"colour":"red"}', None),
    ('{"gases":null}', None),
    ('{"gases":"a"}', "gases: this must be a list of texts"),
    ('{"gases":[1]}', "gases: this must be a list of texts"),
    ('{"colour":1}', "colour: this must be text"),
    ('{"color":"red"}', 'air has no key "color"'),
]


@pytest.mark.parametrize(("cell", "message"), DECLARED)
def test_declared_keys_hold_what_is_declared(cell: str, message: str | None) -> None:
    assert [problem.message for problem in column("air", cell).problems] == ([] if message is None else [message])


LISTS = [
    ("a|b", ["a", "b"]),
    (" a | b ", ["a", "b"]),
    ("a", ["a"]),
    ('["a|b","c"]', ["a|b", "c"]),
    ("[]", []),
    ("cafe\u0301|b", ["caf\u00e9", "b"]),
    ('[" a "]', [" a "]),
]


@pytest.mark.parametrize("header", ["moons", "air.gases"])
@pytest.mark.parametrize(("cell", "items"), LISTS)
def test_lists_are_JSON_arrays_or_separated_items(header: str, cell: str, items: list[str]) -> None:
    assert values(column(header, cell), header) == [json.dumps(items, separators=(",", ":"))]


WRONG_LISTS = [
    ("a||b", "empty item"),
    ("a|", "empty item"),
    ("|", "empty item"),
    ("[1]", "not text"),
    ('["a"', "starts like a JSON array"),
    ('["\\ud800"]', "half of a character"),
    ("a|#N/A", "error value"),
]


@pytest.mark.parametrize(("cell", "message"), WRONG_LISTS)
def test_a_list_with_more_than_one_meaning_is_refused(cell: str, message: str) -> None:
    assert message in only_problem(column("moons", cell)).message


def test_the_separator_of_lists_can_be_another() -> None:
    assert values(column("moons", "a, b|c", list_separator=","), "moons") == ['["a","b|c"]']


def test_a_list_of_one_item_that_looks_like_several_is_warned_about() -> None:
    desired = column("moons", "a, b")
    assert values(desired, "moons") == ['["a, b"]']
    assert only_problem(desired).severity is Severity.WARNING
