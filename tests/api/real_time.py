"""Real sockets with waits that cost no time: what the clock is told to sleep is added to it instead."""

import asyncio
from datetime import datetime, timedelta

from tests.virtual_time import START


class HurriedClock:
    """A clock whose sleeps are over at once; everything else takes the time that it takes."""

    def __init__(self) -> None:
        self._skipped_s = 0.0

    def now(self) -> float:
        return asyncio.get_running_loop().time() + self._skipped_s

    def wall(self) -> datetime:
        return START + timedelta(seconds=self._skipped_s)

    async def sleep(self, seconds: float) -> None:
        self._skipped_s += seconds
        await asyncio.sleep(0)
