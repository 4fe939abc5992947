"""Two JSON objects have one hash only where they are one value; the order of keys does not matter in most of them."""

import json
from itertools import permutations

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from layersync.plan.key_order import falls_into_members, hash_of_pieces
from layersync.values.cell import same

ODD = ["a", "b", "", ":x", "a,b", "a,", ",", '"', "\\", '\\":{"', "{", "}", "[", "]", "[1]", ',"', '",', "é", "\n"]
NAMES = st.sampled_from(ODD) | st.text(max_size=3)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | NAMES
LISTS = st.lists(PLAIN, max_size=5)
OBJECTS = st.dictionaries(NAMES, PLAIN | LISTS | st.lists(LISTS, max_size=2), max_size=5)
LISTED = st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from("xyz"), max_size=5), min_size=1)
PLAINLY = st.dictionaries(st.text("xyz", max_size=3), st.text("xyz[{", max_size=3) | st.integers(), min_size=1)
ANY = OBJECTS | LISTED | PLAINLY


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def hashes(*texts: str) -> list[int]:
    return pl.DataFrame({"text": [text[2:-1] for text in texts]}).select(hash_of_pieces(pl.col("text"), 1))["text"][:]


def falls(text: str) -> bool:
    return bool(pl.select(falls_into_members(pl.lit(text))).item())


@given(ANY, st.data())
def test_an_object_that_falls_into_members_has_one_hash_in_every_order(
    value: dict[str, object], data: st.DataObject
) -> None:
    assume(falls(compact(value)))
    other = dict(data.draw(st.permutations([*value.items()])))
    assert len({*hashes(compact(value), compact(other))}) == 1


@given(ANY)
def test_pieces_of_an_object_that_falls_into_members_make_no_other_value(value: dict[str, object]) -> None:
    """The only texts with its hash are its pieces in another order: of these, those that are JSON mean the same."""
    text = compact(value)
    assume(falls(text))
    pieces = text[2:-1].split(',"')
    assume(len(pieces) <= 6)
    for order in permutations(pieces):
        other = '{"' + ',"'.join(order) + "}"
        try:
            assert same(json.loads(other), value), other
        except json.JSONDecodeError:
            continue


@given(ANY, ANY)
def test_different_values_have_different_hashes(one: dict[str, object], other: dict[str, object]) -> None:
    assume(one and falls(compact(one)))
    mine, theirs = hashes(compact(one), compact(other))
    assert same(one, other) or mine != theirs


@given(PLAINLY)
def test_plain_objects_fall_into_members(value: dict[str, object]) -> None:
    assume(compact(value).count("{") == 1 and compact(value).count("[") == 0)
    assert falls(compact(value))


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ('{"a":1,"b":"x","c":null}', True),
        ('{"a":["x","y","z"],"b":"x"}', True),
        ('{"a":["x","y","z","x"],"b":"x"}', False),
        ('{"a":["x","y"],"b":["z","w"]}', False),
        ('{"a":[1,2,3,4,5,6]}', True),
        ('{"a":{"x":1},"b":{"y":2}}', False),
        ('{"a":"x,","b":"y"}', False),
        ('{"a,":"x","b":"y"}', False),
        ('{"a":["x,","y"]}', False),
        ('{"a":"say \\"x\\", then \\"y\\""}', True),
        ("{}", False),
        ("null", False),
        ('["a","b"]', False),
    ],
)
def test_what_falls_into_members(text: str, does: bool) -> None:
    assert falls(text) is does


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":[1,2,3,4]}', '{"a":[1,3,2,4]}'),
        ('{"a":"1","b":2}', '{"a":1,"b":"2"}'),
        ('{"a":1}', '{"a":1,"a":1}'),
        ('{"a":"b","c":"d"}', '{"a":"b\\",\\"c\\":\\"d"}'),
        ('{"a":"x,y"}', '{"a":"y,x"}'),
        ('{"a":["x,y"]}', '{"a":["x","y"]}'),
        ('{"a":["x","y"]}', '{"a":["y","x"]}'),
    ],
)
def test_what_is_another_value_has_another_hash(one: str, other: str) -> None:
    assert len({*hashes(one, other)}) == 2
