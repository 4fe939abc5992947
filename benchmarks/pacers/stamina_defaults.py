"""stamina as it comes: ten attempts, 45 seconds."""

import logging

import httpx
import stamina

from benchmarks.pacers.errand import Task
from benchmarks.pacers.plain import all_of, client, patch


async def send(task: Task) -> int:
    """Sends the task; gives how many requests were given up."""
    logging.disable()  # it tells every retry
    async with client(task) as http:

        @stamina.retry(on=httpx.HTTPStatusError)
        async def one(number: int, path: str) -> None:
            await patch(http, task, number, path)

        return await all_of(task, one)
