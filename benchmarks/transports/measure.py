"""One measurement, in a process of its own: `... measure WAY URL METHOD AT_ONCE COUNT` prints JSON.

Processor time of this process alone, after as many requests as fill every connection.
"""

import asyncio
import importlib
import json
import sys
import time

WARM = 5
PAGE, ITEM = "/v1/projects", "/v1/projects/9cb958b5-11b5-4e30-8675-5d075d52da7c"
BODY = b'{"tagline": "' + b"z" * 230 + b'"}'
HEADERS = {"Authorization": "Bearer lp_test_0123456789abcdef", "User-Agent": "benchmark"}


async def main(name: str, url: str, method: str, at_once: int, count: int) -> None:
    """Sends the requests through one way and prints what each cost."""
    way = importlib.import_module(f"benchmarks.transports.ways.{name}").Way(url, HEADERS)
    path, body = (PAGE, None) if method == "GET" else (ITEM, BODY)

    async def several(times: int) -> None:
        for _ in range(times):
            size = await way.send(method, path, body)
            assert size > 900

    async def crowd(times: int) -> None:
        await asyncio.gather(*(several(times) for _ in range(at_once)))

    await crowd(WARM)
    began, cpu = time.perf_counter(), time.process_time()
    await crowd(count // at_once)
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    await way.close()
    print(json.dumps({"cpu_us": cpu_s / count * 1e6, "per_s": count / took_s}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
