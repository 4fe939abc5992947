"""A thread that is stuck holds up neither a run nor the end of the program."""

import asyncio
import socket
import subprocess
import sys
from threading import Event, Timer

import pytest

from layersync.loop import run

STUCK = """
import asyncio, os
from layersync.loop import run
async def work():
    try:
        async with asyncio.timeout(0.05):
            await asyncio.to_thread(os.read, os.pipe()[0], 1)
    except TimeoutError:
        return "given up"
print(run(work()))
"""


def test_what_a_thread_finds_or_raises_is_handed_on() -> None:
    async def work() -> tuple[int, object]:
        with pytest.raises(socket.gaierror):
            await asyncio.get_running_loop().getaddrinfo("\x00", 80)
        return await asyncio.to_thread(int, "5"), await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80)

    number, found = run(work())
    assert number == 5
    assert found


def test_a_run_does_not_wait_for_a_thread_that_it_gave_up_on() -> None:
    stuck = Event()
    patience = Timer(30, stuck.set)
    patience.start()

    async def work() -> str:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asyncio.to_thread(stuck.wait)
        return "given up"

    assert run(work()) == "given up"
    assert not stuck.is_set()
    patience.cancel()
    stuck.set()


def test_nor_does_the_end_of_the_program() -> None:
    ran = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "given up\n", "")
