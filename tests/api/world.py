"""A server's rate limit in virtual time, with or without a stranger who has the same key, and workers that meet it."""

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from layersync.api.crowd import each
from layersync.api.pacer import Gate
from layersync.api.rate_headers import Said
from layersync.sandbox.limits import TokenBucket, Window
from tests.virtual_time import VirtualClock, run_virtual

SPAN_S = 60.0
SHARE = 0.9
LATENCY_S = (0.02, 0.14)


class ShallowBucket(TokenBucket):
    """A bucket that holds no more than two seconds of its rate."""

    def __init__(self, limit: int, span: float) -> None:
        super().__init__(limit, span)
        self._depth = max(2.0, 2.0 * limit / span)
        self._tokens = self._depth

    def _fill(self, now: float) -> None:
        super()._fill(now)
        self._tokens = min(self._tokens, self._depth)


@dataclass(frozen=True)
class Stranger:
    """Requests per second, and when they end."""

    rate: float
    until: float


@dataclass
class Met:
    """What came of it: seconds, sends, refusals, and sends before Retry-After had passed; the stranger's successes."""

    took_s: float = 0.0
    sends: int = 0
    refused: int = 0
    early: int = 0
    done: int = 0
    stranger: int = 0
    closed_until: float = field(default=-math.inf, repr=False)

    @property
    def refused_share(self) -> float:
        """Refusals as a part of all sends."""
        return self.refused / self.sends


def meet(
    policy: Callable[[int, float], Window],
    limit: int,
    count: int,
    *,
    headers: bool,
    stranger_share: float = 0.0,
    seed: int = 1,
    phase: float = 0.0,
    until_s: float = math.inf,
    before: tuple[float, int] = (0.0, 0),
    share: float = SHARE,
) -> Met:
    """Sends `count` requests through a gate with `SHARE` of `limit`, until all are done.

    A stranger has had its part for a whole window when it begins, so far (`phase`) into a window of the server's, and
    goes away `until_s` later. `before` are requests that somebody made so many seconds ago, at once.
    """
    window, rate = policy(limit, SPAN_S), stranger_share * limit / SPAN_S
    began = phase * SPAN_S + (SPAN_S if rate or before[1] else 0.0)
    at, used = began - before[0], before[1]
    for _ in range(used):
        window.take(at)
    return run_virtual(_meet(window, int(limit * share), count, headers, Stranger(rate, began + until_s), seed, began))


async def _meet(
    window: Window, share: int, count: int, headers: bool, stranger: Stranger, seed: int, began: float
) -> Met:
    clock, rng, met = VirtualClock(), random.Random(seed), Met()
    gate = Gate(share, SPAN_S, clock, window.limit)

    async def one(_: int) -> None:
        while not await _one(gate, window, headers, clock, rng, met):
            pass

    other = asyncio.create_task(_stranger(window, stranger, clock, rng, met))
    await asyncio.sleep(began)
    met.stranger = 0
    await each(range(count), one, lambda: gate.workers)
    other.cancel()
    met.took_s = clock.now() - began
    return met


async def _one(gate: Gate, window: Window, headers: bool, clock: VirtualClock, rng: random.Random, met: Met) -> bool:
    """Sends a request once; the server counts it, or refuses it, somewhere between the send and the answer."""
    slot = await gate.admit()
    met.sends += 1
    met.early += clock.now() < met.closed_until
    await clock.sleep(rng.uniform(*LATENCY_S) / 2)
    wait_s = window.wait(clock.now())
    if wait_s == 0:
        window.take(clock.now())
    remaining, reset_s = window.remaining(clock.now()), math.ceil(window.reset(clock.now()))
    await clock.sleep(rng.uniform(*LATENCY_S) / 2)
    if wait_s == 0:
        gate.answered(slot, Said(remaining, reset_s, window.limit) if headers else None)
        met.done += 1
        return True
    told = max(1, math.ceil(wait_s))
    met.refused += 1
    met.closed_until = max(met.closed_until, clock.now() + told)
    gate.throttled(slot, told * rng.uniform(1.0, 1.1), told)
    return False


async def _stranger(window: Window, told: Stranger, clock: VirtualClock, rng: random.Random, met: Met) -> None:
    """Asks at a rate of its own, undeterred by any answer."""
    while told.rate and clock.now() < told.until:
        await clock.sleep(rng.expovariate(told.rate))
        if window.wait(clock.now()) == 0:
            window.take(clock.now())
            met.stranger += 1
