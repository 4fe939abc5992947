"""What a refusal tells of others where answers do not say what remains: how much, for how long, and what is owed."""

import math

import pytest

from layersync.api.ticks import Ticks
from layersync.api.window import Window

WHOLE, WINDOW_S = 600, 60.0


def sent(count: int, at: float = 0.0) -> Window:
    own = Window(WINDOW_S)
    for _ in range(count):
        own.left()
        own.counted(at)
    return own


def refused(ours: int, wait_s: float, now: float = 10.0, began: float = 0.0) -> Ticks:
    ticks = Ticks(WINDOW_S)
    ticks.refused(WHOLE, ours, sent(ours, began), wait_s, now)
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
    assert ticks.refused(WHOLE, ours, sent(ours), wait_s, 10.0) is None
    assert ticks.left(10.0) == math.inf


def test_each_window_without_a_refusal_lets_more_leave_and_the_next_twice_as_much() -> None:
    ticks = refused(300, 20.0, now=100.0, began=95.0)
    even_at = 95.0 + WINDOW_S
    found = [ticks.left(even_at + WINDOW_S * n) for n in (-0.5, 0, 1, 2, 3)]
    assert found == pytest.approx([300, 300, 312, 336, 384])
    assert ticks.left(even_at + WINDOW_S * 6) == math.inf


def test_of_others_that_are_known_a_short_wait_tells_more() -> None:
    ticks = refused(300, 20.0, now=60.0, began=55.0)
    assert ticks.refused(WHOLE, 340, sent(340, 190.0), 2.0, 198.0) is not None
    assert ticks.left(198.0) == pytest.approx(WHOLE - 260 * WINDOW_S / 58)


def even_at(ours: int, asked_s: float, *, more: int = 0, sharers: int = 1) -> float | None:
    """Of requests that were sent at 0, and `more` before another refusal."""
    ticks, own = Ticks(WINDOW_S), sent(ours)
    ticks.refused(WHOLE, ours, own, asked_s, 10.0, sharers)
    ticks.sent(more + 3)
    ticks.sent(-3)
    return ticks.refused(WHOLE, ours, own, asked_s, 10.0, sharers)


def test_what_was_sent_before_is_left_to_them_afterwards() -> None:
    assert even_at(450, 24.0) == pytest.approx(450 * WINDOW_S / 350)
    assert even_at(450, 24.0, more=10) == pytest.approx(460 * WINDOW_S / 350)


def test_two_processes_have_half_of_the_rest_each() -> None:
    assert even_at(100, 30.0, sharers=2) == pytest.approx(100 * WINDOW_S / 150)


def test_nobody_rests_for_more_than_two_windows() -> None:
    assert even_at(540, 48.0, more=1_000) == 10.0 + 2 * WINDOW_S


def test_what_was_sent_three_windows_ago_is_forgotten() -> None:
    ticks = refused(540, 48.0)
    ticks.sent(10_000)
    assert ticks.refused(WHOLE, 300, sent(300, 250.0), 10.0, 290.0) == pytest.approx(250.0 + WINDOW_S)
