"""What a refusal tells of others where answers do not say what remains: how much, for how long, and what is owed."""

import math

import pytest

from layersync.api.ticks import Ticks

WHOLE, WINDOW_S = 600, 60.0


def refused(ours: int, asked_s: float, now: float = 10.0) -> Ticks:
    ticks = Ticks(WINDOW_S)
    ticks.refused(WHOLE, ours, asked_s, now)
    return ticks


def test_without_a_refusal_nobody_is_known() -> None:
    assert Ticks(WINDOW_S).left(0.0) == math.inf


@pytest.mark.parametrize(
    ("ours", "wait_s", "left"),
    [
        (450, 24.0, 350),  # 150 in 36 s
        (540, 20.0, 510),
        (540, 48.0, 300),  # 60 in 12 s: as many as we have
        (100, 30.0, 300),  # they have more than half, and keep half
        (0, 30.0, 300),
    ],
)
def test_others_took_what_is_lacking_since_the_window_of_the_server_began(
    ours: int, wait_s: float, left: float
) -> None:
    assert refused(ours, wait_s).left(10.0) == pytest.approx(left)


@pytest.mark.parametrize(
    ("ours", "wait_s"), [(300, 1.0), (300, 2.9), (300, 58.0), (300, 60.0), (300, 3_600.0), (590, 30.0), (700, 30.0)]
)
def test_a_refusal_that_tells_of_no_window_or_of_next_to_nobody_is_none(ours: int, wait_s: float) -> None:
    ticks = Ticks(WINDOW_S)
    assert not ticks.refused(WHOLE, ours, wait_s, 10.0)
    assert ticks.left(10.0) == math.inf


def test_each_window_without_a_refusal_lets_more_leave_and_the_next_twice_as_much() -> None:
    ticks = refused(300, 20.0, now=100.0)
    assert [ticks.left(120.0 + WINDOW_S * n) for n in (-0.3, 0, 1, 2, 3)] == pytest.approx([300, 300, 312, 336, 384])
    assert ticks.left(120.0 + WINDOW_S * 6) == math.inf


def test_nothing_is_given_back_while_nothing_is_sent() -> None:
    ticks = refused(300, 20.0, now=100.0)
    ticks.rests(150.0)
    ticks.rests(110.0)
    assert [ticks.left(150.0 + WINDOW_S * n) for n in (0, 1)] == pytest.approx([300, 312])


def test_of_others_that_are_known_a_short_wait_tells_more() -> None:
    ticks = refused(300, 20.0, now=60.0)
    assert ticks.refused(WHOLE, 340, 2.0, 138.0)
    assert ticks.left(138.0) == pytest.approx(WHOLE - 260 * WINDOW_S / 58)
