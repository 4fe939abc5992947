"""What the peers have in common: an httpx client, and a number of tasks at work on one queue."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import httpx

from benchmarks.pacers.errand import Task

WORKERS = 8

Send = Callable[[int, str], Awaitable[None]]


def client(task: Task) -> httpx.AsyncClient:
    """A client for the task's server; loopback needs no certificates."""
    headers = {"Authorization": f"Bearer {task.key}"}
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(base_url=task.url, headers=headers, timeout=30, trust_env=False, verify=plain)


async def patch(http: httpx.AsyncClient, task: Task, number: int, path: str) -> None:
    """Sends one PATCH. Raises HTTPStatusError for an answer that is no success."""
    (await http.patch(path, json=task.body(number))).raise_for_status()


async def all_of(task: Task, send: Send, workers: int = WORKERS) -> int:
    """Sends every PATCH, a few at a time; gives how many were given up."""
    queue = list(enumerate(task.paths))[::-1]
    lost = 0

    async def worker() -> None:
        nonlocal lost
        while queue:
            try:
                await send(*queue.pop())
            except httpx.HTTPError:
                lost += 1

    await asyncio.gather(*(worker() for _ in range(workers)))
    return lost
