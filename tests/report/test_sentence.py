"""A problem in one sentence."""

import pytest

from layersync.errors import SyncError
from layersync.report.sentence import sentence, tells_all
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
        ({"tab": "Projects", "row": 6, "column": "F", "header": "zone"}, "Projects!F6 zone: wrong"),
        ({"tab": "It's mine", "row": 6}, "'It''s mine'!6: wrong"),
        ({"tab": "Projects"}, "Projects: wrong"),
        ({"tab": "Projects", "message": 'read from the tab "Projects"'}, 'read from the tab "Projects"'),
        ({"row": 6, "column": "F", "header": "zone", "message": "F6 was emptied"}, "F6 was emptied"),
        ({"tab": "P", "row": 6, "column": "F", "message": "F6 was emptied"}, "P!F6 was emptied"),
        ({"value": "x" * 99}, f'"{"x" * 39}…": wrong'),
    ],
)
def test_a_problem_is_told_with_its_place_and_value_and_nothing_twice(told: dict[str, object], said: str) -> None:
    assert sentence(Problem(**{"message": "wrong", **told})) == said  # type: ignore[arg-type]


def test_a_single_problem_that_the_failure_tells_is_not_told_again() -> None:
    one, other = Problem(message="wrong"), Problem(message="bad")
    assert tells_all(SyncError("a.csv:A1: wrong"), [one])
    assert not tells_all(SyncError("a.csv is not utf-8"), [one])
    assert not tells_all(SyncError("a.csv:A1: wrong (and 1 more problem)"), [one, other])
    assert not tells_all(None, [one])
