"""One value in nearly all changed rows is worth a warning, and never holds anything."""

from dataclasses import replace

import pytest

from layersync.values.cell import CLEAR
from layersync.values.problem import Severity
from tests.plan.build import PROJECTS, WIDE, an_id, desired, plan, project, reading


def warnings(*cells: dict[str, object], min_rows: int = WIDE.min_rows) -> list[str]:
    """What is told of a sheet with these cells, a row each, of records that have none of them."""
    rows = [{"id": an_id(n), "tagline": None, "appName": None, **row} for n, row in enumerate(cells)]
    live = [project(n, appName="App", tagline="old") for n in range(len(rows))]
    made = plan(desired(PROJECTS, rows), reading(PROJECTS, live), PROJECTS, replace(WIDE, min_rows=min_rows))
    assert made.holds == ()
    assert len(made.to_send) == sum(bool(row) for row in cells)
    assert all(notice.severity is Severity.WARNING and notice.row is None for notice in made.notices)
    return [notice.message for notice in made.notices]


def tagged(same: int, other: int) -> list[dict[str, object]]:
    return [{"tagline": "filled"}] * same + [{"tagline": f"own {n}"} for n in range(other)]


def test_a_column_with_one_value_in_more_than_nine_tenths_of_the_changed_rows_is_told() -> None:
    assert warnings(*tagged(48, 2)) == ["tagline becomes filled in 48 of 50 changed rows: was a cell filled down?"]


@pytest.mark.parametrize(("same", "other", "told"), [(18, 2, 0), (19, 1, 1), (9, 0, 0), (10, 0, 1)])
def test_nine_tenths_are_not_more_than_nine_tenths_and_a_few_rows_are_never_told(
    same: int, other: int, told: int
) -> None:
    assert len(warnings(*tagged(same, other))) == told


def test_one_row_is_not_filled_down_whatever_min_rows_says() -> None:
    assert len(warnings(*tagged(1, 0), min_rows=1)) == 0
    assert len(warnings(*tagged(2, 0), min_rows=1)) == 1


def test_rows_that_do_not_change_do_not_count() -> None:
    assert len(warnings(*tagged(12, 0), *[{}] * 100)) == 1


def test_clears_are_told_as_such_and_each_column_for_itself() -> None:
    rows: list[dict[str, object]] = [{"appName": CLEAR, "tagline": f"own {n}"} for n in range(12)]
    assert warnings(*rows) == ["appName becomes empty in 12 of 12 changed rows: was a cell filled down?"]


def test_the_value_is_found_wherever_it_stands_among_the_others() -> None:
    rows = tagged(0, 2) + tagged(60, 0)
    assert len(warnings(*rows[:1], *rows[2:30], *rows[1:2], *rows[30:])) == 1


def test_the_warning_stands_at_its_column() -> None:
    rows = [{"id": an_id(n), "metadata.plan": "gold"} for n in range(10)]
    live = [project(n, metadata={"plan": "free"}) for n in range(10)]
    (notice,) = plan(desired(PROJECTS, rows), reading(PROJECTS, live), PROJECTS).notices
    assert (notice.column, notice.header) == ("B", "metadata.plan")
    assert notice.message.startswith("metadata.plan becomes gold in 10 of 10")
