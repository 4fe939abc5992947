"""Time, passed in: no module below reads a global clock."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Final, Protocol

# Goes on while the machine sleeps, as the monotonic clock does everywhere but on Linux: a read from before is old then.
_GOES_ON: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """`now` is monotonic, for waits and for ages; `wall` is UTC and for labels and HTTP dates."""

    def now(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    def wall(self) -> datetime:
        """The time of day, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> float:
        """Seconds since the machine was started, those included in which it slept."""
        return time.clock_gettime(_GOES_ON)

    def wall(self) -> datetime:
        """The machine's time of day."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Waits without holding up other tasks."""
        await asyncio.sleep(seconds)
