"""A problem in one sentence."""

import pytest

from layersync.report.sentence import sentence
from layersync.values.problem import Problem


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"row": 6, "column": "F", "header": "zone", "value": "Mars"}, 'F6 zone "Mars": wrong'),
        ({"row": 6, "column": "F", "header": "zone"}, "F6 zone: wrong"),
        ({"row": 6}, "6: wrong"),
        ({"column": "K", "header": "Notes"}, "K Notes: wrong"),
        ({}, "wrong"),
        (
            {"row": 6, "column": "F", "header": "zone", "value": "Mars", "message": '"Mars" is no zone'},
            'F6 zone: "Mars" is no zone',
        ),
        ({"column": "K", "header": "Notes", "message": '"Notes" is left out'}, 'K: "Notes" is left out'),
        ({"column": "K", "header": "a\x1b", "value": "b\n", "message": "c\t"}, 'K a\\u{1b} "b\\u{a}": c\\u{9}'),
        ({"value": "x" * 99}, f'"{"x" * 39}…": wrong'),
    ],
)
def test_a_problem_is_told_with_its_place_and_value_and_nothing_twice(told: dict[str, object], said: str) -> None:
    assert sentence(Problem(**{"message": "wrong", **told})) == said  # type: ignore[arg-type]
