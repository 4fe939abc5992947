"""A signal ends a command in order, wherever it is; the second one finds the usual end."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from layersync.cli.ending import Ended, ended_by_signals
from layersync.files import write_new


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle_of_a_file_leaves_none(number: signal.Signals, tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        os.kill(os.getpid(), number)
        yield b" and the rest"

    before = signal.getsignal(number)
    with pytest.raises(Ended) as caught, ended_by_signals():
        write_new(tmp_path / "out.csv", pieces(), 0o600)
    assert caught.value.exit_code == 128 + number
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) is before


def test_after_the_first_signal_the_next_one_ends_abruptly() -> None:
    heard: list[object] = []

    def clean_up() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            heard.extend(signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))

    with pytest.raises(Ended), ended_by_signals():
        clean_up()
    assert heard == [signal.SIG_DFL] * 3


def test_no_handler_of_errors_holds_it_up() -> None:
    with pytest.raises(Ended), ended_by_signals():
        asyncio.run(in_a_task())


async def in_a_task() -> None:
    async def careful() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        except Exception:
            pytest.fail("it was taken for an error")

    async with asyncio.TaskGroup() as group:
        group.create_task(careful())
