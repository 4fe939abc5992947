"""What a plan costs: requests by class, time, and what today's cap leaves over."""

from dataclasses import replace

import pytest

from layersync.plan.price import price_of
from layersync.values.change import Change
from layersync.values.plan import Price
from layersync.values.target import Budget
from tests.plan.build import BUDGET, PROJECTS, an_id, desired, plan, project, reading


def changes(count: int, **cells: object) -> tuple[Change, ...]:
    rows = [{"id": an_id(n), **(cells or {"tagline": "new"})} for n in range(count)]
    return plan(desired(PROJECTS, rows), reading(PROJECTS, [project(n) for n in range(count)]), PROJECTS).changes


def price(planned: tuple[Change, ...], writes_today: int = 0, budget: Budget = BUDGET) -> Price:
    return price_of(planned, PROJECTS, budget, writes_today)


@pytest.mark.parametrize(("count", "seconds"), [(0, 0), (1, 0), (54, 0), (55, 60), (108, 60), (109, 120), (540, 540)])
def test_the_time_is_that_of_the_last_write_under_an_exact_window(count: int, seconds: float) -> None:
    told = price(changes(count))
    assert (told.writes, told.seconds, told.writes_per_minute) == (count, seconds, 54.0)


@pytest.mark.parametrize(("count", "reads"), [(54, 0), (108, 0), (109, 1), (120, 12)])
def test_records_whose_turn_comes_more_than_a_minute_after_they_were_read_are_read_again(
    count: int, reads: int
) -> None:
    assert price(changes(count)).reads == reads


def test_every_record_is_read_again_whose_metadata_is_sent_or_whose_plan_was_saved() -> None:
    assert price(changes(5, **{"metadata.a": "x"})).reads == 5
    assert price(tuple(replace(one, read_at=None) for one in changes(5))).reads == 5


def test_a_record_that_was_read_early_in_a_long_reading_is_read_again_soon() -> None:
    early, late = changes(2)
    read = (replace(early, read_at=100.0), replace(late, read_at=139.5))
    assert price_of(read, PROJECTS, BUDGET, 0, now=200.0).reads == 1 + 1
    assert price_of(read, PROJECTS, BUDGET, 0, now=199.0).reads == 1


def test_what_an_earlier_job_of_the_run_sends_puts_off_the_writes_of_a_later_one() -> None:
    first = price_of(changes(100), PROJECTS, BUDGET, 0)
    second = price_of(changes(100), PROJECTS, BUDGET, 100, behind=100)
    assert (first.seconds, first.reads) == (60, 0)
    assert (second.seconds, second.reads) == (120, 92)
    assert first.seconds + second.seconds == price(changes(200)).seconds
    assert first.reads + second.reads == price(changes(200)).reads


def test_where_reads_take_longer_than_writes_they_set_the_pace() -> None:
    slow = Budget(tier="custom", reads=10, writes=1000, writes_per_day=10_000, share=1.0)
    assert price(changes(30, **{"metadata.a": "x"}), budget=slow).seconds == 120


@pytest.mark.parametrize(("sent", "left", "over"), [(0, 9_000, 0), (8_990, 10, 10), (9_000, 0, 20), (99_999, 0, 20)])
def test_what_does_not_fit_into_today_is_carried_over_and_costs_nothing_today(sent: int, left: int, over: int) -> None:
    told = price(changes(20, **{"metadata.a": "x"}), writes_today=sent)
    assert (told.writes, told.writes_left_today, told.carried_over, told.reads) == (20, left, over, 20 - over)
