"""A row and the line of a record that says the same have one hash, and no other line has it."""

import json

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from layersync.plan.lines import Escapes, Lines
from layersync.plan.spelling import escapes_in
from layersync.values.cell import canonical, same

TEXTS = st.none() | st.sampled_from(['"', "\\", '"meta":{"a":1}', "}", "é", ""]) | st.text(max_size=3)
NAMES = st.sampled_from(["a", "b", "meta", "more", '"more":{"', "é"])
TYPED = r"\\u00e9"  # an escape that somebody typed: a row with it is found to be the same as nothing
PLAIN = st.none() | st.integers(0, 3) | st.sampled_from(["x", "y,", "é", r"\u00e9", '"more":{"'])
OBJECTS = st.none() | st.dictionaries(NAMES, PLAIN | st.lists(PLAIN, max_size=4) | st.dictionaries(NAMES, PLAIN))
ROWS = st.fixed_dictionaries({"one": TEXTS, "two": TEXTS, "meta": OBJECTS, "more": OBJECTS})
OBJECT_FIELDS = [(), ("meta",), ("meta", "more")]
FIELDS = [(texts, objects) for texts in ((), ("one",), ("one", "two")) for objects in OBJECT_FIELDS if texts or objects]


def cells(row: dict[str, object], texts: tuple[str, ...], objects: tuple[str, ...]) -> dict[str, pl.Series]:
    held = {name: None if row[name] is None else canonical(row[name]) for name in objects}
    return {name: pl.Series([value], dtype=pl.String) for name, value in ({n: row[n] for n in texts} | held).items()}


def escapes(columns: dict[str, pl.Series], objects: tuple[str, ...]) -> Escapes:
    return {name: escapes_in(columns[name]) for name in objects}


def line(row: dict[str, object], names: tuple[str, ...]) -> str:
    """As the API has it, the keys of objects in their own order."""
    return json.dumps({name: row[name] for name in names}, ensure_ascii=False, separators=(",", ":"))


def hash_of(lines: Lines, text: str) -> int | None:
    return pl.DataFrame({"text": [text]}).select(lines.hash(pl.col("text")))["text"][0]


@pytest.mark.parametrize(("texts", "objects"), FIELDS)
@given(ROWS)
def test_a_row_is_hashed_like_its_line(
    texts: tuple[str, ...], objects: tuple[str, ...], row: dict[str, object]
) -> None:
    assume(TYPED not in canonical([row[name] for name in objects]))
    columns = cells(row, texts, objects)
    lines, known = Lines(texts, objects), escapes(columns, objects)
    hashes = pl.DataFrame(columns).select(text=lines.of_row(known), quick=lines.hash_of_row(known))
    [(text, quick)] = hashes.iter_rows()
    assert same(json.loads(text), {name: row[name] for name in (*texts, *objects)})
    assert quick is None or quick == hash_of(lines, text)
    assert quick is None or len(objects) > 1 or quick == hash_of(lines, line(row, (*texts, *objects)))


@pytest.mark.parametrize("objects", OBJECT_FIELDS)
@given(ROWS, ROWS)
def test_no_other_line_has_the_hash_of_a_row(
    objects: tuple[str, ...], row: dict[str, object], other: dict[str, object]
) -> None:
    names = ("one", *objects)
    columns = cells(row, ("one",), objects)
    lines, known = Lines(("one",), objects), escapes(columns, objects)
    quick = pl.DataFrame(columns).select(lines.hash_of_row(known).alias("quick"))["quick"][0]
    alike = same({name: row[name] for name in names}, {name: other[name] for name in names})
    assert alike or quick is None or quick != hash_of(lines, line(other, names))


def test_members_do_not_change_places_with_those_of_another_object() -> None:
    row = {"meta": {"a": 1, "b": 2}, "more": {"c": 3, "d": 4}}
    lines = Lines((), ("meta", "more"))
    mixed = {"meta": {"c": 3, "d": 4}, "more": {"a": 1, "b": 2}}
    crossed = {"meta": {"a": 1, "d": 4}, "more": {"c": 3, "b": 2}}
    found = {hash_of(lines, line({**one}, ("meta", "more"))) for one in (row, mixed, crossed)}
    assert len(found - {None}) == 3


def test_a_name_inside_a_text_cuts_no_character() -> None:
    lines = Lines(("one",), ("meta",))
    odd = [
        r'{"one":"é\"meta\":{\"é","meta":{"é":1}}',
        r'{"one":"x","meta":[{"é\"meta":{"é":"é"}}]}',
        '{"one":"x","meta":"é"}',
    ]
    assert len({hash_of(lines, text) for text in (*odd, '{"one":"x","meta":{"a":1}}')} - {None}) >= 2


@pytest.mark.parametrize("objects", OBJECT_FIELDS[1:])
def test_a_row_with_an_escape_that_is_not_known_has_no_quick_hash(objects: tuple[str, ...]) -> None:
    columns = cells({"one": r"\u00fc", "meta": {"a": "\u00fc"}, "more": {"b": "x"}}, ("one",), objects)
    lines, known = Lines(("one",), objects), escapes(columns, objects)
    few = {**known, "meta": {}}
    [(all_known, one_not)] = pl.DataFrame(columns).select(a=lines.hash_of_row(known), b=lines.hash_of_row(few)).rows()
    assert (all_known is None, one_not is None) == (False, True)
