"""Signals: the first asks the run to end, the second is its end."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Thread
from types import FrameType

from layersync.api.stop import Stop
from layersync.errors import StoppedEarly

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def heeded(stop: Stop) -> Iterator[None]:
    """Hears signals from before a run begins anything until its report is written.

    They are heard between any two steps of Python, not only when the event loop looks for them; and the second one ends
    the process at once also where such a step takes its time. Set by hand, as a background job would ignore SIGINT
    otherwise.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    told = False

    def heard(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the form of such a function
        nonlocal told
        if told or stop.signal is not None:
            os._exit(128 + number)
        told = True
        reason = StoppedEarly(f"ended by {signal.Signals(number).name}", "run again: the next run carries on")
        _in_turn(partial(stop.ask, reason, number))

    for number in SIGNALS:
        signal.signal(number, heard)
    try:
        with _second_one_ends():
            yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


@contextmanager
def _second_one_ends() -> Iterator[None]:
    """Ends the process at the second signal, without Python: a state file that is kept busy, say, may hold it up."""
    heard, rung = os.pipe()
    os.set_blocking(rung, False)

    def listen() -> None:
        with os.fdopen(heard, "rb", buffering=0) as bell:
            numbers = iter(partial(bell.read, 1), b"")
            asked = (number[0] for number in numbers if number[0] in SIGNALS)
            if next(asked, None) is not None and (second := next(asked, None)) is not None:
                os._exit(128 + second)

    Thread(target=listen, daemon=True).start()
    before = signal.set_wakeup_fd(rung, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(rung)


def _in_turn(ask: Callable[[], None]) -> None:
    """Has the event loop ask, woken where it waits: a signal may come in the middle of its work."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        ask()
    else:
        loop.call_soon_threadsafe(ask)
