"""Workers on one queue: as many as are wanted now, in order, and nobody works on after an error."""

import asyncio

import pytest

from layersync.api.crowd import each
from layersync.api.hands import FEWEST, MOST, Hands
from layersync.api.pacer import Gate
from tests.virtual_time import VirtualClock, run_virtual


def test_their_number_follows_what_is_wanted_and_every_item_is_done_once() -> None:
    async def main() -> tuple[list[int], list[int]]:
        at_work, most, done, wanted = 0, [], [], iter([2] * 12 + [6] * 30 + [3] * 1000)
        now = [2]

        async def work(item: int) -> None:
            nonlocal at_work
            now[0] = next(wanted)
            at_work += 1
            most.append(at_work)
            await asyncio.sleep(1)
            at_work -= 1
            done.append(item)

        await each(range(60), work, lambda: now[0])
        return most, done

    most, done = run_virtual(main())
    assert sorted(done) == list(range(60))
    assert max(most[:10]) == 2
    assert max(most) == 6
    assert max(most[-8:]) <= 3


def test_the_first_error_ends_all() -> None:
    async def main() -> list[int]:
        done: list[int] = []

        async def work(item: int) -> None:
            await asyncio.sleep(1 if item else 0.5)
            if not item:
                raise LookupError("the first")
            done.append(item)

        with pytest.raises(LookupError, match="the first"):
            await each(range(9), work, lambda: 3)
        return done

    assert run_virtual(main()) == []


@pytest.mark.parametrize(
    ("rate", "took_s", "enough"), [(0.9, 0.2, FEWEST), (90, 0.02, FEWEST), (90, 0.2, 27), (45, 5.0, MOST)]
)
def test_how_many_are_enough(rate: float, took_s: float, enough: int) -> None:
    hands = Hands()
    assert hands.enough(rate) == FEWEST
    for _ in range(50):
        hands.took(took_s)
    assert hands.enough(rate) == enough


@pytest.mark.parametrize("latency_s", [0.02, 0.2])
@pytest.mark.parametrize("per_minute", [5_400, 2_700])
def test_tier_partner_is_used_to_the_full_whatever_the_latency(per_minute: int, latency_s: float) -> None:
    windows = 3

    async def main() -> float:
        clock = VirtualClock()
        gate = Gate(per_minute, 60.0, clock)

        async def work(_: int) -> None:
            slot = await gate.admit()
            await clock.sleep(latency_s)
            gate.answered(slot)

        await each(range(per_minute * windows), work, lambda: gate.workers)
        return clock.now()

    assert run_virtual(main()) <= windows * 60.0
