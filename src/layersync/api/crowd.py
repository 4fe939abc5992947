"""A few workers on one queue: enough to hide latency, few enough not to slow the client down."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

WORKERS = 8  # rate x latency x 2 at the largest tier; httpx costs more CPU a request beyond it


async def each(items: Iterable[T], work: Callable[[T], Awaitable[None]], workers: int = WORKERS) -> None:
    """Does `work` on every item, started in order; the first error ends all of it."""
    queue = deque(items)

    async def worker() -> None:
        while queue:
            await work(queue.popleft())

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(workers, len(queue))):
                group.create_task(worker())
    except* Exception as errors:
        raise errors.exceptions[0] from None
