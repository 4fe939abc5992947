"""Another client with the same key: it takes its part of the budget, and nobody told layersync of it."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.sandbox.server import KEY, JsonObject, RunningSandbox

MARK = "stranger=1"


def of_layersync(entry: JsonObject) -> bool:
    """Tells the requests of layersync from those of the stranger."""
    return MARK not in entry["query"]


@contextmanager
def stranger(
    sandbox: RunningSandbox, project: str, *, reads_per_s: float, writes_per_s: float, key: str = KEY
) -> Iterator[None]:
    """Reads and writes at these rates while the block lasts, undeterred by any answer; `project` is its own.

    The rates are kept whatever an answer takes.
    """
    over = threading.Event()
    threads = [
        threading.Thread(target=_read, args=(sandbox, over, 1 / reads_per_s, key)),
        threading.Thread(target=_write, args=(sandbox, over, 1 / writes_per_s, project, key)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _read(sandbox: RunningSandbox, over: threading.Event, pause_s: float, key: str) -> None:
    with sandbox.client(key) as client:
        for _ in _beats(over, pause_s):
            client.get(f"/v1/whoami?{MARK}")


def _write(sandbox: RunningSandbox, over: threading.Event, pause_s: float, project: str, key: str) -> None:
    with sandbox.client(key) as client:
        for number in _beats(over, pause_s):
            client.patch(f"/v1/projects/{project}?{MARK}", json={"tagline": f"stranger {number}"})


def _beats(over: threading.Event, pause_s: float) -> Iterator[int]:
    """Counts, a pause apart from the first on, until it is over."""
    began = time.monotonic()
    for number in itertools.count():
        if over.wait(max(0.0, began + (number + 1) * pause_s - time.monotonic())):
            return
        yield number
