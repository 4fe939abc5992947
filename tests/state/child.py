"""A process of its own for tests that kill it or starve it: `python -m tests.state.child WHAT DIRECTORY`.

It writes one line when it is where the test wants it, then waits until its input ends or it is killed.
"""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from layersync.errors import StoppedEarly
from layersync.state.journal import Journal
from layersync.state.lock import Holder, hold
from layersync.state.runs import begin
from layersync.state.store import FILE_NAME, Store
from layersync.state.writes import count_write
from tests.state.samples import DAY, JOB, ORG, URL, a_change, a_run, an_outcome

Child = subprocess.Popen[str]
Start = Callable[[str, Path], Child]

STEP = 700  # less than a page of the file, so that limits also cut pages in two


def opens(folder: Path) -> None:
    with Store.open(folder):
        say("opened")


def intends(folder: Path) -> None:
    with Store.open(folder) as store:
        begin(store, a_run())
        journal = Journal(store, "run-1")
        journal.settle(journal.intend(a_change(2)), an_outcome(2))
        intent = journal.intend(a_change(3))
        count_write(store, URL, ORG, DAY)
        say(f"{intent.seq} {intent.idempotency_key} {intent.body.decode()}")
        sys.stdin.read()


def dies_before_the_commit(folder: Path) -> None:
    def kill_at_commit(statement: str) -> None:
        if statement == "COMMIT":
            say("committing")
            os.kill(os.getpid(), signal.SIGKILL)

    with Store.open(folder) as store:
        begin(store, a_run())
        with store.transaction() as connection:
            pass
        connection.set_trace_callback(kill_at_commit)
        Journal(store, "run-1").intend(a_change())


def runs_out_of_disk(folder: Path) -> None:
    """Refuses to let a file grow beyond ever higher limits, each of which cuts the writing of an intent elsewhere."""
    refused = 0
    with Store.open(folder) as store:
        begin(store, a_run())
        journal = Journal(store, "run-1")
        written = (folder / f"{FILE_NAME}-wal").stat().st_size
        while True:
            resource.setrlimit(resource.RLIMIT_FSIZE, (written + refused * STEP, resource.RLIM_INFINITY))
            try:
                intent = journal.intend(a_change(value="x" * 20_000))
            except StoppedEarly as error:
                refused += 1
                message = error.message
            else:
                break
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    say(f"{refused} {intent.seq} {message}")


def holds(folder: Path) -> None:
    holder = Holder("run-9", os.getpid(), "crow", datetime.now(UTC))
    with hold(folder, URL, ORG, JOB, holder):
        say("holds")
        sys.stdin.read()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


PLACES = (opens, intends, dies_before_the_commit, runs_out_of_disk, holds)

if __name__ == "__main__":
    {place.__name__: place for place in PLACES}[sys.argv[1]](Path(sys.argv[2]))
