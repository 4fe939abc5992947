"""The clients in virtual time: a gate, then a send."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress

import pytest

from layersync.api.client import ReadClient, WriteClient
from layersync.api.conditions import Conditions, Tally
from layersync.api.pacer import gates_of
from layersync.api.retry import Tries
from layersync.api.stop import Stop, Stopped
from layersync.api.wire import Answer, Request
from layersync.errors import StoppedEarly
from layersync.values.target import Budget
from tests.api.server import json_answer
from tests.virtual_time import VirtualClock, run_virtual

RETRY_AFTER_S = 10.0
LOOK_S = 2.0


class Server:
    """Answers the first request 429, all others 200; keeps when each came, by path."""

    def __init__(self) -> None:
        self.came: list[tuple[str, float]] = []

    async def send(self, request: Request) -> Answer:
        self.came.append((request.path, asyncio.get_running_loop().time()))
        headers: Mapping[str, str] = {"retry-after": f"{RETRY_AFTER_S:g}"}
        return json_answer(429, {}, headers) if len(self.came) == 1 else json_answer(200, {"id": request.path})

    async def close(self) -> None:
        """Nothing to let go of."""


def conditions_of(clock: VirtualClock, stop: Stop) -> Conditions:
    return Conditions(
        gates=gates_of(Budget(tier="standard", reads=120, writes=60, writes_per_day=10_000), clock),
        clock=clock,
        stop=stop,
        rng=random.Random(0),
        tally=Tally(),
        max_attempts=4,
    )


def two_patches(server: Server, stop: Stop) -> None:
    """Sends two PATCHes at once; the second looks at its record first, and meanwhile the first is answered 429."""

    async def main() -> None:
        clock = VirtualClock()
        writer = WriteClient(server, conditions_of(clock, stop))

        async def patch(path: str, look_s: float) -> None:
            async def prepare() -> Request:
                await clock.sleep(look_s)
                return Request(method="PATCH", path=path, body=b"{}")

            await writer.patch(prepare, Tries())

        await asyncio.gather(patch("/quick", 0.0), patch("/slow", LOOK_S))

    run_virtual(main())


def test_a_request_that_was_let_in_before_a_429_does_not_leave_after_it() -> None:
    server = Server()
    two_patches(server, Stop())
    assert server.came[0] == ("/quick", 0.0)
    assert all(at >= RETRY_AFTER_S for _, at in server.came[1:])
    assert {path for path, _ in server.came[1:]} == {"/quick", "/slow"}


def test_the_end_of_the_run_is_heard_while_the_class_is_closed() -> None:
    stop = Stop()

    class Ended(Server):
        async def send(self, request: Request) -> Answer:
            answer = await super().send(request)
            asyncio.get_running_loop().call_later(LOOK_S + 1, stop.ask, StoppedEarly("ended by the test"))
            return answer

    server = Ended()
    with pytest.raises(Stopped):
        two_patches(server, stop)
    assert [path for path, _ in server.came] == ["/quick"]


class SilentServer(Server):
    """Takes half a minute for every answer."""

    async def send(self, request: Request) -> Answer:
        await asyncio.sleep(30.0)
        return await super().send(request)


@pytest.mark.parametrize(("asked_at", "over_at"), [(10.0, 15.0), (27.0, 30.0)])
def test_a_read_under_way_gets_five_seconds_when_the_run_is_to_end(asked_at: float, over_at: float) -> None:
    stop = Stop()

    async def main() -> float:
        clock = VirtualClock()
        reader = ReadClient(SilentServer(), conditions_of(clock, stop))
        asyncio.get_running_loop().call_later(asked_at, stop.ask, StoppedEarly("over"))
        with suppress(StoppedEarly):
            await reader.get("/v1/whoami")
        return clock.now()

    assert run_virtual(main()) == over_at


class Down(Server):
    """Answers 503 to all for ten seconds."""

    async def send(self, request: Request) -> Answer:
        now = asyncio.get_running_loop().time()
        self.came.append((request.path, now))
        return json_answer(503 if now < 10 else 200, {"id": request.path})


def test_a_request_that_was_being_prepared_when_the_breaker_opened_does_not_leave_in_the_pause() -> None:
    server = Down()

    async def main() -> None:
        clock = VirtualClock()
        writer = WriteClient(server, conditions_of(clock, Stop()))

        async def patch(path: str, look_s: float) -> None:
            async def prepare() -> Request:
                await clock.sleep(look_s)
                return Request(method="PATCH", path=path, body=b"{}")

            await writer.patch(prepare, Tries())

        await asyncio.gather(*(patch(f"/quick/{number}", 0.0) for number in range(5)), patch("/slow", LOOK_S))

    run_virtual(main())
    assert [path for path, at in server.came if at < 30] == [f"/quick/{number}" for number in range(5)]
    assert "/slow" in {path for path, _ in server.came}
