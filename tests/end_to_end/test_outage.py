"""The API goes down from a row on: few more requests, an end within minutes, and a next run that completes.

Whole runs in virtual time against the sandbox's own work; one of them by a process of its own, over real sockets.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from layersync.api.wire import Answer, AnswerLost, NotSent, Request
from layersync.report.exit_code import STOPPED_EARLY, exit_code
from layersync.values.report import Report
from tests.api.raw_server import free_port
from tests.api.server import json_answer
from tests.end_to_end.in_process import ORGANIZATION, InProcess, run_corridor
from tests.end_to_end.place import Place
from tests.plan.build import an_id, project
from tests.sandbox.server import running_sandbox
from tests.virtual_time import START

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
ROWS = 60
MOST_REQUESTS = 30
MOST_S = 180.0
TIMEOUT_S = 30.0
LONG = "A description that is long enough for the API to take it, which is a hundred characters or more of it in all."

Down = Callable[["Failing", Request], Awaitable[Answer]]


class Failing(InProcess):
    """Answers soundly until as many PATCHes, or GETs, came as it bears; `down` says what happens then, and to what."""

    def __init__(self, bears: int, down: Down, *records: Mapping[str, object], reads: int = 10**6) -> None:
        super().__init__(*records)
        self._left = {"PATCH": bears, "GET": reads}
        self.down: Down | None = down
        self.down_at = START
        self.since: list[Request] = []

    async def send(self, request: Request) -> Answer:
        """Gives the sandbox's answer while it bears, and what `down` makes of it after that."""
        self._left[request.method] -= 1
        if self.down is None or min(self._left.values()) >= 0:
            return await super().send(request)
        if not self.since:
            self.down_at = START + timedelta(seconds=asyncio.get_running_loop().time())
        self.since.append(request)
        return await self.down(self, request)

    async def work(self, request: Request) -> Answer:
        """What a sound server would have done."""
        return await super().send(request)


async def refuses(_server: Failing, _request: Request) -> Answer:
    raise NotSent("refused")


async def breaks(_server: Failing, _request: Request) -> Answer:
    await asyncio.sleep(0.05)
    raise AnswerLost("reset")


async def hangs(_server: Failing, _request: Request) -> Answer:
    await asyncio.sleep(TIMEOUT_S)
    raise AnswerLost("no answer")


async def works_in_silence(server: Failing, request: Request) -> Answer:
    await server.work(request)
    raise AnswerLost("the answer was lost")


def answers(status: int) -> Down:
    async def down(_server: Failing, _request: Request) -> Answer:
        await asyncio.sleep(0.05)
        return json_answer(status, {})

    return down


async def shows_a_page(_server: Failing, _request: Request) -> Answer:
    await asyncio.sleep(0.05)
    return Answer(200, {"content-type": "text/html"}, b"<html>Sign in")


def for_writes(down: Down) -> Down:
    """The same for PATCH alone: what reads goes on as if nothing was."""

    async def partly(server: Failing, request: Request) -> Answer:
        return await (down(server, request) if request.method == "PATCH" else server.work(request))

    return partly


WAYS: dict[str, Down] = {
    "refuses": refuses,
    "breaks": breaks,
    "hangs": hangs,
    "works in silence": works_in_silence,
    "shows a page": shows_a_page,
    **{str(status): answers(status) for status in (500, 501, 502, 503, 504, 202)},
}
WAYS |= {f"{name}, writes alone": for_writes(down) for name, down in WAYS.items()}


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A folder with a sheet that changes every project, in a field that no listing shows."""
    rows = "".join(f'{an_id(number)},"{LONG}!"\n' for number in range(ROWS))
    (tmp_path / "sheet.csv").write_text(f"id,appDescription\n{rows}", encoding="utf-8")
    return tmp_path


def run(server: InProcess, folder: Path, run_id: str) -> tuple[int, Report]:
    report = run_corridor(server, folder, "projects", "id", run_id)
    return exit_code(report, detailed=False), report


USUAL = {"refuses", "hangs", "works in silence", "503, writes alone", "202, writes alone"}
CASES = [
    *(pytest.param(name, 20, marks=[] if name in USUAL else pytest.mark.slow) for name in WAYS),
    *(pytest.param(name, bears, marks=pytest.mark.slow) for name in ("refuses", "hangs", "503") for bears in (0, 45)),
]


@pytest.mark.parametrize(("way", "bears"), CASES)
def test_from_any_row_on_an_outage_ends_the_run_soon_and_the_next_one_completes(
    way: str, bears: int, sheet: Path
) -> None:
    held = [project(number, organizationId=ORGANIZATION, appDescription=LONG) for number in range(ROWS)]
    server = Failing(bears, WAYS[way], {"projects": held})
    code, report = run(server, sheet, "run-1")
    assert code == STOPPED_EARLY
    assert len(server.since) <= MOST_REQUESTS
    assert (report.run.finished_at - server.down_at).total_seconds() <= MOST_S
    server.down = None
    code, _ = run(server, sheet, "run-2")
    assert code == 0
    assert {record["appDescription"] for record in server.records.projects.values()} == {LONG + "!"}
    assert {server.records.effects(one).researchRestarts for one in server.records.projects} == {1}


def test_an_outage_while_records_are_read_ends_the_run_before_anything_is_planned(sheet: Path) -> None:
    held = [project(number, organizationId=ORGANIZATION, appDescription=LONG) for number in range(ROWS)]
    server = Failing(10**6, breaks, {"projects": held}, reads=40)
    code, report = run(server, sheet, "run-1")
    assert code == STOPPED_EARLY
    assert 0 < len(server.since) <= MOST_REQUESTS
    assert (report.run.finished_at - server.down_at).total_seconds() <= MOST_S
    assert all(one.method == "GET" for one in server.sent)


def test_an_outage_that_passes_costs_a_pause_and_no_row(sheet: Path) -> None:
    held = [project(number, organizationId=ORGANIZATION, appDescription=LONG) for number in range(ROWS)]

    async def for_a_minute(server: Failing, request: Request) -> Answer:
        if START + timedelta(seconds=asyncio.get_running_loop().time()) > server.down_at + timedelta(seconds=50):
            return await server.work(request)
        return await breaks(server, request)

    code, _ = run(Failing(20, for_a_minute, {"projects": held}), sheet, "run-1")
    assert code == 0


def test_a_server_that_is_killed_in_the_middle_and_comes_back(place: Place, tmp_path: Path) -> None:
    """The waits are as short as the test server's minute says (`[limits] window`)."""
    port, log = str(free_port()), tmp_path / "requests.jsonl"
    flags = ("--tier", "partner", "--minute", "1", "--port", port, "--state", str(tmp_path / "sandbox.jsonl"))
    jobs = "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'"
    place.configure(f"http://127.0.0.1:{port}", jobs)
    with running_sandbox(*flags, "--latency", "0.2", log=log) as sandbox:
        held = sandbox.state()["records"]["projects"]
        ids = [bare for bare, one in held.items() if one["organizationId"] == held[ACME]["organizationId"]]
        place.table([{"id": bare, "tagline": "new"} for bare in ids])
        with place.started("sync") as process:
            while sum(entry["method"] == "PATCH" for entry in sandbox.entries()) < 3:
                assert process.poll() is None
                time.sleep(0.01)
            sandbox.kill()
            ran = place.ended(process)
    assert ran.code == STOPPED_EARLY
    assert "does not answer" in ran.out
    with running_sandbox(*flags) as sandbox:
        assert place.run("sync").code == 0
        assert {sandbox.record("projects", bare)["tagline"] for bare in ids} == {"new"}
