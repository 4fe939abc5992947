"""A few workers on one queue: enough to hide latency, few enough not to slow the client down."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def each(items: Iterable[T], work: Callable[[T], Awaitable[None]], enough: Callable[[], int]) -> None:
    """Does `work` on every item, started in order; the first error ends all of it.

    `enough` gives how many should be at work now (at least one); it is asked before each item.
    """
    queue = deque(items)
    workers = 0

    def staff() -> None:
        nonlocal workers
        wanted = min(enough(), workers + len(queue))
        for _ in range(workers, wanted):
            workers += 1
            group.create_task(worker())

    async def worker() -> None:
        nonlocal workers
        while queue and workers <= enough():
            item = queue.popleft()
            staff()
            await work(item)
        workers -= 1

    try:
        async with asyncio.TaskGroup() as group:
            staff()
    except ExceptionGroup as errors:  # not except*: Python 3.11.2 makes a group again of what is raised there
        raise errors.exceptions[0] from None
