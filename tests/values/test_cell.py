"""Values of cells: when two are one."""

import pytest

from layersync.values.cell import same


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("caf\u00e9", "cafe\u0301", True),
        ("K", "\u212a", True),  # of which the normal form is ASCII
        ("\u212a", "K", True),
        ("K", "k", False),
        ("", None, False),
        ("1", 1, False),
        (1, True, False),
        (1, 1.0, True),
        ({"a": 1, "b": None}, {"b": None, "a": 1.0}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"cafe\u0301": 1}, {"caf\u00e9": 1}, True),
    ],
)
def test_two_values_are_the_same_in_any_spelling(one: object, other: object, alike: bool) -> None:
    assert same(one, other) is alike
