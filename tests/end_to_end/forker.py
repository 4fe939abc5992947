"""Loads the program once and forks off a process for each run of it: `python -m tests.end_to_end.forker`.

What is forked is the program from its first line on: a process of its own, with its own files, environment, signals and
connections, that the system kills like any other. Only the second or two that Python needs to load it are spared, which
is what allows hundreds of runs. Orders come as lines of JSON (`forks.Order`), and each end is told as one.
"""

import json
import os
import re
import select
import signal
import sqlite3
import sys
import time
import traceback
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import layersync.cli.running
import layersync.cli.sync
import layersync.run  # noqa: F401  loaded here, so that no fork has to
from layersync.cli import main

_JOURNAL: Final = re.compile(r"(INTO|UPDATE|FROM) (intents|outcomes|open_changes|runs)\b")
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_COMMITS: Final = "commits"  # the file that tells how many of them a run that came to its end has made


class Commits:
    """Counts what the journal commits, and kills this process right before or after one of them."""

    def __init__(self, fatal: int, *, after: bool) -> None:
        self.number = 0
        self._fatal = fatal
        self._after = after

    def before(self) -> None:
        """Called when the statement is about to be run."""
        self.number += 1
        if self.number == self._fatal and not self._after:
            os.kill(os.getpid(), signal.SIGKILL)

    def after(self) -> None:
        """Called when it has returned."""
        if self.number == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


class Connection(sqlite3.Connection):
    """A connection whose commits are counted where they are about the journal."""

    commits = Commits(0, after=False)
    _is_journal = False

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """As it says, and kills this process if it is time."""
        if sql.startswith("BEGIN"):
            self._is_journal = False
        self._is_journal = self._is_journal or (not sql.startswith("SELECT") and bool(_JOURNAL.search(sql)))
        if sql != "COMMIT" or not self._is_journal:
            return super().execute(sql, *values)
        self.commits.before()
        done = super().execute(sql, *values)
        self.commits.after()
        return done


def run(order: dict[str, Any]) -> int:
    """The life of a fork."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    for number, (name, flags) in enumerate([(os.devnull, os.O_RDONLY), *[(path, _WRITES) for path in order["said"]]]):
        os.dup2(os.open(name, flags, 0o600), number)
    Connection.commits = Commits(order["fatal_commit"], after=order["after"])
    sqlite3.connect = partial(sqlite3.connect, factory=Connection)  # type: ignore[assignment]
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)  # until here it is no program that could be interrupted
    code = main(order["words"])
    Path(_COMMITS).write_text(str(Connection.commits.number), encoding="ascii")
    return code


_WRITES: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def fork(order: dict[str, Any]) -> int:
    """Starts a run; gives its process id."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        code = run(order)
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def tell(**told: float) -> None:
    os.write(1, json.dumps(told).encode() + b"\n")


def tell_ends(running: set[int]) -> None:
    """Tells of every fork that has ended."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        running.discard(pid)
        tell(ended=pid, code=os.waitstatus_to_exitcode(status), at=time.monotonic())


def serve() -> None:
    """Takes orders until there are no more, then ends what still runs."""
    bell, rung = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(rung, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: set[int] = set()
    pending = b""
    while True:
        ready = _ready(bell)
        if bell in ready:
            os.read(bell, 4096)
        tell_ends(running)
        if 0 not in ready:
            continue
        got = os.read(0, 1 << 16)
        if not got:
            break
        *lines, pending = (pending + got).split(b"\n")
        for line in lines:
            running.add(pid := fork(json.loads(line)))
            tell(started=pid)
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _ready(bell: int) -> list[int]:
    return select.select([0, bell], [], [])[0]


if __name__ == "__main__":
    serve()
