"""One run of the real program in the simulated world: its clock, its disk, its wire, and its sudden ends."""

import asyncio
import contextlib
import csv
import io
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from layersync.api.stop import Stop
from layersync.errors import StoppedEarly
from layersync.order import Order
from layersync.report.results_json import results_json
from layersync.resources.resource import Resource
from layersync.run import _job, _time_limit
from layersync.session import Session
from layersync.settings.model import Settings
from layersync.sheet.reading import read_sheet
from layersync.state.clocks import Clocks
from layersync.state.store import FILE_NAME, Store
from layersync.sync import sync
from layersync.values.desired import Desired
from layersync.values.report import Report
from layersync.values.rules import SheetRules
from tests.simulation.api_model import EPOCH, ApiModel, Wire
from tests.simulation.checker import LAST_WORDS_S, Ended, Row
from tests.simulation.schedule import Night
from tests.test_sync import Quiet, run_info
from tests.virtual_time import VirtualLoop

URL = "http://127.0.0.1:1"
_SYNCED = 2  # PRAGMA synchronous: FULL


class Killed(BaseException):
    """The process died here."""


class Fate:
    """Counts the steps of a process, and ends it at one of them; what it does to the disk after that does not count."""

    def __init__(self, night: Night, state: Path) -> None:
        self._night = night
        self._state = state
        self._image, self._safe = state.with_name("image"), state.with_name("safe")
        self._steps = 0
        self.dead = False
        self.disk_failed = False
        self.kept_intents = 0
        if state.exists():
            self._keep_safe()

    def step(self) -> None:
        """One more step. Raises Killed where it was the last."""
        if self.dead:
            raise Killed
        self._steps += 1
        if self._steps == self._night.killed_at:
            self.dead = True
            if not self._night.power_cut and self._state.exists():
                shutil.copytree(self._state, self._image)
            raise Killed

    @property
    def disk_is_full(self) -> bool:
        """Whether no file can grow any more."""
        return self._night.disk_full_at is not None and self._steps >= self._night.disk_full_at

    @property
    def disk_fails(self) -> bool:
        """Whether nothing can be written just now."""
        first, steps = self._night.disk_fails or (0, 0)
        return first <= self._steps < first + steps

    def synced(self, intents: int) -> None:
        """All that is written is on the disk for good."""
        self.kept_intents = intents
        if not self.dead:
            self._keep_safe()

    def _keep_safe(self) -> None:
        if self._night.power_cut:
            shutil.rmtree(self._safe, ignore_errors=True)
            shutil.copytree(self._state, self._safe)

    def bury(self) -> None:
        """Leaves of the disk what a dead process leaves."""
        if self.dead:
            shutil.rmtree(self._state, ignore_errors=True)
            left = self._safe if self._night.power_cut else self._image
            if left.exists():
                left.rename(self._state)
        shutil.rmtree(self._safe, ignore_errors=True)


class Disk(Store):
    """The state file on a disk that can fill up, and whose process can die before and after every commit."""

    fate: Fate

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        self.fate.step()
        with super().transaction(durable=durable) as connection:
            if self.fate.disk_is_full:
                self.fate.disk_failed = True
                connection.execute("PRAGMA max_page_count = 1")  # SQLite makes it the pages that there are
            yield connection
            if self.fate.disk_fails:
                self.fate.disk_failed = True
                raise _input_output_error()
            level = connection.execute("PRAGMA synchronous").fetchone()[0]
        if level >= _SYNCED:
            self.fate.synced(self.rows("SELECT coalesce(max(rowid), 0) AS n FROM intents")[0]["n"])
        self.fate.step()


def _input_output_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return error


class Watch:
    """The clocks of one process: `true` is what really passes, the others are what it can see.

    The loop's own time stands still while the machine sleeps, and with it every wait.
    """

    def __init__(self, night: Night) -> None:
        self._night = night

    def true(self) -> float:
        return self._night.at + self.now()

    def true_at(self, loop_s: float) -> float:
        """The true time at a time of the loop."""
        after, by = self._night.suspended or (0.0, 0.0)
        return self._night.at + loop_s + (by if loop_s >= after else 0.0)

    def now(self) -> float:
        return self.true_at(asyncio.get_running_loop().time()) - self._night.at

    def wall_s(self) -> float:
        after, by = self._night.wall_jump or (0.0, 0.0)
        return EPOCH + self.true() + self._night.wall_off_s + (by if self.now() >= after else 0.0)

    def wall(self) -> datetime:
        return datetime.fromtimestamp(self.wall_s(), UTC)

    def boot(self) -> float:
        return self.true() + self._night.boot_off_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run_night(night: Night, number: int, sheet: Sequence[Row], api: ApiModel, folder: Path) -> list[Ended]:
    """Runs the program, and perhaps a second one beside it; gives how each ended, in the order of their ends."""
    (folder / "projects.csv").write_text(_csv(sheet), encoding="utf-8", newline="")
    fate = Fate(night, folder / "state")
    once = patch("layersync.sync.read_sheet", _read_once)
    with asyncio.Runner(loop_factory=VirtualLoop) as runner, once:
        try:
            ended = runner.run(_both(night, number, sheet, api, folder, fate))
        finally:
            fate.bury()
    return [replace(one, told_all=one.report is not None or _told_all(one.run, folder / "state")) for one in ended]


def _told_all(run: str, state: Path) -> bool:
    """Whether the disk of a process that died says that its run had come to its end."""
    if not (state / FILE_NAME).exists():
        return False
    with contextlib.closing(sqlite3.connect(state / FILE_NAME)) as disk, contextlib.suppress(sqlite3.OperationalError):
        return bool(disk.execute("SELECT 1 FROM runs WHERE run_id = ? AND finished_at IS NOT NULL", (run,)).fetchone())
    return False  # it died before there was such a table


_SHEETS: dict[bytes, Desired] = {}


def _read_once(rules: SheetRules, form: Resource, raw: bytes) -> Desired:
    """Reads each sheet once for all schedules: it takes a third of a run's time, and is not in question here."""
    if raw not in _SHEETS:
        _SHEETS[raw] = read_sheet(rules, form, raw)
    return _SHEETS[raw]


async def _both(
    night: Night, number: int, sheet: Sequence[Row], api: ApiModel, folder: Path, fate: Fate
) -> list[Ended]:
    ended: list[Ended] = []

    async def one(name: str, after: float, own: Fate) -> None:
        await asyncio.sleep(after)
        ended.append(await _run(name, night, sheet, api, folder, own))

    runs = [one(f"run-{number}", 0.0, fate)]
    if night.beside is not None and night.killed_at is None and night.disk_full_at is None and not night.disk_fails:
        runs.append(one(f"run-{number}-beside", night.beside, Fate(replace(night, killed_at=None), folder / "state")))
    await asyncio.gather(*runs)
    return ended


async def _run(name: str, night: Night, sheet: Sequence[Row], api: ApiModel, folder: Path, fate: Fate) -> Ended:
    watch = Watch(night)
    began = watch.true()
    stop = Stop()
    last_words = [
        watch.true_at(asyncio.get_running_loop().time() + end + LAST_WORDS_S)
        for end in (night.signal_at, night.max_duration_s)
        if end is not None
    ]
    report: Report | None = None
    error = ""
    try:
        with ExitStack() as parts:
            session = _session(name, night, api, folder, fate, watch, stop, parts)
            if night.signal_at is not None:
                heard = StoppedEarly("ended by SIGTERM", "run again")
                asyncio.get_running_loop().call_later(night.signal_at, stop.ask, heard, 15)
            async with _time_limit(session):
                report = await sync(session)
    except StoppedEarly as end:
        error = "" if report is None and fate.disk_failed else repr(end)  # it could not even begin
    except (Killed, Exception, BaseExceptionGroup) as end:  # whatever it is, the checker is to hear of it
        error = "" if fate.dead else repr(end)
    return Ended(
        run=name,
        sheet=sheet,
        began=began,
        ended=watch.true(),
        report=None if report is None or fate.dead else _json_of(report),
        ordered=min(last_words) - LAST_WORDS_S if last_words and not fate.dead else None,
        error=error,
        disk_failed=fate.disk_failed,
    )


def _session(
    name: str, night: Night, api: ApiModel, folder: Path, fate: Fate, watch: Watch, stop: Stop, parts: ExitStack
) -> Session:
    settings = _settings(folder)
    order = Order(
        settings=settings,
        jobs=("projects",),
        command="sync",
        dry_run=False,
        max_duration_s=night.max_duration_s,
        retry_quarantined=night.retry_quarantined,
    )
    opening = type("NightDisk", (Disk,), {"fate": fate})
    store = parts.enter_context(opening.open(settings.run.state_dir))
    rng = random.Random(f"{name}-{night.at}")
    return Session(
        order=order,
        run=replace(run_info(name, dry_run=False), started_at=watch.wall()),
        base_url=URL,
        transport=Wire(api, name, night.weather, rng, watch.true, _promise(store.path, fate, parts), fate.step),
        store=store,
        clock=watch,
        clocks=Clocks(wall=watch.wall_s, boot=watch.boot, boot_id=night.boot_id),
        rng=rng,
        stop=stop,
        console=Quiet(),
        locks=parts.enter_context(ExitStack()),
        pid=1,
        jobs=(_job(order, "projects"),),
    )


@lru_cache(maxsize=1)
def _settings(folder: Path) -> Settings:
    """Those of all nights of a schedule."""
    return Settings(
        api={"base_url": URL},
        jobs={"projects": {"source": str(folder / "projects.csv")}},
        run={"state_dir": folder / "state", "report_dir": folder / "reports"},
    )


def _promise(path: Path, fate: Fate, parts: ExitStack) -> Callable[[str], Mapping[str, object] | None]:
    """Asks the file itself, as another process would see it, for an intent that is on the disk for good."""
    other = parts.enter_context(contextlib.closing(sqlite3.connect(path)))

    def promised(key: str) -> Mapping[str, object] | None:
        found = other.execute("SELECT rowid, base FROM intents WHERE idempotency_key = ?", (key,)).fetchall()
        kept = [base for rowid, base in found if rowid <= fate.kept_intents]
        return json.loads(kept[-1]) if kept and len(kept) == len(found) else None

    return promised


def _json_of(report: Report) -> dict[str, Any]:
    told: dict[str, Any] = json.loads("".join(results_json(report)))
    return told


def _csv(sheet: Sequence[Row]) -> str:
    columns = list(dict.fromkeys(name for row in sheet for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(sheet)
    return text.getvalue()
