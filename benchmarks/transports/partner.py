"""What a second at tier `partner` costs: `... partner URL SHARE READS WRITES` prints JSON.

The clients, gates, retries and the number of workers are those of a run; what is read is cut into excerpts as a run
does. The budget is taken whole in one go, so the rate is what the workers reach, not what the gate allows.
"""

import asyncio
import json
import random
import sys
import time

from layersync.api.clock import SystemClock
from layersync.api.connect import connect
from layersync.api.crowd import each
from layersync.api.http import HttpTransport
from layersync.api.retry import Tries
from layersync.api.stop import Stop
from layersync.api.wire import Request
from layersync.values.target import Budget

PARTNER = Budget(tier="partner", reads=6_000, writes=3_000, writes_per_day=500_000)
ITEM = "/v1/projects/9cb958b5-11b5-4e30-8675-5d075d52da7c"
BODY = b'{"tagline": "new"}'


async def main(url: str, reads: int, writes: int) -> None:
    """Reads and writes at the same time, as many of each as are asked for."""
    transport = HttpTransport(url, {"Authorization": "Bearer lp_test_0123456789abcdef"}, 30.0, "benchmark")
    link = await connect(
        transport,
        url,
        "benchmark",
        lambda _tier: PARTNER,
        clock=SystemClock(),
        stop=Stop(),
        rng=random.Random(0),
        max_attempts=4,
    )
    writer, ended = link.writer(), dict[str, float]()

    async def read(_number: int) -> None:
        assert (await link.reader.get(ITEM)).body

    async def write(number: int) -> None:
        async def prepare() -> Request:
            return Request(method="PATCH", path=ITEM, body=BODY, idempotency_key=f"key-{number}")

        assert (await writer.patch(prepare, Tries())).body

    async def all_reads() -> None:
        await each(range(reads), read, link.reader.workers)
        ended["reads"] = time.perf_counter()

    async def all_writes() -> None:
        await each(range(writes), write, writer.workers)
        ended["writes"] = time.perf_counter()

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(all_reads(), all_writes())
    cpu_s = time.process_time() - cpu
    await transport.close()
    told = {"reads_per_s": reads / (ended["reads"] - began), "writes_per_s": writes / (ended["writes"] - began)}
    print(json.dumps({**told, "cpu_s": cpu_s}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
