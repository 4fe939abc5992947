"""Every row of the retry table over real HTTP, over the sandbox and over the simulated transport: all agree."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from layersync.api.client import ReadClient, WriteClient
from layersync.api.clock import Clock
from layersync.api.conditions import Conditions, Tally
from layersync.api.http import HttpTransport
from layersync.api.judge import judge
from layersync.api.meaning import TABLE, Kind, Meaning, meaning_of_answer, meaning_of_failure
from layersync.api.pacer import gates_of
from layersync.api.retry import Tries
from layersync.api.stop import Stop
from layersync.api.wire import AnswerLost, Failure, NotSent, Request, Transport
from layersync.errors import SyncError
from layersync.values.target import Budget
from tests.api.answers import ANSWERS, ATTEMPTS, SOUND, Answered
from tests.api.raw_server import free_port, raw_server, says
from tests.api.real_time import HurriedClock
from tests.api.server import SimulatedServer
from tests.sandbox.server import KEY, RunningSandbox, running_sandbox
from tests.sheet.web.self_signed import self_signed
from tests.virtual_time import START, VirtualClock, run_virtual

PATH = "/v1/projects/9cb958b5-11b5-4e30-8675-5d075d52da7c"
BUDGET = Budget(tier="partner", reads=6000, writes=3000, writes_per_day=500_000)


@dataclass(frozen=True)
class Met:
    """What a request came to: its last judgement, how often it left, how many tries counted."""

    kind: Kind
    status: int | None
    code: str | None
    sent: int
    counted: int


def conditions(clock: Clock) -> Conditions:
    return Conditions(
        gates=gates_of(BUDGET, clock),
        clock=clock,
        stop=Stop(),
        rng=random.Random(0),
        tally=Tally(),
        max_attempts=ATTEMPTS,
    )


async def patched(transport: Transport, clock: Clock) -> Met:
    tries = Tries()

    async def prepare() -> Request:
        return Request(method="PATCH", path=PATH, body=b'{"tagline": "new"}', idempotency_key="key")

    judgement = await WriteClient(transport, conditions(clock)).patch(prepare, tries)
    await transport.close()
    return Met(judgement.kind, judgement.status, judgement.code, tries.sent, tries.counted)


def http(url: str, answered: Answered) -> HttpTransport:
    return HttpTransport(url, {"Authorization": f"Bearer {KEY}"}, answered.patience_s, "test")


def over_the_wire(answered: Answered, folder: Path) -> tuple[Met, list[bytes]]:
    certificate = self_signed(folder) if answered.server == "unknown" else None
    scripts = (answered.wire, says(SOUND)) if answered.once else (answered.wire,)

    async def main() -> tuple[Met, list[bytes]]:
        async with raw_server(*scripts, certificate=certificate) as server:
            url = f"http://127.0.0.1:{free_port()}" if answered.server == "absent" else server.url
            return await patched(http(url, answered), HurriedClock()), server.asked

    return asyncio.run(main())


def simulated(answered: Answered) -> tuple[Met, int]:
    server = SimulatedServer({PATH: {"id": PATH[-36:], "tagline": "old"}})
    server.faults["PATCH"] = [answered.simulated] if answered.once else [answered.simulated] * 10
    return run_virtual(patched(server, VirtualClock())), len(server.sends("PATCH"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox("--tier", "partner", "--minute", "1") as running:
        yield running


@pytest.mark.parametrize("answered", ANSWERS, ids=[one.name for one in ANSWERS])
def test_an_answer_means_the_same_over_real_HTTP_and_over_the_simulated_transport(
    answered: Answered, tmp_path: Path
) -> None:
    real, asked = over_the_wire(answered, tmp_path)
    virtual, sends = simulated(answered)
    assert real == virtual
    assert (real.kind, real.sent) == (answered.kind, answered.sends)
    assert sends == answered.sends
    assert len(asked) == (answered.sends if answered.server == "there" else 0)
    assert len(set(asked)) <= 1, "the same bytes under the same key, every time"


@pytest.mark.parametrize(
    "answered", [one for one in ANSWERS if one.rule], ids=[one.name for one in ANSWERS if one.rule]
)
def test_the_faulty_sandbox_agrees(answered: Answered, sandbox: RunningSandbox) -> None:
    sandbox.reset()
    sandbox.set_faults({"method": "PATCH", "do": answered.rule, **({"times": 1} if answered.once else {})})
    met = asyncio.run(patched(http(sandbox.url, answered), HurriedClock()))
    assert (met.kind, met.sent) == (answered.kind, answered.sends)
    assert sandbox.state()["faults"][0]["seen"] == answered.sends


def test_no_row_of_the_table_is_left_out() -> None:
    rows = {id(_row(answered)) for answered in ANSWERS}
    assert [row.name for row in TABLE if id(row) not in rows] == ["a request that nothing can carry"]


def _row(answered: Answered) -> Meaning:
    try:
        answer = answered.simulated(
            SimulatedServer({PATH: {"id": PATH[-36:]}}), Request(method="PATCH", path=PATH, body=b"{}")
        )
    except (NotSent, AnswerLost) as error:
        return meaning_of_failure(error.failure)
    if answer.status == 200 and answered.kind is not Kind.DONE:
        return meaning_of_failure(Failure.UNREADABLE)
    judgement = judge(answer, START)
    return meaning_of_answer(answer.status, judgement.code, judgement.wait_s)


async def _read(transport: Transport, clock: Clock) -> str:
    """What reading comes to: the kind of a judgement, or the error that ends the reading."""
    try:
        return (await ReadClient(transport, conditions(clock)).get(PATH)).kind.name
    except SyncError as error:
        return type(error).__name__
    finally:
        await transport.close()


READS_END_IN = {
    Kind.UNKNOWN: "StoppedEarly",
    Kind.NOT_SENT: "StoppedEarly",
    Kind.CAPPED: "StoppedEarly",
    Kind.STOP_RUN: "ApiRefuses",
    Kind.STOP_JOB: "ApiRefuses",
}


@pytest.mark.parametrize("answered", ANSWERS, ids=[one.name for one in ANSWERS])
def test_a_read_ends_alike_in_both_worlds(answered: Answered, tmp_path: Path) -> None:
    simulated = SimulatedServer({PATH: {"id": PATH[-36:]}})
    simulated.faults["GET"] = [answered.simulated] if answered.once else [answered.simulated] * 10

    async def real() -> tuple[str, int]:
        scripts = (answered.wire, says(SOUND)) if answered.once else (answered.wire,)
        certificate = self_signed(tmp_path) if answered.server == "unknown" else None
        async with raw_server(*scripts, certificate=certificate) as server:
            url = f"http://127.0.0.1:{free_port()}" if answered.server == "absent" else server.url
            return await _read(http(url, answered), HurriedClock()), len(server.asked)

    ended, asked = asyncio.run(real())
    assert ended == run_virtual(_read(simulated, VirtualClock()))
    assert ended == READS_END_IN.get(answered.kind, answered.kind.name)
    if answered.server == "there":
        assert asked == len(simulated.sends("GET"))
