"""What answers tell of others on the same budget, and for how long it is believed."""

import math

import pytest

from layersync.api.others import Others
from layersync.api.rate_headers import Said

WHOLE, WINDOW_S, LATER_S = 600, 60.0, 61.5


def told(remaining: int, reset_s: float | None = None, ours: int = 1) -> Others:
    others = Others(WINDOW_S)
    others.told(WHOLE, Said(remaining, reset_s), ours, 0.0)
    return others


def test_what_is_lacking_beyond_ours_was_taken_by_others() -> None:
    assert told(299, ours=1).rate(0.0) == pytest.approx(300 / 60.0)
    assert told(199, ours=100).rate(0.0) == pytest.approx(301 / 60.0)


@pytest.mark.parametrize(("remaining", "ours"), [(599, 1), (120, 480), (200, 540), (588, 0), (700, 0)])
def test_nothing_is_lacking_or_next_to_nothing(remaining: int, ours: int) -> None:
    assert told(remaining, ours=ours).rate(0.0) == 0.0


@pytest.mark.parametrize(
    ("reset_s", "since_s"), [(None, 60.0), (31.0, 30.0), (1.0, 60.0), (0.0, 60.0), (40.5, 20.5), (59.0, 15.0)]
)
def test_it_was_taken_since_the_window_of_the_server_began(reset_s: float | None, since_s: float) -> None:
    assert told(449, reset_s).rate(0.0) == pytest.approx(150 / since_s)


@pytest.mark.parametrize("reset_s", [29.5, 31.0])
def test_the_moment_when_a_bucket_will_be_full_says_nothing_of_a_beginning(reset_s: float) -> None:
    assert told(299, reset_s).rate(0.0) == pytest.approx(300 / 60.0)


@pytest.mark.parametrize("reset_s", [62.0, 3_600.0, 86_400.0])
def test_a_word_on_a_longer_window_is_none_on_this_one(reset_s: float) -> None:
    assert told(299, reset_s).rate(0.0) == 0.0


def test_they_are_left_what_they_use_half_of_the_budget_at_most() -> None:
    assert told(599).left(0.0) == math.inf
    assert told(499).left(0.0) == pytest.approx(500)
    assert told(199).left(0.0) == pytest.approx(300)


def test_of_a_lower_limit_they_are_left_their_part_of_that() -> None:
    others = Others(WINDOW_S)
    others.told(300, Said(149, limit=300), 1, 0.0)
    assert others.left(0.0) == pytest.approx(150)


def test_the_newest_word_counts_for_a_window() -> None:
    others = told(299)
    others.told(WHOLE, Said(329), 1, 1.0)
    assert others.rate(1.0) == pytest.approx(270 / 60.0)
    assert others.rate(LATER_S) == pytest.approx(270 / 60.0)
    assert others.rate(1.0 + LATER_S) == 0.0


def test_after_a_tick_what_was_known_before_it_is_kept_for_a_window() -> None:
    others = told(299)
    others.told(WHOLE, Said(598, 59.0), 1, 1.0)
    assert others.rate(1.0) == pytest.approx(5.0)
    others.told(WHOLE, Said(550, 41.0), 1, 20.0)
    others.told(WHOLE, Said(359, 11.0), 1, 50.0)
    assert others.rate(LATER_S) == pytest.approx(5.0)
    assert others.rate(1.0 + LATER_S) == pytest.approx(240 / 50.0)


@pytest.mark.parametrize(("more", "rate"), [(59, 241 / 60.0), (60, 5.0)])
def test_a_tenth_of_the_budget_that_comes_back_at_once_is_a_tick(more: int, rate: float) -> None:
    others = told(299)
    others.told(WHOLE, Said(299 + more), 1, 1.0)
    assert others.rate(1.0) == pytest.approx(rate)


def test_what_was_kept_is_not_kept_again() -> None:
    others = told(299)
    others.told(WHOLE, Said(590, 59.0), 9, 60.0)
    assert others.rate(60.0) == pytest.approx(5.0)
    others.told(WHOLE, Said(480, 2.0), 50, 118.0)
    others.told(WHOLE, Said(590, 59.0), 9, 121.0)
    assert others.rate(121.3) == pytest.approx(70 / 59.0)


def test_who_does_not_go_on_counts_no_more_after_a_few_seconds() -> None:
    others = told(499, 51.0)
    assert others.rate(0.0) == pytest.approx(100 / 15.0)
    others.told(WHOLE, Said(490, 48.0), 10, 3.0)
    assert others.rate(3.0) == pytest.approx(100 / 15.0)
    others.told(WHOLE, Said(485, 46.0), 15, 5.0)
    assert others.rate(5.0) == 0.0
    others.told(WHOLE, Said(590, 60.0), 10, 51.0)
    assert others.rate(51.0) == 0.0


def test_who_goes_on_is_believed() -> None:
    others = told(499, 41.0)
    others.told(WHOLE, Said(455, 31.0), 10, 10.0)
    assert others.rate(10.0) == pytest.approx(135 / 30.0)


def test_of_a_full_window_nothing_has_to_grow() -> None:
    others = told(299, 1.0)
    others.told(WHOLE, Said(250, 1.0), 50, 10.0)
    assert others.rate(10.0) == pytest.approx(300 / 60.0)


def test_a_server_that_never_has_much_left_says_nothing_until_it_has() -> None:
    others = told(19, 2.0)
    assert others.rate(0.0) == 0.0
    others.told(WHOLE, Said(120), 1, 0.0)
    others.told(WHOLE, Said(19), 1, 0.0)
    assert others.rate(0.0) == pytest.approx(580 / 60.0)
