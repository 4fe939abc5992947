"""The gate: full use of the window, and never one request more."""

import asyncio
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.api.pacer import Gate
from layersync.api.rate_headers import Said
from tests.virtual_time import VirtualClock, run_virtual


async def _drive(gate: Gate, count: int, workers: int, latency: random.Random) -> list[tuple[float, float]]:
    """Sends `count` requests; gives for each when it left and when its answer came."""
    sends: list[tuple[float, float]] = []
    clock = VirtualClock()
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            slot = await gate.admit()
            start = clock.now()
            await asyncio.sleep(latency.uniform(0.01, 0.4))
            gate.answered(slot)
            sends.append((start, clock.now()))

    await asyncio.gather(*(worker() for _ in range(workers)))
    return sends


@pytest.mark.parametrize(("limit", "count", "windows"), [(54, 540, 10), (540, 1000, 2), (1, 4, 4)])
def test_the_whole_budget_of_every_window_is_used(limit: int, count: int, windows: int) -> None:
    async def main() -> float:
        await _drive(Gate(limit, 60.0, VirtualClock()), count, 8, random.Random(1))
        return VirtualClock().now()

    ideal = (windows - 1) * 60.0
    took = run_virtual(main())
    assert ideal <= took
    assert ideal / took >= 0.87 or took - ideal < 25 * windows


@given(limit=st.integers(1, 40), count=st.integers(1, 200), workers=st.integers(1, 12), seed=st.integers(0, 99))
def test_no_window_ever_holds_more_than_the_limit_wherever_the_server_counts(
    limit: int, count: int, workers: int, seed: int
) -> None:
    """The server may count a request at any moment between its send and its answer."""
    sends = run_virtual(_drive(Gate(limit, 10.0, VirtualClock()), count, workers, random.Random(seed)))
    rng = random.Random(seed)
    counted = sorted(rng.uniform(start, end) for start, end in sends)
    assert all(late - early >= 10.0 for early, late in zip(counted, counted[limit:], strict=False))


def test_a_429_closes_the_gate_for_everybody_slows_it_down_and_gives_its_slot_back() -> None:
    async def main() -> list[float]:
        gate, clock = Gate(3, 60.0, VirtualClock()), VirtualClock()
        slot = await gate.admit()
        waiting = [asyncio.create_task(_pass(gate, clock)) for _ in range(3)]
        gate.throttled(slot, 7.0)
        return list(await asyncio.gather(*waiting))

    first, second, third = run_virtual(main())
    assert first == 7.0
    assert 7.0 + 60.0 / 3 < second < third < 67.0


def test_who_is_refused_for_others_and_rests_says_so_before() -> None:
    async def main() -> list[tuple[float, float]]:
        gate, clock = Gate(540, 60.0, VirtualClock(), 600), VirtualClock()
        told: list[tuple[float, float]] = []
        gate.company.on_others = lambda part, _: told.append((clock.now(), part))
        for _ in range(450):
            await _pass(gate, clock)
        gate.throttled(await gate.admit(), 24.0, 24.0)
        assert told == [(0.0, pytest.approx(250 / 600, abs=0.01))]
        later = await _pass(gate, clock)
        assert later == pytest.approx(450 * 60.0 / 350, abs=1.0)
        return told

    assert len(run_virtual(main())) == 1


def test_who_rests_for_others_that_answers_tell_of_says_so_before() -> None:
    async def main() -> list[tuple[float, bool]]:
        gate, clock = Gate(540, 60.0, VirtualClock(), 600), VirtualClock()
        told: list[tuple[float, bool]] = []
        gate.company.on_others = lambda _, certain: told.append((clock.now(), certain))
        for number in range(480):
            gate.answered(await gate.admit(), Said(599 - number, 60.0, 600))
        await clock.sleep(30.0)
        gate.answered(await gate.admit(), Said(20, 29.0, 600))  # 99 are not ours, in half a window
        await _pass(gate, clock)
        assert clock.now() > 60.0
        return told

    assert run_virtual(main()) == [(30.0, True)]


def test_where_answers_say_what_remains_a_refusal_tells_nothing_more() -> None:
    async def main() -> float:
        gate, clock = Gate(540, 60.0, VirtualClock(), 600), VirtualClock()
        gate.answered(await gate.admit(), Said(599, 60.0, 600))
        gate.throttled(await gate.admit(), 24.0, 24.0)
        return gate.company.left(clock.now())

    assert run_virtual(main()) == math.inf


async def _pass(gate: Gate, clock: VirtualClock) -> float:
    slot = await gate.admit()
    moment = clock.now()
    gate.answered(slot)
    return moment


def test_waiters_pass_in_the_order_in_which_they_came() -> None:
    async def main() -> list[int]:
        gate, passed = Gate(1, 5.0, VirtualClock()), []

        async def one(number: int) -> None:
            slot = await gate.admit()
            passed.append(number)
            gate.answered(slot)

        await asyncio.gather(*(one(number) for number in range(6)))
        return passed

    assert run_virtual(main()) == [0, 1, 2, 3, 4, 5]


def test_an_unused_slot_goes_to_the_next_at_once() -> None:
    async def main() -> float:
        gate = Gate(1, 60.0, VirtualClock())
        slot = await gate.admit()
        waiting = asyncio.create_task(_pass(gate, VirtualClock()))
        await asyncio.sleep(1)
        gate.unused(slot)
        return await waiting

    assert run_virtual(main()) == 1.0


@pytest.mark.parametrize("refusals", [1, 3, 8, 30])
def test_a_server_that_refused_often_and_says_that_nothing_remains_is_asked_again_soon(refusals: int) -> None:
    """Four steps of the pace at most: at the slowest, a fiftieth of the full rate."""

    async def main() -> tuple[float, float]:
        gate, clock = Gate(60, 60.0, VirtualClock()), VirtualClock()
        for _ in range(refusals):
            gate.throttled(await gate.admit(), 2.0)
        waited_from = clock.now()
        gate.answered(await gate.admit(), Said(0))
        step = clock.now() - waited_from
        await gate.admit()
        return step, clock.now() - waited_from - step

    step_s, asked_after_s = run_virtual(main())
    assert asked_after_s <= 5 * max(step_s, 2.0)
