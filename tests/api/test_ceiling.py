"""The ceiling over our own part of a window: where a refusal puts it, how it rises, what makes it rise faster."""

import math

import pytest

from layersync.api.ceiling import Ceiling

LIMIT, WINDOW_S = 600, 60.0
EVEN_S = WINDOW_S / LIMIT / 0.055  # how long one more takes at first


def refused_at(held: int) -> Ceiling:
    ceiling = Ceiling(WINDOW_S)
    ceiling.refused(held, 0.0, LIMIT)
    return ceiling


def test_without_a_refusal_there_is_none() -> None:
    ceiling = Ceiling(WINDOW_S)
    ceiling.answered(LIMIT, 0.0, LIMIT)
    assert ceiling.wait_s(LIMIT, 1.0, LIMIT) == 0.0


def test_after_a_refusal_no_more_are_held_than_there_were_less_a_hundredth() -> None:
    ceiling = refused_at(300)
    assert ceiling.wait_s(296, 0.0, LIMIT) == 0.0
    assert ceiling.wait_s(297, 0.0, LIMIT) == pytest.approx(EVEN_S)
    assert ceiling.wait_s(300, 0.0, LIMIT) == pytest.approx(4 * EVEN_S)
    assert ceiling.wait_s(297, EVEN_S + 0.001, LIMIT) == 0.0


def test_an_answer_above_what_was_refused_doubles_what_is_regained_and_one_below_says_nothing() -> None:
    ceiling = refused_at(300)
    ceiling.answered(297, 0.0, LIMIT)
    assert ceiling.wait_s(297, 0.0, LIMIT) == pytest.approx(EVEN_S)
    ceiling.answered(298, EVEN_S, LIMIT)
    assert ceiling.wait_s(298, EVEN_S, LIMIT) == pytest.approx(EVEN_S / 2)


def test_when_the_others_are_gone_the_whole_limit_is_back_within_half_a_window() -> None:
    ceiling, now = refused_at(300), 0.0
    for held in range(297, LIMIT):
        now += ceiling.wait_s(held, now, LIMIT)
        ceiling.answered(held + 1, now, LIMIT)
    assert now < WINDOW_S / 2


def test_another_refusal_lowers_it_and_it_rises_slowly_again() -> None:
    ceiling = refused_at(300)
    ceiling.answered(301, 1.0, LIMIT)
    ceiling.refused(250, 2.0, LIMIT)
    assert ceiling.wait_s(247, 2.0, LIMIT) == pytest.approx(0.5 * EVEN_S)


def test_a_refusal_when_more_are_held_than_it_allows_does_not_raise_it() -> None:
    ceiling = refused_at(300)
    ceiling.refused(400, 0.0, LIMIT)
    assert ceiling.wait_s(297, 0.0, LIMIT) > 0.0


def test_of_a_small_limit_a_few_are_regained_in_every_window() -> None:
    ceiling = Ceiling(WINDOW_S)
    ceiling.refused(0, 0.0, 3)
    assert ceiling.wait_s(0, 0.0, 3) == 0.0
    assert ceiling.wait_s(1, 0.0, 3) == pytest.approx(WINDOW_S / 4)


def test_one_refusal_at_the_start_does_not_stop_everything() -> None:
    ceiling = refused_at(0)
    assert ceiling.wait_s(29, 0.0, LIMIT) == 0.0


def test_who_was_refused_with_much_in_the_window_sends_his_part_evenly() -> None:
    ceiling = refused_at(300)
    assert ceiling.even(0.0, LIMIT) == pytest.approx(297)
    assert ceiling.even(EVEN_S * 3, LIMIT) == pytest.approx(300)


@pytest.mark.parametrize(("held", "limit"), [(30, LIMIT), (180, LIMIT), (0, 3), (1, 3)])
def test_who_was_refused_with_little_may_have_met_a_shallow_bucket(held: int, limit: int) -> None:
    ceiling = Ceiling(WINDOW_S)
    assert ceiling.even(0.0, limit) == math.inf
    ceiling.refused(held, 0.0, limit)
    assert ceiling.even(0.0, limit) == math.inf
