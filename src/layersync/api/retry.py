"""Trying again: a judgement about answers, carried out by tenacity on a clock and a randomness that are passed in."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from layersync.api.clock import Clock
from layersync.api.judge import Judgement
from layersync.api.meaning import Kind
from layersync.api.retry_budget import RetryBudget
from layersync.api.stop import Stop

_BASE_S = 0.5
_LONGEST_S = 20.0
_IN_FLIGHT_S = (1.0, 5.0)
_IN_FLIGHT_LIMIT_S = 30.0
_AGAIN = frozenset({Kind.THROTTLED, Kind.IN_FLIGHT, Kind.UNKNOWN, Kind.NOT_SENT})


@dataclass(slots=True)
class Tries:
    """The tries of one request.

    `sent` counts all, `counted` those that count as attempts; `perhaps` is true while some try may have reached the
    record without an answer that says so; `in_flight_since` is when the API first said that the key is in use.
    """

    counted: int = 0
    sent: int = 0
    waited_s: float = 0.0
    perhaps: bool = False
    in_flight_since: float | None = None


class Retry:
    """Repeats a try while its judgement allows it.

    A 429 costs no attempt and no wait of its own: the gate of the class waits (reliability 3.4). Waits between
    attempts have full jitter and are never shorter than the server's Retry-After.
    """

    def __init__(self, clock: Clock, stop: Stop, rng: random.Random, max_attempts: int) -> None:
        self._clock = clock
        self._stop = stop
        self._rng = rng
        self._max_attempts = max_attempts

    async def __call__(
        self, one_try: Callable[[], Awaitable[Judgement]], tries: Tries, budget: RetryBudget
    ) -> Judgement:
        """Gives the judgement of the last try; `budget` pays for tries after one that nothing is known of.

        Raises Stopped when the end of the run is asked for while waiting.
        """
        first = await one_try()
        if first.kind not in _AGAIN:
            return first  # as nearly always, and without tenacity, which costs as much as all else around a try
        return await self._again(first, one_try, tries, budget)

    async def _again(
        self, first: Judgement, one_try: Callable[[], Awaitable[Judgement]], tries: Tries, budget: RetryBudget
    ) -> Judgement:
        tried = iter((first,))

        async def next_try() -> Judgement:
            return next(tried, None) or await one_try()

        retrying = AsyncRetrying(
            retry=retry_if_result(lambda judgement: judgement.kind in _AGAIN),
            stop=lambda state: self._enough(_last(state), tries, budget),
            wait=lambda state: self._wait_s(_last(state), tries),
            sleep=lambda seconds: self._sleep(seconds, tries),
            retry_error_callback=_last,
        )
        return await retrying(next_try)

    def _enough(self, last: Judgement, tries: Tries, budget: RetryBudget) -> bool:
        if last.kind is Kind.THROTTLED:
            return False
        if last.kind is Kind.IN_FLIGHT:
            return self._long_in_flight(tries)
        return tries.counted >= min(last.tries, self._max_attempts) or not budget.afford()

    def _long_in_flight(self, tries: Tries) -> bool:
        now = self._clock.now()
        tries.in_flight_since = now if tries.in_flight_since is None else tries.in_flight_since
        return now - tries.in_flight_since >= _IN_FLIGHT_LIMIT_S

    def _wait_s(self, last: Judgement, tries: Tries) -> float:
        if last.kind is Kind.THROTTLED:
            return 0.0
        if last.kind is Kind.IN_FLIGHT:
            return self._rng.uniform(*_IN_FLIGHT_S)
        backoff = self._rng.uniform(0.0, min(_LONGEST_S, _BASE_S * 2.0**tries.counted))
        return max(backoff, last.wait_s or 0.0)

    async def _sleep(self, seconds: float, tries: Tries) -> None:
        tries.waited_s += seconds
        await self._stop.guard(self._clock.sleep(seconds))


def _last(state: RetryCallState) -> Judgement:
    assert state.outcome is not None  # noqa: S101  tenacity asks only after a try
    judgement: Judgement = state.outcome.result()
    return judgement
