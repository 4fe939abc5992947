"""Time, passed in: no module below reads a global clock."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """`now` is monotonic and for waiting; `wall` is UTC and for labels and HTTP dates."""

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
        """Seconds of the monotonic clock."""
        return time.monotonic()

    def wall(self) -> datetime:
        """The machine's time of day."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Waits without holding up other tasks."""
        await asyncio.sleep(seconds)
