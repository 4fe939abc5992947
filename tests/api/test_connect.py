"""What a link tells of while it is in use."""

import random
from collections.abc import Callable
from dataclasses import replace
from unittest import mock

from layersync.api.connect import Link, connect
from layersync.api.paths import WHOAMI
from layersync.api.rate_headers import Said
from layersync.api.stop import Stop
from layersync.api.tiers import budget_of
from layersync.values.target import RateClass
from tests.api.server import SimulatedServer, json_answer
from tests.virtual_time import VirtualClock, run_virtual

HEADERS = {"x-ratelimit-remaining": "57", "x-ratelimit-reset": "30", "x-ratelimit-limit": "60"}
WHO = {"organizationId": "org_1", "organizationName": "Test", "rateLimitTier": "standard", "scopes": []}


async def connected(server: SimulatedServer, tell: Callable[[str], None] | None = None) -> Link:
    return await connect(
        server,
        "http://127.0.0.1:1",
        "test",
        lambda tier: budget_of(tier, 60.0, 0.9),
        clock=VirtualClock(),
        stop=Stop(),
        rng=random.Random(0),
        max_attempts=4,
        tell=tell,
    )


def told_of(said: Said, every_s: float = 2.0) -> list[str]:
    """What is told where each answer to a write says this."""

    async def main() -> list[str]:
        told: list[str] = []
        link = await connected(SimulatedServer({WHOAMI: WHO}), told.append)
        gate = link.conditions.gates[RateClass.WRITE]
        for number in range(6):
            gate.answered(await gate.admit(), replace(said, remaining=said.remaining - number))
            await VirtualClock().sleep(every_s)
        return told

    return run_virtual(main())


def test_that_others_use_the_key_is_told_once_where_it_slows_the_run_down() -> None:
    [line] = told_of(Said(29))
    assert line == (
        "Something else uses this key, too: about 50% of the writes that its tier allows (another machine or folder, "
        "perhaps an earlier run). It keeps that, up to half, so this takes longer."
    )


def test_others_that_leave_enough_are_not_told_of() -> None:
    assert told_of(Said(56)) == []
    assert told_of(Said(59)) == []


def test_what_an_answer_says_of_the_limit_reaches_the_gate() -> None:
    heard: list[Said | None] = []

    async def main() -> None:
        server = SimulatedServer({WHOAMI: WHO})
        link = await connected(server)
        gate = link.conditions.gates[RateClass.READ]
        server.faults["GET"] = [lambda _server, _request: json_answer(200, WHO, HEADERS)]
        with mock.patch.object(gate, "answered", lambda _, said: heard.append(said)):
            await link.reader.get(WHOAMI)

    run_virtual(main())
    assert heard == [Said(57, 30.0, 60)]


def test_a_limit_that_is_lower_than_that_of_the_tier_is_not_taken_for_others() -> None:
    assert told_of(Said(29, limit=30)) == []
    assert told_of(Said(29, limit=6_000)) != []
