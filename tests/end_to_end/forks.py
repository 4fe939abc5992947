"""Runs of the program in processes of their own that need not load it anew: see `forker`."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.place import PATIENCE_S, Place, Ran

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Fork:
    """A run that was started. `started_s` is when, on the clock that all processes of a machine share."""

    pid: int
    place: Place
    said: tuple[Path, Path]
    started_s: float

    def send(self, number: signal.Signals) -> float:
        """Sends it a signal, and gives when; one that has ended meanwhile does not hear it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        return time.monotonic()


@dataclass(frozen=True)
class End:
    """How a run ended, and when. `commits` is how often its journal committed, None where it was killed."""

    ran: Ran
    at_s: float
    commits: int | None


class Forks:
    """Starts runs and hears of their ends."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._number = 0
        self._ends: dict[int, tuple[int, float]] = {}
        self._started: list[int] = []
        self._unread = b""

    def start(self, place: Place, *words: str, fatal_commit: int = 0, after: bool = False) -> Fork:
        """Starts the program; it kills itself at that commit of its journal (0: at none), right before or after it."""
        self._number += 1
        said = (self._folder / f"{self._number}.out", self._folder / f"{self._number}.err")
        order = {
            "folder": str(place.folder),
            "environ": dict(place.environ),
            "said": [str(path) for path in said],
            "words": words,
            "fatal_commit": fatal_commit,
            "after": after,
        }
        (place.folder / "commits").unlink(missing_ok=True)
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        while not self._started:
            self._hear(PATIENCE_S)
        return Fork(self._started.pop(), place, said, time.monotonic())

    def run(self, place: Place, *words: str, fatal_commit: int = 0, after: bool = False) -> End:
        """Starts the program and waits for its end."""
        return self.ended(self.start(place, *words, fatal_commit=fatal_commit, after=after))

    def has_ended(self, fork: Fork, wait_s: float) -> bool:
        """Waits until the run has ended, for so long at most."""
        deadline = time.monotonic() + wait_s
        while fork.pid not in self._ends and (left_s := deadline - time.monotonic()) > 0:
            self._hear(left_s)
        return fork.pid in self._ends

    def wait_for_an_end(self, forks: list[Fork]) -> None:
        """Returns once one of these runs has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while not any(fork.pid in self._ends for fork in forks):
            assert time.monotonic() < deadline, "all of them are still at it"
            self._hear(1)

    def ended(self, fork: Fork) -> End:
        """Waits for the end of a run."""
        assert self.has_ended(fork, PATIENCE_S), f"still at it: {[path.read_text() for path in fork.said]}"
        code, at_s = self._ends.pop(fork.pid)
        out, err = (path.read_text(encoding="utf-8") for path in fork.said)
        commits = fork.place.folder / "commits"
        counted = int(commits.read_text(encoding="ascii")) if commits.exists() else None
        return End(Ran(code, out, err, (fork.place.folder / "reports" / "latest").resolve()), at_s, counted)

    def _hear(self, wait_s: float) -> None:
        assert self._process.stdout
        source = self._process.stdout.fileno()
        if not select.select([source], [], [], wait_s)[0]:
            return
        got = os.read(source, 1 << 16)
        assert got, "the forker has ended"
        *lines, self._unread = (self._unread + got).split(b"\n")
        for told in map(json.loads, lines):
            if "started" in told:
                self._started.append(told["started"])
            else:
                self._ends[told["ended"]] = (told["code"], told["at"])


@contextmanager
def forking(folder: Path) -> Iterator[Forks]:
    """What starts runs; `folder` gets what they print. All that still run end with the block."""
    command = [sys.executable, "-m", "tests.end_to_end.forker"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Forks(process, folder)
    finally:
        process.communicate(timeout=PATIENCE_S)
