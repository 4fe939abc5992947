"""The garbage collector waits while a plan is made, and there is nothing for it to do then."""

import gc
from collections.abc import Iterator

import pytest

from layersync.plan.compose import plan_of
from layersync.plan.uncollected import uncollected
from layersync.values.memory import Memory
from tests.plan.build import PROJECTS, WIDE, an_id, desired, project, reading


@pytest.fixture
def collector() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("before", [True, False])
def test_the_collector_is_as_it_was_afterwards(*, before: bool) -> None:
    if not before:
        gc.disable()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled() is before


@pytest.mark.usefixtures("collector")
def test_the_collector_is_as_it_was_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), uncollected():
        _ = 1 / 0
    assert gc.isenabled()


def garbage_of(rows: int) -> int:
    """How many objects of a plan only the collector can let go of."""
    cells = [{"id": an_id(number), "tagline": "new", "metadata": {"a": [number]}} for number in range(rows)]
    sheet = desired(PROJECTS, cells)
    live = reading(PROJECTS, [project(number) for number in range(rows)]).live(sheet, PROJECTS)
    gc.collect()
    made = plan_of(sheet, live, Memory(), PROJECTS, WIDE)
    assert len(made.changes) == rows
    del made
    return gc.collect()


@pytest.mark.usefixtures("collector")
def test_changes_hold_each_other_in_no_circle() -> None:
    garbage_of(1)  # what is made once
    assert garbage_of(100) == garbage_of(2)
