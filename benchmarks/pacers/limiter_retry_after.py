"""aiolimiter with the share of the budget, and tenacity that waits for as long as Retry-After says."""

import httpx
from aiolimiter import AsyncLimiter
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from benchmarks.pacers.errand import Task
from benchmarks.pacers.plain import all_of, client, patch
from benchmarks.pacers.semaphore_retry_after import asked_s


async def send(task: Task) -> int:
    """Sends the task; gives how many requests were given up."""
    limiter = AsyncLimiter(task.limit, task.window_s)
    async with client(task) as http:

        @retry(
            retry=retry_if_exception_type(httpx.HTTPStatusError),
            wait=asked_s,
            stop=stop_after_attempt(20),
            reraise=True,
        )
        async def one(number: int, path: str) -> None:
            async with limiter:
                await patch(http, task, number, path)

        return await all_of(task, one)
