"""The end of a command by a signal: at once, but in order, so that nothing half-written stays behind."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(SystemExit):
    """A signal ended the command. A SystemExit is what event loops let through, out of whatever task it hits."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.exit_code = 128 + number
        self.told = f"ended by {signal.Signals(number).name}"


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raises Ended on the first signal, wherever the block is; the second one finds the usual, abrupt end."""
    heard = {number: signal.getsignal(number) for number in _SIGNALS}

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the form of such a function
        for other in _SIGNALS:
            signal.signal(other, signal.SIG_DFL)
        raise Ended(number)

    try:
        for number in _SIGNALS:
            signal.signal(number, end)
        yield
    finally:
        for number, before in heard.items():
            signal.signal(number, before)
