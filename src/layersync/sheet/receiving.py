"""Receives the bytes of a sheet without holding up the run, which may have to stop meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Thread

from layersync.resources.resource import Resource
from layersync.sheet.fit import check_fit
from layersync.sheet.source import STDIN, read_source
from layersync.values.address import is_address
from layersync.values.rules import SheetRules


async def receive(rules: SheetRules, resource: Resource) -> bytes:
    """Gives the bytes of a job's sheet, wherever it is; may be cancelled while they come.

    Raises InputUnusable where they can't be had in one piece, UsageError where the rules don't fit the resource.
    """
    check_fit(rules, resource)
    if is_address(rules.source):
        from layersync.sheet.fetched import read_address  # noqa: PLC0415  sheets on this machine load no HTTP

        return await read_address(rules.source, rules.max_bytes, rules.tab)
    read = partial(read_source, rules.source, rules.max_bytes)
    return await _in_background(read) if rules.source == STDIN else read()


async def _in_background(read: Callable[[], bytes]) -> bytes:
    """Waits for a thread that the end of the program does not wait for: whoever writes to a pipe may never finish."""
    answer: Future[bytes] = Future()
    answer.set_running_or_notify_cancel()

    def work() -> None:
        try:
            answer.set_result(read())
        except Exception as error:
            answer.set_exception(error)

    Thread(target=work, daemon=True).start()
    return await asyncio.wrap_future(answer)
