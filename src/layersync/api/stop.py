"""The end of a run before its work is done: asked for once, seen by everything that waits."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from layersync.api.clock import Clock
from layersync.errors import SyncError

_GRACE_S = 5.0  # for what is in flight when the end is asked for (contract, section 7)

T = TypeVar("T")


class Stopped(Exception):
    """Something that was waiting was told not to go on."""


class Stop:
    """A request to start nothing new. The first reason stands; `signal` is set where a signal asked."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self.reason: SyncError | None = None
        self.signal: int | None = None

    @property
    def asked(self) -> bool:
        """True once anything asked for the end."""
        return self._asked.is_set()

    def ask(self, reason: SyncError, signal: int | None = None) -> None:
        """Asks for the end; what is in flight may finish."""
        if not self.asked:
            self.reason, self.signal = reason, signal
        self._asked.set()

    async def guard(self, waiting: Coroutine[object, object, T]) -> T:
        """Waits for something that has no effect outside, and gives up on it (Stopped) when the end is asked for."""
        if self.asked:
            waiting.close()
            raise Stopped
        return await _unless(self._asked.wait(), waiting)

    async def finish(self, under_way: Coroutine[object, object, T], clock: Clock) -> T:
        """Waits for a request that has no effect, and gives up on it (Stopped) when its grace is over."""
        return await _unless(self.grace(clock), under_way)

    async def grace(self, clock: Clock) -> None:
        """Returns five seconds after the end was asked for."""
        await self._asked.wait()
        await clock.sleep(_GRACE_S)


async def _unless(over: Coroutine[object, object, object], waiting: Coroutine[object, object, T]) -> T:
    work, end = asyncio.ensure_future(waiting), asyncio.ensure_future(over)
    try:
        await asyncio.wait({work, end}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise Stopped
    finally:
        end.cancel()
        work.cancel()
