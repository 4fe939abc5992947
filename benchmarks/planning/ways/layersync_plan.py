"""layersync: from the checked sheet and the pages of the listing, as they come from the API, to the plan."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.planning.checked import FORM, kept
from benchmarks.planning.data import pages
from layersync.api.client import ReadClient
from layersync.api.clock import SystemClock
from layersync.api.conditions import Conditions, Tally
from layersync.api.fetch import fetch
from layersync.api.pacer import gates_of
from layersync.api.stop import Stop
from layersync.api.wire import Answer, Request
from layersync.plan.compose import plan_of
from layersync.values.desired import Desired
from layersync.values.guards import GuardLimits
from layersync.values.live import Live
from layersync.values.memory import Memory
from layersync.values.plan import Plan
from layersync.values.target import Budget

_BUDGET = Budget(tier="custom", reads=10**9, writes=10**9, writes_per_day=10**9)


class _File:
    """A transport that answers with the next page of a file: no network, but everything behind it."""

    def __init__(self, bodies: Iterator[bytes]) -> None:
        self._bodies = bodies

    async def send(self, _request: Request) -> Answer:
        """Gives the next page."""
        return Answer(200, {"content-type": "application/json"}, next(self._bodies))

    async def close(self) -> None:
        """Nothing to let go of."""


def prepare(folder: Path) -> Desired:
    """The sheet was checked before."""
    return kept(folder)


def find(folder: Path, desired: Desired) -> set[tuple[str, str]]:
    """Fetches and plans."""
    plan = planned(desired, pages(folder))
    return {(change.id, edit.field) for change in plan.changes for edit in change.edits}


def planned(desired: Desired, bodies: Iterator[bytes]) -> Plan:
    """What `sync.prepare` does."""
    live = asyncio.run(_fetched(desired, bodies))
    return plan_of(desired, live, Memory(), FORM, GuardLimits())


async def _fetched(desired: Desired, bodies: Iterator[bytes]) -> Live:
    clock = SystemClock()
    conditions = Conditions(
        gates=gates_of(_BUDGET, clock), clock=clock, stop=Stop(), rng=random.Random(0), tally=Tally(), max_attempts=1
    )
    return await fetch(desired, FORM, ReadClient(_File(bodies), conditions), clock, lambda _done, _asked: None)
