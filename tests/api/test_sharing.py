"""Several processes on one budget, in virtual time: together within it, none starved, none held up by the dead."""

import asyncio
import math
import random
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from layersync.api.pacer import Gate
from layersync.api.rate_headers import Said
from layersync.sandbox.limits import FixedWindow, SlidingWindow, TokenBucket, Window
from layersync.state.clocks import Clocks
from layersync.state.shared_budget import SharedBudget, Sharing
from layersync.state.store import Store
from tests.virtual_time import VirtualClock, run_virtual

SPAN_S, LIMIT, SHARE = 60.0, 60, 54
POLICIES = {"fixed": FixedWindow, "sliding": SlidingWindow, "bucket": TokenBucket}


@dataclass
class Sender:
    """One process: its gate, and when its requests were answered well or refused."""

    gate: Gate
    pool: SharedBudget
    done: list[float] = field(default_factory=list)
    refused: int = 0


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[list[Store]]:
    """The state file as four processes have it open."""
    with ExitStack() as opened:
        yield [opened.enter_context(Store.open(tmp_path)) for _ in range(4)]


def sender(store: Store, name: str, told: list[str] | None = None, limit: int = SHARE) -> Sender:
    clock = VirtualClock()
    clocks = Clocks(boot=clock.now, boot_id="boot")
    tell = [].append if told is None else told.append
    pool = SharedBudget(Sharing(store=store, clocks=clocks, sharer=name, longest_s=30.0, tell=tell), "key", SPAN_S)
    gate = Gate(limit, SPAN_S, clock, LIMIT)
    gate.share(pool)
    return Sender(gate, pool)


async def send(
    one: Sender, window: Window, count: int, *, headers: bool = True, seed: int = 1, latency_s: float = 0.1
) -> None:
    """Sends until `count` requests are done, and leaves."""
    clock, rng, left = VirtualClock(), random.Random(seed), iter(range(count))

    async def worker() -> None:
        for _ in left:
            while not await _one(one, window, clock, rng, headers=headers, latency_s=latency_s):
                pass

    await asyncio.gather(*(worker() for _ in range(8)))
    one.pool.leave()


async def _one(
    one: Sender, window: Window, clock: VirtualClock, rng: random.Random, *, headers: bool, latency_s: float = 0.1
) -> bool:
    slot = await one.gate.admit()
    await clock.sleep(rng.uniform(latency_s / 10, latency_s))
    wait_s = window.wait(clock.now())
    if wait_s:
        one.refused += 1
        one.gate.throttled(slot, wait_s)
        return False
    window.take(clock.now())
    said = Said(window.remaining(clock.now()), math.ceil(window.reset(clock.now())), window.limit)
    await clock.sleep(rng.uniform(latency_s / 10, latency_s))
    one.done.append(clock.now())
    one.gate.answered(slot, said if headers else None)
    return True


@pytest.mark.parametrize(
    ("policy", "headers"), [("fixed", False), ("sliding", True), ("sliding", False), ("bucket", True)]
)
def test_two_that_start_together_stay_within_the_budget_and_neither_starves(
    stores: list[Store], policy: str, headers: bool
) -> None:
    each = 4 * SHARE

    async def main() -> list[Sender]:
        window = POLICIES[policy](LIMIT, SPAN_S)
        both = [sender(store, name) for store, name in zip(stores, "ab", strict=False)]
        await asyncio.gather(*(send(one, window, each, headers=headers, seed=n) for n, one in enumerate(both)))
        return both

    both = run_virtual(main())
    assert [one.refused for one in both] == [0, 0]
    times = sorted(at for one in both for at in one.done)
    ideal_s = (-(-2 * each // SHARE) - 1) * SPAN_S
    assert ideal_s / times[-1] >= 0.95
    # as soon as both have been there for two windows, each has its part of every window
    for one in both:
        for number in range(2, 7):
            part = sum(number * SPAN_S <= at < (number + 1) * SPAN_S for at in one.done)
            assert part == pytest.approx(SHARE / 2, abs=3)


def test_alone_sharing_costs_nothing(stores: list[Store]) -> None:
    async def main(share: bool) -> float:
        one = sender(stores[0], f"alone {share}")
        if not share:
            one.gate = Gate(SHARE, SPAN_S, VirtualClock(), LIMIT)
        await send(one, SlidingWindow(LIMIT, SPAN_S), 5 * SHARE)
        return one.done[-1]

    shared, alone = run_virtual(main(True)), run_virtual(main(False))
    assert shared <= alone * 1.01


def test_what_this_machine_used_before_was_no_stranger(stores: list[Store]) -> None:
    async def main() -> list[float]:
        window, clock = SlidingWindow(LIMIT, SPAN_S), VirtualClock()
        await send(sender(stores[0], "before"), window, 30)
        one = sender(stores[1], "now")
        pool, one.gate = one.pool, Gate(SHARE, SPAN_S, clock, LIMIT)
        await _one(one, window, clock, random.Random(1), headers=True)
        one.gate.share(pool)
        began = clock.now()
        await send(one, window, 20)
        return [at - began for at in one.done[1:]]

    assert max(run_virtual(main())) < 1.0


@pytest.mark.parametrize("latency_s", [0.1, 3.0])
@pytest.mark.parametrize("policy", POLICIES)
def test_two_are_no_strangers_to_each_other(stores: list[Store], policy: str, latency_s: float) -> None:
    told: list[float] = []

    async def main() -> list[float]:
        window = POLICIES[policy](LIMIT, SPAN_S)
        both = [sender(store, name) for store, name in zip(stores, "ab", strict=False)]
        for one in both:
            one.gate.company.on_others = lambda part, _: told.append(part)

        async def later() -> None:
            await asyncio.sleep(20.0)
            await send(both[1], window, 2 * SHARE)

        await asyncio.gather(send(both[0], window, 3 * SHARE, latency_s=latency_s), later())
        return sorted(at for one in both for at in one.done)

    took_s = run_virtual(main())[-1]
    assert told == []
    assert took_s <= 4 * SPAN_S + 50.0


def test_a_refusal_is_not_laid_at_the_door_of_another_process_here(stores: list[Store]) -> None:
    async def main() -> float:
        one, other = sender(stores[0], "a"), sender(stores[1], "b")
        for each in (one, other):
            for _ in range(24):
                each.gate.answered(await each.gate.admit())
        one.gate.throttled(await one.gate.admit(), 30.0, 30.0)
        return one.gate.company.left(VirtualClock().now())

    assert run_virtual(main()) >= LIMIT - 2 * (LIMIT - 48)


def test_two_leave_a_stranger_its_part(stores: list[Store]) -> None:
    async def main() -> tuple[list[Sender], int]:
        window, clock, took = FixedWindow(LIMIT, SPAN_S), VirtualClock(), 0

        async def stranger() -> None:
            nonlocal took
            while True:
                await clock.sleep(2.5)
                if window.wait(clock.now()) == 0:
                    window.take(clock.now())
                    took += 1

        other = asyncio.create_task(stranger())
        await clock.sleep(1.8 * SPAN_S)
        took = 0
        both = [sender(store, name) for store, name in zip(stores, "ab", strict=False)]
        await asyncio.gather(*(send(one, window, 120, seed=n) for n, one in enumerate(both)))
        other.cancel()
        return both, took

    both, took = run_virtual(main())
    took_s = max(one.done[-1] for one in both) - 1.8 * SPAN_S
    assert took >= 0.95 * took_s / 2.5
    assert 240 / took_s >= 0.95 * (LIMIT / SPAN_S - 1 / 2.5)


def test_who_comes_later_has_its_part_a_window_later_and_who_stays_has_all_again(stores: list[Store]) -> None:
    async def main() -> tuple[Sender, Sender]:
        window = SlidingWindow(LIMIT, SPAN_S)
        first, second = sender(stores[0], "a"), sender(stores[1], "b")

        async def later() -> None:
            await asyncio.sleep(30.0)
            await send(second, window, 2 * SHARE)

        await asyncio.gather(send(first, window, 10 * SHARE), later())
        return first, second

    first, second = run_virtual(main())
    assert first.refused == second.refused == 0
    assert sum(at < 61.0 for at in second.done) == pytest.approx(SHARE / 2, abs=2)
    assert sum(121.0 <= at < 181.0 for at in first.done) == pytest.approx(SHARE / 2, abs=2)
    last = second.done[-1]
    assert sum(last + SPAN_S <= at < last + 4 * SPAN_S for at in first.done) >= 3 * SHARE * 0.95


def test_what_a_killed_process_held_is_free_again_by_itself(stores: list[Store]) -> None:
    async def main() -> float:
        window = SlidingWindow(LIMIT, SPAN_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await send(dead := sender(stores[0], "dead"), window, SHARE)
        assert 0 < len(dead.done) < SHARE
        heir = sender(stores[1], "heir")
        await send(heir, window, 2 * SHARE)
        assert heir.refused == 0
        return heir.done[-1]

    assert run_virtual(main()) < 200.0


def test_a_429_that_one_gets_holds_back_all(stores: list[Store]) -> None:
    async def main() -> float:
        one, other = sender(stores[0], "a"), sender(stores[1], "b")
        one.gate.throttled(await one.gate.admit(), 7.0)
        await other.gate.admit()
        return VirtualClock().now()

    assert run_virtual(main()) == pytest.approx(7.0, abs=0.7)


def test_what_was_sent_by_a_run_that_ended_counts_for_the_next(stores: list[Store]) -> None:
    async def main() -> int:
        window = SlidingWindow(LIMIT, SPAN_S)
        for number in range(4):
            one = sender(stores[0], f"run {number}")
            await send(one, window, 30)
            assert one.refused == 0
        return int(VirtualClock().now() // SPAN_S)

    assert run_virtual(main()) == 2
