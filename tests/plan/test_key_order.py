"""Two JSON texts have one hash only where they are one value; the order of keys does not matter in most objects."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.plan.key_order import hash_of
from layersync.values.cell import same

ODD = ["a", "b", "", ":x", "a,b", '"', "\\", '\\":{"', "{", "}", "[1]", "é", "\n"]
NAMES = st.sampled_from(ODD) | st.text(max_size=3)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | NAMES
FLAT = st.dictionaries(NAMES, PLAIN | st.lists(PLAIN, max_size=4), max_size=4)
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def hashes(*texts: str) -> list[int]:
    return pl.DataFrame({"text": texts}).select(hash_of(pl.col("text"), 1)).to_series().to_list()


@given(FLAT, st.data())
def test_an_object_has_one_hash_in_every_order_of_its_keys(value: dict[str, object], data: st.DataObject) -> None:
    other = dict(data.draw(st.permutations([*value.items()])))
    assert len({*hashes(compact(value), compact(other))}) == 1


@given(JSON | FLAT, JSON | FLAT)
def test_different_values_have_different_hashes(one: object, other: object) -> None:
    mine, theirs = hashes(compact(one), compact(other))
    assert same(one, other) or mine != theirs


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":[1,2,3,4]}', '{"a":[1,3,2,4]}'),
        ('{"a":"1","b":2}', '{"a":1,"b":"2"}'),
        ('{"a":1}', '{"a":1,"a":1}'),
        ('{"a":"b","c":"d"}', '{"a":"b\\",\\"c\\":\\"d"}'),
        ('{"a":"x,y"}', '{"a":"y,x"}'),
        ('{"a":["x,y"]}', '{"a":["x","y"]}'),
        ('{"a":{"x":1},"b":{"y":2}}', '{"a":{"y":2},"b":{"x":1}}'),
        ('["a","b"]', '["b","a"]'),
        ('"{\\"a\\":1,\\"b\\":2}"', '"{\\"b\\":2,\\"a\\":1}"'),
        ("{}", "null"),
        ("{}", "[]"),
    ],
)
def test_what_is_another_value_has_another_hash(one: str, other: str) -> None:
    assert len({*hashes(one, other)}) == 2
