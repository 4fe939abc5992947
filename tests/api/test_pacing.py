"""The pace against servers whose policy nobody told us: how much of the budget is used, how often they must refuse."""

from collections.abc import Callable

import pytest

from layersync.sandbox.limits import FixedWindow, SlidingWindow, TokenBucket, Window
from tests.api.world import SHARE, SPAN_S, ShallowBucket, meet

Policy = Callable[[int, float], Window]
POLICIES: dict[str, Policy] = {"fixed": FixedWindow, "sliding": SlidingWindow, "bucket": TokenBucket}
LIMIT, COUNT, LONG = 600, 1_500, 2_690


def rolling_s(count: int, limit: int) -> float:
    """The time that a client needs who may send `limit` requests in any stretch of a minute."""
    return (-(-count // limit) - 1) * SPAN_S


@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize("policy", POLICIES)
def test_alone_the_share_is_used_and_nothing_is_refused(policy: str, headers: bool) -> None:
    met = meet(POLICIES[policy], LIMIT, LONG, headers=headers)
    assert met.refused == 0
    assert rolling_s(LONG, int(LIMIT * SHARE)) / met.took_s >= 0.97


@pytest.mark.parametrize(("headers", "share", "refused"), [(True, 0.97, 0.0), (False, 0.85, 0.005)])
def test_alone_a_shallow_bucket_is_found_out(headers: bool, share: float, refused: float) -> None:
    met = meet(ShallowBucket, LIMIT, COUNT, headers=headers)
    assert met.refused_share <= refused
    assert COUNT / (LIMIT * SHARE / SPAN_S) / met.took_s >= share


# How a client that leaves a stranger its half does best: a bucket that is full lends it a burst besides.
BURSTS = {"fixed": 0.0, "sliding": 0.0, "bucket": LIMIT * SHARE, "shallow": 2.0 * LIMIT / SPAN_S}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize("policy", BURSTS)
def test_beside_a_stranger_its_half_is_used_few_are_refused_none_leaves_early_and_none_is_lost(
    policy: str, headers: bool, seed: int
) -> None:
    met = meet(
        {**POLICIES, "shallow": ShallowBucket}[policy], LIMIT, COUNT, headers=headers, stranger_share=0.5, seed=seed
    )
    assert met.refused_share <= (0.016 if headers else 0.023)  # what remains tells of the stranger
    assert met.early == 0
    assert met.done == COUNT
    fair_s = (COUNT - BURSTS[policy]) / (LIMIT / 2 / SPAN_S)
    assert fair_s / met.took_s >= 0.95
    if policy == "fixed" and headers:
        return  # right after the tick all is sent before answers tell of anybody
    assert fair_s / met.took_s <= 1.15
    assert met.stranger >= 0.75 * met.took_s * LIMIT / 2 / SPAN_S


@pytest.mark.parametrize("phase", [0.15, 0.4, 0.65, 0.9])
@pytest.mark.parametrize("policy", POLICIES)
def test_where_answers_say_what_remains_a_stranger_keeps_its_half(policy: str, phase: float) -> None:
    met = meet(POLICIES[policy], LIMIT, COUNT, headers=True, stranger_share=0.5, phase=phase)
    assert met.refused_share <= 0.005
    fair_s = (COUNT - BURSTS[policy]) / (LIMIT / 2 / SPAN_S)
    assert 0.93 <= fair_s / met.took_s <= 1.05
    assert met.stranger >= 0.93 * met.took_s * LIMIT / 2 / SPAN_S


@pytest.mark.parametrize("phase", [0.01, 0.02])
def test_what_a_burst_right_after_the_tick_took_a_stranger_has_afterwards(phase: float) -> None:
    met = meet(FixedWindow, LIMIT, 1_081, headers=True, stranger_share=0.5, phase=phase)
    assert met.refused_share <= 0.005
    assert 0.95 <= 1_081 / (LIMIT / 2 / SPAN_S) / met.took_s <= 1.1
    assert met.stranger >= 0.85 * met.took_s * LIMIT / 2 / SPAN_S


@pytest.mark.parametrize(("count", "most", "kept"), [(1_081, 1.06, 0.65), (3_241, 1.05, 0.85)])
@pytest.mark.parametrize("phase", [0.02, 0.15, 0.4, 0.65, 0.9])
def test_in_the_minutes_of_a_clock_refusals_alone_tell_of_a_stranger(
    phase: float, count: int, most: float, kept: float
) -> None:
    """What the first window lent us, the stranger has afterwards; so the run as a whole takes its half."""
    met = meet(FixedWindow, LIMIT, count, headers=False, stranger_share=0.5, phase=phase)
    assert met.refused_share <= 0.015
    assert met.early == 0
    fair_s = count / (LIMIT / 2 / SPAN_S)
    assert 0.97 <= fair_s / met.took_s <= most
    assert met.stranger >= kept * met.took_s * LIMIT / 2 / SPAN_S


def test_in_a_sliding_window_a_stranger_keeps_its_half_in_the_long_run_without_a_word_of_it() -> None:
    met = meet(SlidingWindow, LIMIT, 3_241, headers=False, stranger_share=0.5)
    assert met.refused_share <= 0.016
    assert 0.97 <= 3_241 / (LIMIT / 2 / SPAN_S) / met.took_s <= 1.02


@pytest.mark.parametrize("part", [0.1, 0.2, 0.35])
def test_by_refusals_alone_all_is_used_that_a_smaller_stranger_leaves(part: float) -> None:
    met = meet(FixedWindow, LIMIT, LONG, headers=False, stranger_share=part, phase=0.4)
    assert LONG / ((1.0 - part) * LIMIT / SPAN_S) / met.took_s >= 0.93
    assert met.stranger >= 0.8 * met.took_s * LIMIT * part / SPAN_S


@pytest.mark.parametrize("phase", [0.02, 0.4, 0.9])
def test_by_refusals_alone_it_shows_that_a_stranger_stopped(phase: float) -> None:
    long, until_s = 10 * int(LIMIT * SHARE), 2.5 * SPAN_S
    met = meet(FixedWindow, LIMIT, long, headers=False, stranger_share=0.5, phase=phase, until_s=until_s)
    ideal_s = until_s + (long - until_s * LIMIT / 2 / SPAN_S) / (LIMIT * SHARE / SPAN_S)
    assert met.took_s <= ideal_s * 1.15


@pytest.mark.parametrize("policy", POLICIES)
def test_the_last_request_of_a_window_is_kept_back_only_where_more_are_to_follow(policy: str) -> None:
    share = int(LIMIT * SHARE)
    assert meet(POLICIES[policy], LIMIT, share, headers=False).took_s <= 10.0
    assert meet(POLICIES[policy], LIMIT, share + 1, headers=False).took_s == pytest.approx(SPAN_S, abs=1.0)


@pytest.mark.parametrize("part", [0.05, 0.2, 0.35])
def test_of_what_a_smaller_stranger_leaves_all_is_used(part: float) -> None:
    met = meet(FixedWindow, LIMIT, COUNT, headers=True, stranger_share=part, phase=0.4)
    free = min(SHARE, 1.0 - part) * LIMIT / SPAN_S
    assert 0.93 <= COUNT / free / met.took_s <= (1.15 if free < SHARE * LIMIT / SPAN_S else 1.4)  # or at once
    assert met.stranger >= 0.85 * met.took_s * LIMIT * part / SPAN_S


@pytest.mark.parametrize("policy", POLICIES)
def test_who_used_the_budget_before_and_stopped_costs_seconds(policy: str) -> None:
    met = meet(POLICIES[policy], LIMIT, 300, headers=True, before=(10.0, 200))
    assert met.took_s <= 10.0


@pytest.mark.parametrize("policy", ["fixed", "sliding"])
def test_a_stranger_that_stops_does_not_slow_the_run_to_its_end(policy: str) -> None:
    long, until_s = 10 * int(LIMIT * SHARE), 2.5 * SPAN_S
    met = meet(POLICIES[policy], LIMIT, long, headers=True, stranger_share=0.5, phase=0.4, until_s=until_s)
    ideal_s = until_s + (long - until_s * LIMIT / 2 / SPAN_S) / (LIMIT * SHARE / SPAN_S)
    assert met.took_s <= ideal_s * 1.15


def test_a_small_share_beside_a_small_stranger_is_used_at_once() -> None:
    met = meet(SlidingWindow, LIMIT, 180, headers=True, stranger_share=0.2, share=0.3)
    assert met.took_s <= 5.0


def test_a_server_that_always_says_zero_is_asked_at_the_full_rate() -> None:
    class Zero(SlidingWindow):
        def remaining(self, now: float) -> int:
            return min(0, super().remaining(now))

        def wait(self, now: float) -> float:
            return 0.0 if super().remaining(now) else self.reset(now)

    met = meet(Zero, LIMIT, COUNT, headers=True)
    assert met.refused == 0
    assert COUNT / (LIMIT * SHARE / SPAN_S) / met.took_s >= 0.97
