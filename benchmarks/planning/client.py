"""What the client costs for the pages of a listing, without a network: `python -m benchmarks.planning.client FOLDER`.

Gates, retries and judgement of each answer, its body left unread: what `ways.layersync_plan` leaves out of `api.fetch`.
"""

import asyncio
import random
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.planning.data import pages
from layersync.api.client import ReadClient
from layersync.api.clock import SystemClock
from layersync.api.conditions import Conditions, Tally
from layersync.api.pacer import gates_of
from layersync.api.stop import Stop
from layersync.api.wire import Answer, Request
from layersync.values.target import Budget

_BUDGET = Budget(tier="custom", reads=10**9, writes=10**9, writes_per_day=10**9)


class _File:
    """A transport that answers with the next page of a file."""

    def __init__(self, bodies: Iterator[bytes]) -> None:
        self._bodies = bodies

    async def send(self, _request: Request) -> Answer:
        """Gives the next page."""
        return Answer(200, {"content-type": "application/json"}, next(self._bodies))

    async def close(self) -> None:
        """Nothing to let go of."""


async def _read_all(folder: Path) -> int:
    clock = SystemClock()
    conditions = Conditions(
        gates=gates_of(_BUDGET, clock), clock=clock, stop=Stop(), rng=random.Random(0), tally=Tally(), max_attempts=1
    )
    count = sum(1 for _ in pages(folder))
    client = ReadClient(_File(pages(folder)), conditions)
    for _ in range(count):
        await client.get("/v1/projects", parse=_unread)
    return count


def _unread(_answer: Answer) -> Mapping[str, object]:
    return {}


if __name__ == "__main__":
    began = time.process_time()
    requests = asyncio.run(_read_all(Path(sys.argv[1])))
    print(f"{time.process_time() - began:.2f} s of CPU for {requests:,} pages")
