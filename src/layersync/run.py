"""Runs an order: gives `sync` the real clock, network, disk and signals, and writes the report's files."""

import asyncio
import getpass
import os
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from layersync.api.clock import SystemClock
from layersync.api.connect import Link, connect
from layersync.api.fetch import Progress
from layersync.api.http import HttpTransport
from layersync.api.lots import Pools
from layersync.api.stop import Stop
from layersync.api.wire import ReadOnly, Transport
from layersync.embedded import KEY, LABEL, running_sandbox
from layersync.errors import StoppedEarly
from layersync.files import ReportFiles, make_folder
from layersync.loop import run as run_loop
from layersync.order import Console, Order, Ran, Standing
from layersync.report_keeping import drop_old_runs, keep_unsent
from layersync.resources import RESOURCES
from layersync.run_identity import find_trigger, new_run_id
from layersync.session import Job, Session, budget_for
from layersync.settings.address import SANDBOX
from layersync.settings.digest import config_digest
from layersync.settings.jobs import drift_rules, guard_limits, sheet_rules, trust_s
from layersync.settings.model import Settings
from layersync.settings.paths import sandbox_state
from layersync.settings.secret import ApiKey
from layersync.signals import heeded
from layersync.state.clocks import Clocks
from layersync.state.sharing import shared_budgets
from layersync.state.store import Store
from layersync.state.writes import capped_until, writes_today
from layersync.sync import sync
from layersync.values.report import Report, RunInfo

if TYPE_CHECKING:
    from layersync.export.exporting import Exported, Wanted

_VERSION = version("layersync")

Tell = Callable[[str], None]


def run_sync(order: Order, console: Console) -> Ran:
    """Carries out an order and writes its report; the report's folder exists whatever came of it."""
    stop = Stop()
    with heeded(stop), ExitStack() as parts:
        session = _session(order, console, stop, parts)
        files = ReportFiles(order, make_folder(order, session.run.run_id), console.tell)
        report = run_loop(_watched(replace(session, write_files=files.write)))
        unwritten = _write(report, files)
        report = replace(report, failure=report.failure or unwritten)
        keep_unsent(report, session)
        drop_old_runs(session)
    return Ran(report=report, folder=files.folder, unwritten=unwritten)


def _write(report: Report, files: ReportFiles) -> StoppedEarly | None:
    """Writes the files of a run; gives why the disk does not take them, None where it does."""
    try:
        files.write(report)
    except StoppedEarly as error:
        return error
    return None


def whoami(settings: Settings, key: ApiKey | None, tell: Tell) -> Standing:
    """Asks the API who the key is. Raises ApiRefuses or StoppedEarly where it does not say.

    `tell` hears what a person should know besides.
    """
    with ExitStack() as parts:
        address, label = _address(settings, parts)
        store = parts.enter_context(Store.open(settings.run.state_dir))
        transport = ReadOnly(_transport(settings, address, key))
        pools = _pools(settings, tell, parts)
        return run_loop(_standing(settings, transport, store, label, pools))


def export(settings: Settings, key: ApiKey | None, wanted: "Wanted", progress: Progress, tell: Tell) -> "Exported":
    """Reads all records of a resource and makes a sheet of them; see `export.exporting.export` for what it raises."""
    with ExitStack() as parts:
        address, label = _address(settings, parts)
        transport = ReadOnly(_transport(settings, address, key))
        # an export leaves nothing behind but its file: where there is no state directory, nobody shares it
        pools = _pools(settings, tell, parts) if settings.run.state_dir.is_dir() else None
        return run_loop(_exported(settings, transport, label, wanted, progress, pools, tell))


async def _exported(
    settings: Settings,
    transport: Transport,
    label: str,
    wanted: "Wanted",
    progress: Progress,
    pools: Pools | None,
    tell: Tell,
) -> "Exported":
    from layersync.export.exporting import export as export_sheet  # noqa: PLC0415  a sync makes no sheets

    clock = SystemClock()
    try:
        link = await _link(settings, transport, label, clock, pools, tell)
        return await export_sheet(wanted, link, clock, progress)
    finally:
        await transport.close()


async def _standing(
    settings: Settings, transport: Transport, store: Store, label: str, pools: Pools | None
) -> Standing:
    clock = SystemClock()
    try:
        link = await _link(settings, transport, label, clock, pools)
    finally:
        await transport.close()
    where = (store, link.target.base_url, link.target.spender, clock.wall())
    return Standing(target=link.target, writes_today=writes_today(*where), capped_until=capped_until(*where))


async def _link(
    settings: Settings,
    transport: Transport,
    label: str,
    clock: SystemClock,
    pools: Pools | None,
    tell: Tell | None = None,
) -> Link:
    return await connect(
        transport,
        _named(settings),
        label,
        budget_for(settings.limits),
        clock=clock,
        stop=Stop(),
        rng=random.SystemRandom(),
        max_attempts=settings.limits.max_attempts,
        pools=pools,
        organization=settings.api.organization or "",
        tell=tell,
    )


async def _watched(session: Session) -> Report:
    """Runs `sync` with an eye on the time."""
    async with _time_limit(session):
        try:
            return await sync(session)
        finally:
            await session.transport.close()


@asynccontextmanager
async def _time_limit(session: Session) -> AsyncIterator[None]:
    """Asks for the end at `--deadline` or after `--max-duration`, whichever comes first."""
    seconds = _seconds_left(session.order, session.clock.wall())
    if seconds is None:
        yield
        return
    reached = StoppedEarly("the time limit of this run is reached", "run again: the next run carries on")
    timer = asyncio.get_running_loop().call_later(seconds, session.stop.ask, reached)
    try:
        yield
    finally:
        timer.cancel()


def _seconds_left(order: Order, now: datetime) -> float | None:
    limits = [] if order.max_duration_s is None else [order.max_duration_s]
    if order.deadline is not None:
        limits.append((order.deadline - now).total_seconds())
    return max(0.0, min(limits)) if limits else None


def _session(order: Order, console: Console, stop: Stop, parts: ExitStack) -> Session:
    settings, clock, rng = order.settings, SystemClock(), random.SystemRandom()
    address, label = _address(settings, parts)
    transport: Transport = _transport(settings, address, order.key)
    return Session(
        order=order,
        run=_run_info(order, label, clock.wall(), rng),
        base_url=_named(settings),
        transport=ReadOnly(transport) if order.dry_run else transport,
        store=parts.enter_context(Store.open(settings.run.state_dir)),
        clock=clock,
        clocks=Clocks(),
        rng=rng,
        stop=stop,
        console=console,
        locks=parts.enter_context(ExitStack()),
        pid=os.getpid(),
        jobs=tuple(_job(order, name) for name in order.jobs),
        pools=_pools(settings, console.tell, parts),
    )


def _pools(settings: Settings, tell: Tell, parts: ExitStack) -> Pools | None:
    """What makes budgets that other processes share; each embedded sandbox has its own, and its limits anew."""
    if settings.api.base_url == SANDBOX:
        return None
    sharer = f"{os.getpid()}-{random.SystemRandom().getrandbits(32):08x}"
    return parts.enter_context(
        shared_budgets(settings.run.state_dir, sharer=sharer, longest_s=settings.api.timeout, tell=tell)
    )


def _address(settings: Settings, parts: ExitStack) -> tuple[str, str]:
    """Where requests go, and what outputs call it; starts the embedded sandbox where that is the target."""
    if settings.api.base_url == SANDBOX:
        return parts.enter_context(running_sandbox(sandbox_state(settings))), LABEL
    return settings.api.base_url, settings.api.base_url


def _named(settings: Settings) -> str:
    """How state and reports name the target: the sandbox's port changes with every run, its name does not."""
    return settings.api.base_url


def _transport(settings: Settings, address: str, key: ApiKey | None) -> HttpTransport:
    """Real HTTP with the key, or with that of the sandbox, which needs none."""
    secret = KEY if key is None else key.reveal()
    bearer = settings.api.auth == "bearer"
    headers = {"Authorization": f"Bearer {secret}"} if bearer else {"X-Api-Key": secret}
    if settings.api.organization:
        headers["X-Layers-Organization"] = settings.api.organization
    redact = str if key is None else key.redact
    return HttpTransport(address, headers, settings.api.timeout, f"layersync/{_VERSION}", redact)


def _run_info(order: Order, label: str, now: datetime, rng: random.Random) -> RunInfo:
    return RunInfo(
        run_id=new_run_id(now, rng, order.settings.run.report_dir),
        command=order.command,
        dry_run=order.dry_run,
        started_at=now,
        finished_at=now,
        base_url=_named(order.settings),
        label=label,
        organization_id=None,
        organization_name=None,
        tier=None,
        tool_version=_VERSION,
        host=socket.gethostname(),
        user=_user(),
        trigger=find_trigger(),
        config_sha256=config_digest(order.settings),
        plan_digest=order.saved.digest if order.saved else None,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _job(order: Order, name: str) -> Job:
    settings = order.settings
    told = settings.jobs[name]
    saved = next((plan for plan in order.saved.plans if plan.job == name), None) if order.saved else None
    undoes = None if order.undoes is None else order.undoes.run_id
    sources = order.sources if saved is None else {name: saved.source}
    sources = sources if undoes is None else {name: f"run {undoes}"}
    return Job(
        name=name,
        form=RESOURCES[told.resource],
        rules=sheet_rules(settings, name, sources=sources, only_keys=order.only_keys, only_fields=order.only_fields),
        limits=guard_limits(settings, name, order.allow),
        on_drift=drift_rules(settings, name),
        aborts_on_invalid=told.invalid_rows == "abort",
        trust_s=trust_s(settings, name),
        saved=saved,
        undoes=undoes,
    )
