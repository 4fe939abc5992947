"""Pacing: when the next request of a rate class may leave. Arithmetic on a clock; it judges no answer."""

import asyncio
import math
from dataclasses import dataclass

from layersync.api.ceiling import Ceiling
from layersync.api.clock import Clock
from layersync.api.company import Company
from layersync.api.credit import Credit
from layersync.api.hands import Hands
from layersync.api.lots import Lot, Lots, Pool
from layersync.api.pace import Pace
from layersync.api.rate_headers import Said
from layersync.api.window import Window
from layersync.values.target import Budget, RateClass

_DUST_S = 1e-6
_LATE, _MOMENT = 1 / 5, 1 / 200  # of the window: its end, and how soon to look again
_MANY = 100  # requests: of fewer than that none is kept back


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to send one request: its number, when it was given, and the lot that it is from.

    `ours` is how many requests of this machine may have been in the window then, this one among them.
    """

    number: int
    given_at: float
    lot: Lot | None
    ours: int


class Gate:
    """One FIFO gate for all requests of a rate class: at most `limit` of them in any window of `window_s` seconds.

    Where other processes use the same budget, slots come from the pool that they share. Where answers say what
    remains, no more leave than that allows. A 429 closes the gate for everybody for as long as the server asks, slows
    the class down, and gives its slot back: a refused request was not counted. Where answers or refusals show that
    others use the same budget, they keep what they use, up to half of the `whole`, of which `limit` is our share. Both
    may change while the gate is in use (`allow`): the tier is known only after the first answer.
    """

    def __init__(self, limit: int, window_s: float, clock: Clock, whole: int | None = None) -> None:
        self.limit = limit
        self.whole = whole or limit
        self.company = Company(window_s)
        self._window_s = window_s
        self._clock = clock
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()
        self._number = 0
        self._waiting = 0
        self._closed_until = -math.inf
        self._own = Window(window_s)
        self._lots: Lots | None = None
        self._credit = Credit()
        self._ceiling = Ceiling(window_s)
        self._pace = Pace()
        self._hands = Hands()

    def allow(self, limit: int, whole: int) -> None:
        """The tier is known now: what was learned of others before was learned by another measure."""
        self.limit, self.whole = limit, whole
        self.company.forget()

    def share(self, pool: Pool) -> None:
        """From now on slots come from a pool, which is told of those that were taken before."""
        self._lots = Lots(pool, self._window_s)
        self.company.forget()
        pool.join(self._own.held)

    async def admit(self) -> Slot:
        """Waits for a slot and takes it; every `admit` is followed by one `answered`, `unused` or `throttled`."""
        self._waiting += 1
        try:
            async with self._turn:
                while (wait := self._wait_s()) > 0:
                    await self._until(wait)
                return self._slot()
        finally:
            self._waiting -= 1

    @property
    def closed(self) -> bool:
        """True while the server has asked to wait."""
        return self._clock.now() < self._closed_until

    @property
    def workers(self) -> int:
        """How many requests should be under way at once."""
        return self._hands.enough(self._rate)

    def answered(self, slot: Slot, said: Said | None = None) -> None:
        """The request was counted by the server, or may have been; its answer may say what remains of the budget."""
        now = self._clock.now()
        self._ceiling.answered(self._own.held, now, self.limit)
        self._own.counted(now)
        if self._lots is not None and slot.lot is not None:
            self._lots.counted(slot.lot)
        self._hands.took(now - slot.given_at)
        self._freed.set()
        if said is not None:
            whole = min(self.whole, said.limit or self.whole)
            self.company.told(whole, said, self._ours_when(slot, whole - said.remaining), now)
            part = said.remaining // self._sharers
            self._credit.said(part, slot.number, self._number, now, self.limit, self._refill(now))

    def unused(self, slot: Slot) -> None:
        """No request left with this slot."""
        self._give_back(slot)
        self._credit.returned()

    def throttled(self, slot: Slot, wait_s: float, asked_s: float | None = None) -> None:
        """The server refused the request for its rate: nobody passes for `wait_s` seconds.

        `asked_s` is what the server itself asked for, None where it asked for nothing.
        """
        now = self._clock.now()
        self._give_back(slot)
        self._closed_until = max(self._closed_until, now + wait_s)
        self._pace.refused(now, self._rate)
        self._ceiling.refused(self._own.held, now, self.limit)
        if asked_s is not None and not self._credit.known:
            self._learn_of_others(asked_s, now)
        if self._lots is not None:
            self._lots.freeze(wait_s)

    def _learn_of_others(self, asked_s: float, now: float) -> None:
        """By a refusal, where no answer said yet what remains."""
        ours = self._own.since(now + asked_s - self._window_s)
        ours = ours if self._lots is None else max(ours, self._lots.held_now())
        even_at = self.company.refused(self.whole, ours, self._own, asked_s, now, self._sharers)
        if even_at is not None:
            self._pace.rests(even_at)
            self.company.slows(self.whole, now + asked_s, even_at)

    @property
    def _sharers(self) -> int:
        return 1 if self._lots is None else self._lots.sharers

    def _ours_when(self, slot: Slot, used: int) -> int:
        """How many requests of this machine may have been in the window when the server answered this one.

        The state file is asked for those of others only where `used`, which the server counts, are more than ours.
        """
        ours = max(self._own.held, slot.ours + self._number - slot.number)
        return ours if self._lots is None or used <= ours else max(ours, self._lots.held_now())

    @property
    def _rate(self) -> float:
        """Requests per second at an even pace."""
        return self.limit / self._sharers / self._window_s

    def _most(self, now: float) -> float:
        """Requests per second that leave others what they use, or what a refusal seems to have left for us."""
        left = self.company.left(now)
        if not self._credit.known:
            left = min(left, self._ceiling.even(now, self.limit))
        return left / self._sharers / self._window_s if left < self.limit else math.inf

    def _refill(self, now: float) -> float:
        return self._pace.refill(now, self._rate, self._most(now))

    def _slot(self) -> Slot:
        now = self._clock.now()
        self._number += 1
        self._own.left()
        self._credit.spent()
        self.company.sent(1)
        self._pace.passed(now, self._rate, self._most(now))
        if self.company.left(now) < self.limit:
            self.company.slows(self.whole, now, now)
        if self._lots is None:
            return Slot(self._number, now, None, self._own.held)
        return Slot(self._number, now, self._lots.take(), max(self._own.held, self._lots.held))

    def _give_back(self, slot: Slot) -> None:
        self._own.returned()
        self.company.sent(-1)
        if self._lots is not None and slot.lot is not None:
            self._lots.returned(slot.lot)
        self._freed.set()

    def _wait_s(self) -> float:
        now = self._clock.now()
        if self.closed:
            return self._closed_until - now
        paced = max(self._credit.wait_s(now, self._refill(now)), self._pace.wait_s(now))
        if self._sharers == 1 and (rest_s := self.company.rest_s(self.limit, self._own, now)) > 0:
            self.company.slows(self.whole, now, now + rest_s)
            paced = max(paced, rest_s)
        # dust of adding up fractions is no reason to wait
        wait_s = max(self._room_s(now), paced if paced > _DUST_S else 0.0)
        return wait_s if wait_s > 0 or self._lots is None else self._lots.wait_s(now, self.limit)

    def _room_s(self, now: float) -> float:
        """How long until the window has room for one more of ours: one has left it, or the ceiling has risen."""
        wait_s = max(self._own.wait_s(now, self.limit), self._keeps_back_s(now))
        rises_s = self._ceiling.wait_s(self._own.held, now, self.limit)
        return max(wait_s, min(rises_s, self._own.leaves_s(now))) if rises_s > _DUST_S else wait_s

    def _keeps_back_s(self, now: float) -> float:
        """How long this process keeps back the last slot of a window, for a look late in it whether others use it up.

        Who comes first after the tick of a server's window and takes most of it is not refused, and never hears of the
        others who are. Where answers say what remains that is not needed, nor for the last request of all.
        """
        last = self._own.held == self.limit - 1 and self.limit >= _MANY
        if not last or self._credit.known or self.company.left(now) < math.inf:
            return 0.0
        kept_s = self._own.leaves_s(now) - self._window_s * _LATE
        if self._waiting == 1:  # whether any follow shows when those under way come back
            kept_s = min(kept_s, self._window_s * _MOMENT) if self._own.in_flight else 0.0
        return kept_s if kept_s > _DUST_S else 0.0

    async def _until(self, wait_s: float) -> None:
        if math.isfinite(wait_s):
            await self._clock.sleep(wait_s)
        else:
            self._freed.clear()
            await self._freed.wait()


def gates_of(budget: Budget, clock: Clock) -> dict[RateClass, Gate]:
    """One gate per rate class, inside the share of the tier that this key's jobs may use."""
    return {one: Gate(budget.per_window(one), budget.window_s, clock, budget.whole(one)) for one in RateClass}
