"""Whatever operation of the disk fails, the run ends in order: nothing unwritten is sent, nothing sent is untold."""

import asyncio
import contextlib
import errno
import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from layersync import run as running
from layersync.api.wire import Answer, Request
from tests.api.server import SimulatedServer
from tests.end_to_end.place import Place, Ran, place_in
from tests.failing_disk import FailingDisk, failing
from tests.plan.build import an_id, project
from tests.test_sync import WHOAMI
from tests.virtual_time import VirtualClock, run_virtual

_CONNECT = sqlite3.connect  # this one's disk is sound

ROWS = 4
CONFIG = """
[api]
base_url = "http://127.0.0.1:1"
[run]
formats = ["csv", "json", "html", "markdown", "junit"]
[jobs.projects]
source = "projects.csv"
"""
FILES = ("results.csv", "changes.csv", "results.json", "report.html", "summary.md", "junit.xml")
STOPPED_EARLY = 8
OLD, NEW = ["old"] * ROWS, [f"new {n}" for n in range(ROWS)]
DEAD_AFTER = 2
PARTS = 4


class Killed(BaseException):
    """The process died here."""


class Clock(VirtualClock):
    """The virtual clock, which stands still outside the loop."""

    def now(self) -> float:
        try:
            return super().now()
        except RuntimeError:
            return 0.0


class Server(SimulatedServer):
    """Takes down every PATCH whose intent the state file did not hold when it arrived, and may see its client die."""

    def __init__(self, place: Place) -> None:
        super().__init__({f"/v1/projects/{an_id(n)}": project(n, tagline="old") for n in range(ROWS)})
        self.records["/v1/whoami"] = dict(WHOAMI)
        self.unwritten: list[str] = []
        self.dies_at: int | None = None
        self._state = place.folder / ".layersync" / "state.sqlite"

    async def send(self, request: Request) -> Answer:
        if request.method == "PATCH":
            if self._intended(request) != [(request.body,)]:
                self.unwritten.append(request.path)
            if len(self.sends("PATCH")) == self.dies_at:
                shutil.copytree(self._state.parent, self._state.parent.with_name("image"))
                raise Killed
        return await super().send(request)

    def _intended(self, request: Request) -> list[tuple[bytes]]:
        with contextlib.closing(_CONNECT(self._state)) as other:
            query = "SELECT DISTINCT body FROM intents WHERE idempotency_key = ?"
            return other.execute(query, (request.idempotency_key,)).fetchall()

    @property
    def taglines(self) -> list[object]:
        return [self.records[f"/v1/projects/{an_id(n)}"]["tagline"] for n in range(ROWS)]


@dataclass(frozen=True)
class Scene:
    """A place with a sheet, and the server that it is synced with."""

    place: Place
    server: Server

    def disk(self, **more: Any) -> FailingDisk:
        """The disk with everything that the program writes here."""
        return FailingDisk((self.place.folder / ".layersync", self.place.folder / "reports"), **more)

    def reports(self) -> set[Path]:
        """The reports that there are."""
        return set((self.place.folder / "reports").glob("*/results.json"))

    def nothing(self) -> tuple[str, ...]:
        """Nothing came before."""
        return ()

    def works(self) -> tuple[str, ...]:
        """A run that does its work; gives its id."""
        return (self.place.call("sync").folder.name,)

    def previews(self) -> tuple[str, ...]:
        """Saves a plan, on another disk; gives its name."""
        self.place.call("plan", "--out", "plan.json")
        return ("plan.json",)

    def dies(self) -> tuple[str, ...]:
        """A run whose process dies in the middle of its writes."""
        self.server.dies_at = DEAD_AFTER
        with contextlib.suppress(Killed, BaseExceptionGroup):
            self.place.call("sync")
        self.server.dies_at = None
        state = self.place.folder / ".layersync"
        shutil.rmtree(state)
        state.with_name("image").rename(state)
        return ()


@dataclass(frozen=True)
class Story:
    """What is run on the failing disk, after what, how it ends well at first and if asked for again, what it does."""

    first: Callable[[Scene], tuple[str, ...]]
    command: str = "sync"
    code: int = 3  # one row of the sheet is not found
    codes_again: tuple[int, ...] = (3,)
    before: Sequence[str] = tuple(OLD)
    after: Sequence[str] = tuple(NEW)
    effects: int = 1


STORIES = {
    "first-run": Story(Scene.nothing),
    "after-a-death": Story(Scene.dies),
    "apply": Story(Scene.previews, "apply", code=0, codes_again=(0, 9)),
    "undo": Story(Scene.works, "undo", code=0, codes_again=(0,), before=tuple(NEW), after=tuple(OLD), effects=2),
}


@pytest.fixture
def new_scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Scene]]:
    """Makes scenes, one at a time."""
    folders = (tmp_path / str(number) for number in itertools.count())

    def new() -> Scene:
        folder = next(folders)
        folder.mkdir()
        place = place_in(folder)
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        lines = [f"{an_id(n)},new {n}\n" for n in range(ROWS)]
        place.sheet("id,tagline\n" + "".join(lines) + f"{an_id(99)},lost\n")
        made = Scene(place, Server(place))
        monkeypatch.setattr(running, "_transport", lambda *_: made.server)
        return made

    monkeypatch.setattr(running, "SystemClock", Clock)
    monkeypatch.setattr(asyncio, "run", run_virtual)
    return new


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, PARTS))])
@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for-ever"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=["full", "failing"])
@pytest.mark.parametrize("story", STORIES)
def test_any_operation_of_the_disk_may_fail(
    new_scene: Callable[[], Scene],
    story: str,
    error: int,
    for_ever: bool,
    part: int,
    request: pytest.FixtureRequest,
) -> None:
    """With --slow each of them in turn, in so many parts; else a few."""

    told = STORIES[story]

    def one(at: int) -> tuple[FailingDisk, list[str]]:
        scene = new_scene()
        words = (told.command, *told.first(scene))
        earlier = scene.reports()
        with failing(scene.disk(at=at, error=error, for_ever=for_ever)) as disk:
            ran = scene.place.call(*words)
        found = [*judged(told, words, scene, ran, earlier)]
        shutil.rmtree(scene.place.folder)
        return disk, found

    healthy, found = one(0)
    assert found == []
    everything = range(1, len(healthy.done) + 1)
    first = 17 * (4 * [*STORIES].index(story) + 2 * for_ever + (error == errno.EIO))
    slow = request.config.getoption("--slow")
    wrong = {}
    for at in everything[part::PARTS] if slow else everything[first::500]:
        disk, found = one(at)
        if found:
            wrong[f"{at}: {disk.failed[:1]}"] = found
    assert wrong == {}


def test_without_room_for_the_journal_nothing_is_sent(new_scene: Callable[[], Scene]) -> None:
    scene = new_scene()
    with failing(scene.disk()) as healthy:
        scene.place.call("sync")
    scene = new_scene()
    with failing(scene.disk(at=healthy.done.index("posix_fallocate") + 1)) as disk:
        ran = scene.place.call("sync")
    assert disk.failed == ["posix_fallocate"]
    assert ran.code == STOPPED_EARLY
    assert "There is no room for the journal" in ran.out
    assert scene.server.sends("PATCH") == []
    assert scene.place.call("sync").code == 3
    assert scene.server.taglines == NEW


def judged(story: Story, words: tuple[str, ...], scene: Scene, ran: Ran, earlier: set[Path]) -> Iterator[str]:
    """What is wrong with how a run ended, and with the two after it, whose disk is sound."""
    server = scene.server
    if server.unwritten:
        yield f"sent without an intent on the disk: {server.unwritten}"
    if ran.code not in {story.code, STOPPED_EARLY} or "Traceback" in ran.err or "unexpected" in ran.err + ran.out:
        yield f"ended with {ran.code}: {ran.err}"
    changed = [n for n in range(ROWS) if server.taglines[n] != story.before[n]]
    yield from (f"untold: {n} {ran.err}" for n in changed if not _told(n, scene.reports() - earlier, ran))
    if ran.code == story.code:
        yield from _not_whole(scene)
    again = scene.place.call(*words)
    if again.code not in story.codes_again or server.taglines != [*story.after]:
        yield f"the next run ended with {again.code}: {again.err} {server.taglines}"
    if set(server.effects.values()) != {story.effects}:
        yield f"effects: {server.effects}"
    yield from (f"then: {wrong}" for wrong in _not_whole(scene))
    sent = len(server.sends("PATCH"))
    scene.place.call("sync")
    if len(server.sends("PATCH")) != sent:
        yield "the run after that still sent something"


def _told(n: int, reports: set[Path], ran: Ran) -> bool:
    """Whether a report, or else stderr, says that a row was changed."""
    for report in reports:
        outcomes = {row["key"]: row["outcome"] for row in json.loads(report.read_bytes())["rows"]}
        if outcomes.get(an_id(n)) in {"changed", "converged"}:
            return True
    return any(an_id(n) in line and "changed" in line for line in ran.err.splitlines())


def _not_whole(scene: Scene) -> Iterator[str]:
    latest = scene.place.folder / "reports" / "latest"
    missing = [name for name in FILES if not (latest / name).is_file()]
    if missing:
        yield f"no {missing}"
    with contextlib.closing(_CONNECT(scene.place.folder / ".layersync" / "state.sqlite")) as state:
        run = state.execute("SELECT run_id, finished_at FROM runs ORDER BY rowid DESC LIMIT 1").fetchone()
        if run is None or not run[1] or run[0] != latest.resolve().name:
            yield f"the state file knows no end of the run: {run}"
        if state.execute("SELECT 1 FROM open_changes").fetchone():
            yield "a change is open"
