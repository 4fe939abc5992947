"""A semaphore, and tenacity that waits for as long as Retry-After says."""

import asyncio

import httpx
from tenacity import RetryCallState, retry, retry_if_exception_type, stop_after_attempt

from benchmarks.pacers.errand import Task
from benchmarks.pacers.plain import WORKERS, all_of, client, patch


def asked_s(state: RetryCallState) -> float:
    """How long the refusal asks to wait."""
    error = state.outcome.exception() if state.outcome else None
    return float(error.response.headers.get("Retry-After", 1)) if isinstance(error, httpx.HTTPStatusError) else 1.0


async def send(task: Task) -> int:
    """Sends the task; gives how many requests were given up."""
    few = asyncio.Semaphore(WORKERS)
    async with client(task) as http:

        @retry(
            retry=retry_if_exception_type(httpx.HTTPStatusError),
            wait=asked_s,
            stop=stop_after_attempt(20),
            reraise=True,
        )
        async def one(number: int, path: str) -> None:
            async with few:
                await patch(http, task, number, path)

        return await all_of(task, one, workers=4 * WORKERS)
