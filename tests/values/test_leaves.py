"""Two ways of stating one thing come to the same single values."""

import pytest

from layersync.values.leaves import leaves, overlap


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a", "b", {"m": "b"}),
        ("e\u0301", "\u00e9", {}),
        (1, 1.0, {}),
        ("a", None, {"m": None}),
        (None, {}, {"m": {}}),
        (None, {"a": {"x": 1}}, {"m.a.x": 1}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"m.b": 3}),
        ({"a": 1}, {}, {"m.a": None}),
        ({"a": {"x": 1}}, {"a": None}, {"m.a": None}),
        ({"a": {"x": 1}}, {"a": "text"}, {"m.a": "text"}),
        ({"a": [1]}, {"a": [1, {"x": 2}]}, {"m.a": [1, {"x": 2}]}),
        ({}, {"a": None}, {"m.a": None}),
        ({"a": None}, {}, {"m.a": None}),
        ({"a": None}, {"a": None}, {}),
    ],
)
def test_only_the_places_that_differ_are_named(before: object, after: object, expected: dict[str, object]) -> None:
    assert dict(leaves("m", before, after)) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("a", "a", True), ("a", "a.b", True), ("a.b.c", "a", True), ("a.b", "a.c", False), ("ab", "a", False)],
)
def test_paths_overlap_where_one_leads_to_the_other(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) is overlap(other, one) is expected
