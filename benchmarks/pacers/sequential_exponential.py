"""One after the other, tenacity's wait_exponential after each refusal."""

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from benchmarks.pacers.errand import Task
from benchmarks.pacers.plain import all_of, client, patch


async def send(task: Task) -> int:
    """Sends the task; gives how many requests were given up."""
    async with client(task) as http:

        @retry(
            retry=retry_if_exception_type(httpx.HTTPStatusError),
            wait=wait_exponential(multiplier=0.5, max=60),
            stop=stop_after_attempt(20),
            reraise=True,
        )
        async def one(number: int, path: str) -> None:
            await patch(http, task, number, path)

        return await all_of(task, one, workers=1)
