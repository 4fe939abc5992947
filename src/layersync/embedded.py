"""The embedded sandbox: a process of its own, started for one run and gone with it."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from layersync.errors import StoppedEarly
from layersync.state.folder import make_folder

LABEL = "SANDBOX"
KEY = "lp_test_sandbox_needs_no_key"  # the sandbox takes any key of this form; it opens nothing else


@contextmanager
def running_sandbox(state_file: Path, flags: Sequence[str] = ()) -> Iterator[str]:
    """Starts the sandbox on a free port, gives its URL, and ends it; it also ends when this process dies.

    Where another run's sandbox keeps the same state, that one is used: it is one API with one set of records.
    Raises StoppedEarly when it does not come up.
    """
    running = _already_running(state_file)
    if running is not None:
        yield running
        return
    make_folder(state_file.parent)
    command = [sys.executable, "-P", "-m", "layersync.sandbox", "--port", "0", "--exit-with-parent"]
    process = subprocess.Popen(  # noqa: S603  our own program
        [*command, "--state", str(state_file), *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is ours: requests in flight must still be answered
    )
    try:
        yield _url(process)
    finally:
        process.terminate()
        process.wait(timeout=10)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _already_running(state_file: Path) -> str | None:
    """The URL that a sandbox has left beside the state it keeps, if somebody answers there."""
    try:
        url = str(json.loads(state_file.with_name(state_file.name + ".lock").read_bytes())["url"])
        parts = urlsplit(url)
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1).close()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return url


def _url(process: subprocess.Popen[bytes]) -> str:
    line = process.stdout.readline() if process.stdout else b""
    try:
        return str(json.loads(line)["url"])
    except (ValueError, KeyError):
        raise StoppedEarly("the built-in sandbox did not start", "see the messages above") from None
