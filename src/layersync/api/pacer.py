"""Pacing: when the next request of a rate class may leave. Arithmetic on a clock; it judges no answer."""

import asyncio
import math
from collections import deque

from layersync.api.clock import Clock
from layersync.api.credit import Credit
from layersync.api.pace import Pace
from layersync.values.target import Budget, RateClass

_DUST_S = 1e-6


class Gate:
    """One FIFO gate for all requests of a rate class: at most `limit` of them in any window of `window_s` seconds.

    A slot is held from the send until `window_s` after its answer, so that neither jitter nor a slow server can put
    more than `limit` requests into one window as the server counts it. Where answers say what remains, no more leave
    than that allows. A 429 closes the gate for everybody for as long as the server asks, slows the class down, and
    gives its slot back: a refused request was not counted. `limit` may change while the gate is in use: the tier is
    known only after the first answer.
    """

    def __init__(self, limit: int, window_s: float, clock: Clock) -> None:
        self.limit = limit
        self._window_s = window_s
        self._clock = clock
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()
        self._in_flight = 0
        self._number = 0
        self._ageing: deque[float] = deque()  # when each answered request leaves the window, oldest first
        self._closed_until = -math.inf
        self._credit = Credit()
        self._pace = Pace()

    async def admit(self) -> int:
        """Waits for a slot and takes it; every `admit` is followed by one `answered`, `unused` or `throttled`.

        Gives the number of the request.
        """
        async with self._turn:
            while (wait := self._wait_s()) > 0:
                await self._until(wait)
            self._in_flight += 1
            self._number += 1
            self._credit.spent()
            self._pace.passed(self._clock.now(), self._rate)
            return self._number

    @property
    def closed(self) -> bool:
        """True while the server has asked to wait."""
        return self._clock.now() < self._closed_until

    def answered(self, number: int, remaining: int | None = None) -> None:
        """The request was counted by the server, or may have been; its answer may say what remains of the budget."""
        now = self._clock.now()
        self._release()
        self._ageing.append(now + self._window_s)
        if remaining is not None:
            self._credit.said(remaining, number, self._number, now, self.limit, self._rate)

    def unused(self) -> None:
        """No request left with this slot."""
        self._release()
        self._credit.returned()

    def throttled(self, wait_s: float) -> None:
        """The server refused the request for its rate: nobody passes for `wait_s` seconds."""
        now = self._clock.now()
        self._release()
        self._closed_until = max(self._closed_until, now + wait_s)
        self._pace.refused(now, self._rate)

    @property
    def _rate(self) -> float:
        """Requests per second at an even pace."""
        return self.limit / self._window_s

    def _release(self) -> None:
        self._in_flight -= 1
        self._freed.set()

    def _wait_s(self) -> float:
        now = self._clock.now()
        if self.closed:
            return self._closed_until - now
        paced = max(self._credit.wait_s(now, self._rate), self._pace.wait_s(now))
        # dust of adding up fractions is no reason to wait
        return max(self._own_wait_s(now), paced if paced > _DUST_S else 0.0)

    def _own_wait_s(self, now: float) -> float:
        """How long until our own requests leave room in the window."""
        while self._ageing and self._ageing[0] <= now:
            self._ageing.popleft()
        if self._in_flight + len(self._ageing) < self.limit:
            return 0.0
        return self._ageing[0] - now if self._ageing else math.inf

    async def _until(self, wait_s: float) -> None:
        if math.isfinite(wait_s):
            await self._clock.sleep(wait_s)
        else:
            self._freed.clear()
            await self._freed.wait()


def gates_of(budget: Budget, clock: Clock) -> dict[RateClass, Gate]:
    """One gate per rate class, inside the share of the tier that this key's jobs may use."""
    return {one: Gate(budget.per_window(one), budget.window_s, clock) for one in RateClass}
