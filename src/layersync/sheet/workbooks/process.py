"""Starts the child process that parses a workbook, and outlives whatever becomes of it."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Final

from layersync.sheet.workbooks.exchange import Request
from layersync.sheet.workbooks.unreadable import Unreadable

# the child has its own limit of processor time; this one is for machines with other work, and for a child that sleeps
_SECONDS: Final = 60.0
# all that Python needs to start; keys and tokens stay here
_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
# one thread and one arena: every further one maps memory that counts against the limit
_SPARING: Final = {"POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
_SPLIT: Final = "if the workbook is sound, copy the rows to a new one, or save the sheet as CSV (UTF-8)"


def parse_in_child(raw: bytes, request: Request, seconds: float = _SECONDS) -> bytes:
    """Gives what the child wrote; raises Unreadable where it crashed, or needed too much memory or time (D1)."""
    command = [sys.executable, "-P", "-m", "layersync.sheet.workbooks.child", json.dumps(asdict(request))]
    child = subprocess.Popen(  # noqa: S603  our own program; the bytes go to its standard input
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # what the libraries log or say as they crash must never reach the terminal (D11)
        stderr=subprocess.DEVNULL,
        env={**{name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}, **_SPARING},
        start_new_session=True,
    )
    try:
        written, _ = child.communicate(raw, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Unreadable(f"cannot be read: the parser was stopped after {seconds:g} seconds", _SPLIT) from None
    finally:
        _end(child)
    if child.returncode != 0:
        raise Unreadable("cannot be read: the parser stopped (it crashed, or ran out of memory or time)", _SPLIT)
    return written


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
