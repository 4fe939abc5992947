"""A slot that is granted in the very moment in which its job ends comes back: the next job has the whole budget."""

import asyncio
import json
import random

import pytest

from layersync.api.client import ReadClient
from layersync.api.conditions import Conditions, Tally
from layersync.api.crowd import each
from layersync.api.pacer import Gate, gates_of
from layersync.api.stop import Stop
from layersync.api.wire import Answer, Request
from layersync.errors import SyncError
from layersync.values.target import Budget, RateClass
from tests.virtual_time import VirtualClock, run_virtual

JSON = {"content-type": "application/json"}
FORBIDDEN = json.dumps({"error": {"code": "FORBIDDEN_SCOPE", "message": "no"}}).encode()


class Forbidding:
    """Answers several requests in one turn of the loop, one of them with a refusal that ends the job."""

    async def send(self, request: Request) -> Answer:
        await asyncio.sleep(0.1)
        if request.path.endswith("/5"):
            return Answer(403, JSON, FORBIDDEN)
        return Answer(200, JSON, b"{}")

    async def close(self) -> None:
        """Nothing is open."""


def test_a_job_that_ends_with_others_at_the_gate_leaves_no_slot_behind() -> None:
    async def main() -> int:
        clock = VirtualClock()
        gates = gates_of(Budget("standard", 120, 60, 10_000), clock)
        conditions = Conditions(
            gates=gates, clock=clock, stop=Stop(), rng=random.Random(1), tally=Tally(), max_attempts=6
        )
        reader = ReadClient(Forbidding(), conditions)
        with pytest.raises(SyncError, match="scope"):
            await each(range(50), lambda number: reader.get(f"/x/{number}"), reader.workers)
        await clock.sleep(61.0)
        gate = gates[RateClass.READ]
        began = clock.now()
        for _ in range(gate.limit):
            gate.answered(await gate.admit())
        assert clock.now() == began
        return gate.limit

    assert run_virtual(main()) == 108


def test_a_slot_that_is_never_given_back_costs_its_part_and_no_more() -> None:
    async def main() -> float:
        gate = Gate(108, 60.0, VirtualClock(), 120)
        await gate.admit()
        for _ in range(300):
            gate.answered(await gate.admit())
        return VirtualClock().now()

    assert run_virtual(main()) <= 180.0


@pytest.mark.parametrize("limit", [101, 108, 540])
@pytest.mark.parametrize("seed", range(4))
def test_a_window_of_a_second_is_waited_for_and_not_spun_at(limit: int, seed: int) -> None:
    async def main() -> float:
        gate, clock, rng, left = Gate(limit, 1.0, VirtualClock()), VirtualClock(), random.Random(seed), iter(range(900))

        async def worker() -> None:
            for _ in left:
                slot = await gate.admit()
                await clock.sleep(rng.uniform(0.001, 0.05))
                gate.answered(slot)

        async with asyncio.timeout(60.0):
            await asyncio.gather(*(worker() for _ in range(32)))
        return clock.now()

    assert run_virtual(main()) <= 900 / limit + 2.0
