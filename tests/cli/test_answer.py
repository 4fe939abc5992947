"""A signal that comes between the question and the waiting for its answer."""

import os
import pty
import select
import signal
import sys
from collections.abc import Iterator

import pytest

from layersync.cli.answer import _bell, read_answer


class Heard(Exception):
    """What the handler of these tests raises."""


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The person's side of a terminal."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield ours
    os.close(ours)


def test_a_signal_right_before_the_wait_ends_the_wait() -> None:
    """Its handler has run by then, so only the bell can tell."""
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        with _bell() as heard:
            os.kill(os.getpid(), signal.SIGUSR1)
            assert select.select([heard], [], [], 30)[0] == [heard]
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_signal_while_it_waits_is_heard_at_once(terminal: int) -> None:
    def ring(*_: object) -> None:
        raise Heard

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(Heard):
            read_answer()
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_typed_line_is_the_answer(terminal: int) -> None:
    os.write(terminal, b"y\n")
    assert read_answer() == "y\n"
