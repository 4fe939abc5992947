"""When the API seems to be down: pause, look whether anything answers, go on with care, and give up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from layersync.api.clock import Clock
from layersync.api.stop import Stop
from layersync.errors import StoppedEarly
from layersync.values.target import RateClass

PAUSE_S = 30.0

_TRIPS_AT = 5
_LAST_OPENING = 3


class Breaker:
    """Keeps the requests of one rate class back while the API does not seem to answer.

    It opens after five tries in a row that nothing is known of, and then again after each probe and each trial that
    comes to nothing. While it is open nothing leaves for `pause_s`; then one probe, then one request alone, and when
    that one is answered, whatever the answer, the class is as before. The third opening asks for the end of the run.
    """

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._turn = asyncio.Lock()
        self._silent = 0
        self._suspect = False
        self._open_until: float | None = None
        self.openings = 0

    @property
    def in_doubt(self) -> bool:
        """Whether it has opened, or may soon: more than one try came to nothing since any was answered."""
        return self._suspect or self._silent > 1

    @asynccontextmanager
    async def passage(self, probe: Callable[[], Awaitable[bool]], clock: Clock, stop: Stop) -> AsyncIterator[int]:
        """Lets one try through, for which it gives the number of openings so far: a change of it calls the try back.

        `probe` tells whether the API answers at all. Raises Stopped where the end of the run is asked for meanwhile.
        """
        async with self._turn:
            if self._suspect:
                await self._recover(probe, clock, stop)
                yield self.openings  # alone: the turn is kept until the try is over
                return
        yield self.openings

    def judged(self, opening: int, *, silent: bool, reason: str, clock: Clock, stop: Stop) -> None:
        """Hears how a try went that was let through at `opening`; `silent` where nothing is known of it."""
        if opening != self.openings:
            return  # it left before the breaker opened, and says nothing of the time since
        if not silent:
            self._silent, self._suspect = 0, False
            return
        self._silent += 1
        if self._suspect or self._silent >= _TRIPS_AT:
            self._open(reason, clock, stop)

    async def _recover(self, probe: Callable[[], Awaitable[bool]], clock: Clock, stop: Stop) -> None:
        while self._open_until is not None:
            await stop.guard(clock.sleep(max(0.0, self._open_until - clock.now())))
            if await probe():
                self._open_until = None
            else:
                self._open("the probe was not answered either", clock, stop)

    def _open(self, reason: str, clock: Clock, stop: Stop) -> None:
        self._silent, self._suspect = 0, True
        self._open_until = clock.now() + self._pause_s
        self.openings += 1
        if self.openings == _LAST_OPENING:
            told = f"the API does not answer, and did not after {_LAST_OPENING - 1} pauses: {reason}"
            stop.ask(StoppedEarly(told, "run again later: the next run carries on"))


def breakers_of(pause_s: float) -> dict[RateClass, Breaker]:
    """One breaker per rate class."""
    return {one: Breaker(pause_s) for one in RateClass}
