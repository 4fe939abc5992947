"""What a link tells of while it is in use."""

import random

from layersync.api.connect import connect
from layersync.api.paths import WHOAMI
from layersync.api.stop import Stop
from layersync.api.tiers import budget_of
from layersync.values.target import RateClass
from tests.api.server import SimulatedServer
from tests.virtual_time import VirtualClock, run_virtual

WHO = {"organizationId": "org_1", "organizationName": "Test", "rateLimitTier": "standard", "scopes": []}


def told_of(remaining: int) -> list[str]:
    """What is told where each answer to a write says that so much remains."""

    async def main() -> list[str]:
        told: list[str] = []
        link = await connect(
            SimulatedServer({WHOAMI: WHO}),
            "http://127.0.0.1:1",
            "test",
            lambda tier: budget_of(tier, 60.0, 0.9),
            clock=VirtualClock(),
            stop=Stop(),
            rng=random.Random(0),
            max_attempts=4,
            tell=told.append,
        )
        gate = link.conditions.gates[RateClass.WRITE]
        for _ in range(4):
            gate.answered(await gate.admit(), remaining)
        return told

    return run_virtual(main())


def test_that_others_use_the_key_is_told_once_where_it_slows_the_run_down() -> None:
    [line] = told_of(29)
    assert line == (
        "Somebody else uses this key, too: about 50% of the writes that its tier allows. "
        "They keep what they use, up to half of it, so this takes longer."
    )


def test_others_that_leave_enough_are_not_told_of() -> None:
    assert told_of(56) == []
    assert told_of(59) == []
