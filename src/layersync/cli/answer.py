"""Reads what a person answers, and hears Ctrl-C all the while."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def read_answer() -> str:
    """Reads a line from the terminal; the handler of a signal that comes before or meanwhile is run at once.

    A plain read would miss a signal that comes right before it: Python has looked for signals by then, and the system
    interrupts only a read that has begun. So the signal rings a bell, and the wait is for the bell as well.
    """
    with _bell() as heard:
        select.select([sys.stdin, heard], [], [])
    return sys.stdin.readline()


@contextmanager
def _bell() -> Iterator[int]:
    """Gives what can be read once a signal has come."""
    heard, rung = os.pipe()
    os.set_blocking(rung, False)
    before = signal.set_wakeup_fd(rung, warn_on_full_buffer=False)
    try:
        yield heard
    finally:
        signal.set_wakeup_fd(before)
        os.close(heard)
        os.close(rung)
