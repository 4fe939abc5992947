"""The second signal ends a run at once, also while Python waits for something that hears no signal."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

BUSY = """
import sqlite3, sys
from threading import Timer
from layersync.api.stop import Stop
from layersync.signals import heeded
with heeded(Stop()):
    state = sqlite3.connect(sys.argv[1], timeout=600, isolation_level=None)
    Timer(0.1, print, ["begun"], {"flush": True}).start()  # in the middle of the next step
    try:
        state.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        print(error)
"""


@pytest.mark.parametrize(
    "numbers", [(signal.SIGINT, signal.SIGTERM), (signal.SIGHUP, signal.SIGINT), (signal.SIGTERM, signal.SIGHUP)]
)
def test_a_second_signal_is_heard_while_the_state_file_is_kept_busy(
    numbers: tuple[signal.Signals, ...], tmp_path: Path
) -> None:
    file = tmp_path / "state.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        command = [sys.executable, "-c", BUSY, str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as held_up:
            try:
                assert held_up.stdout is not None
                assert held_up.stdout.readline() == "begun\n"
                for number in numbers:  # of two kinds: two of one kind may come as one
                    held_up.send_signal(number)
                rest, _ = held_up.communicate(timeout=20)
            finally:
                held_up.kill()
    assert held_up.returncode in {128 + number for number in numbers}
    assert rest == ""
