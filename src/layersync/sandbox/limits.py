"""Rate limits: requests per window and class, and writes per UTC day."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Protocol

from layersync.sandbox.answers import ApiError
from layersync.sandbox.clock import Clock

RateClass = Literal["read-light", "write-light"]
RATE_CLASSES: tuple[RateClass, ...] = ("read-light", "write-light")
WindowKind = Literal["sliding", "fixed", "bucket"]


@dataclass(frozen=True)
class Tier:
    """What one tier allows per window and class, and per day (API facts, section 2)."""

    name: str
    reads: int
    writes: int
    writes_per_day: int

    def limit(self, rate_class: RateClass) -> int:
        return self.reads if rate_class == "read-light" else self.writes


TIERS = {
    tier.name: tier
    for tier in (
        Tier("standard", 120, 60, 10_000),
        Tier("pilot", 1_200, 600, 100_000),
        Tier("partner", 6_000, 3_000, 500_000),
    )
}


class Window(Protocol):
    """One budget. Times are monotonic seconds; `wait` is 0 when a call is admitted now."""

    limit: int

    def wait(self, now: float) -> float: ...
    def take(self, now: float) -> None: ...
    def remaining(self, now: float) -> int: ...
    def reset(self, now: float) -> float: ...


class SlidingWindow:
    """At most `limit` calls in any stretch of `span` seconds."""

    def __init__(self, limit: int, span: float) -> None:
        self.limit = limit
        self._span = span
        self._taken: deque[float] = deque()

    def wait(self, now: float) -> float:
        return 0.0 if self.remaining(now) else self.reset(now)

    def take(self, now: float) -> None:
        self._taken.append(now)

    def remaining(self, now: float) -> int:
        while self._taken and self._taken[0] + self._span <= now:
            self._taken.popleft()
        return self.limit - len(self._taken)

    def reset(self, now: float) -> float:
        return self._taken[0] + self._span - now if self._taken else 0.0


class FixedWindow:
    """At most `limit` calls between two ticks, `span` seconds apart: twice as many around a tick."""

    def __init__(self, limit: int, span: float) -> None:
        self.limit = limit
        self._span = span
        self._tick = -1
        self._taken = 0

    def wait(self, now: float) -> float:
        return 0.0 if self.remaining(now) else self.reset(now)

    def take(self, now: float) -> None:
        self._turn(now)
        self._taken += 1

    def remaining(self, now: float) -> int:
        self._turn(now)
        return self.limit - self._taken

    def reset(self, now: float) -> float:
        return (math.floor(now / self._span) + 1) * self._span - now

    def _turn(self, now: float) -> None:
        tick = math.floor(now / self._span)
        if tick != self._tick:
            self._tick, self._taken = tick, 0


class TokenBucket:
    """A burst of `limit` calls, refilled evenly over `span` seconds."""

    # Refilling adds up fractions; without this a caller who waits exactly as told may be refused.
    _ROUNDING = 1e-6

    def __init__(self, limit: int, span: float) -> None:
        self.limit = limit
        self._rate = limit / span
        self._tokens = float(limit)
        self._filled_at = 0.0

    def wait(self, now: float) -> float:
        return 0.0 if self.remaining(now) else (1 - self._tokens) / self._rate

    def take(self, now: float) -> None:
        self._fill(now)
        self._tokens -= 1

    def remaining(self, now: float) -> int:
        self._fill(now)
        return math.floor(self._tokens + self._ROUNDING)

    def reset(self, now: float) -> float:
        self._fill(now)
        return (self.limit - self._tokens) / self._rate

    def _fill(self, now: float) -> None:
        passed = now - self._filled_at
        self._tokens = min(float(self.limit), self._tokens + passed * self._rate)
        self._filled_at = now


WINDOWS: dict[WindowKind, Callable[[int, float], Window]] = {
    "sliding": SlidingWindow,
    "fixed": FixedWindow,
    "bucket": TokenBucket,
}


class Budgets:
    """The budgets of all keys. A refused call costs nothing."""

    def __init__(self, tier: Tier, span: float, kind: WindowKind, clock: Clock) -> None:
        """`span` is the length of the API's "minute" in seconds: the tier's figures count per that span."""
        self.tier = tier
        self._span = span
        self._new_window = WINDOWS[kind]
        self._clock = clock
        self._windows: dict[tuple[str, RateClass], Window] = {}
        self._days: dict[str, tuple[date, int]] = {}

    def charge(self, key_id: str, rate_class: RateClass) -> None:
        """Takes one call from the key's budget; raises 429 RATE_LIMITED with Retry-After if none is left."""
        now = self._clock.monotonic()
        window = self._window(key_id, rate_class)
        self._check_day(key_id, rate_class)
        if wait := window.wait(now):
            raise _rate_limited(wait, {"limit": "minute", "class": rate_class, "max": window.limit})
        window.take(now)
        if rate_class == "write-light":
            self._days[key_id] = (self._clock.wall().date(), self._written_today(key_id) + 1)

    def refill(self) -> None:
        """Gives every key its whole budget back, that of the day too."""
        self._windows.clear()
        self._days.clear()

    def headers(self, key_id: str, rate_class: RateClass) -> dict[str, str]:
        """State of the key's budget. The names are customary, not documented; Reset is in whole seconds from now."""
        now = self._clock.monotonic()
        window = self._window(key_id, rate_class)
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.remaining(now)),
            "X-RateLimit-Reset": str(math.ceil(window.reset(now))),
        }

    def _window(self, key_id: str, rate_class: RateClass) -> Window:
        found = self._windows.get((key_id, rate_class))
        if found is None:
            found = self._new_window(self.tier.limit(rate_class), self._span)
            self._windows[key_id, rate_class] = found
        return found

    def _written_today(self, key_id: str) -> int:
        day, count = self._days.get(key_id, (date.min, 0))
        return count if day == self._clock.wall().date() else 0

    def _check_day(self, key_id: str, rate_class: RateClass) -> None:
        if rate_class != "write-light" or self._written_today(key_id) < self.tier.writes_per_day:
            return
        now = self._clock.wall()
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
        details = {"limit": "daily", "max": self.tier.writes_per_day, "resetsAt": midnight.isoformat()}
        raise _rate_limited((midnight - now).total_seconds(), details)


def _rate_limited(wait: float, details: dict[str, object]) -> ApiError:
    # Rounded up, so that a caller who honours it is never early.
    headers = {"Retry-After": str(max(1, math.ceil(wait)))}
    return ApiError(429, "RATE_LIMITED", "Rate limit exceeded.", details=details, headers=headers)
