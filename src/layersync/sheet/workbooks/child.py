"""The program of the child process: a workbook from standard input, one tab of it to standard output."""

import ctypes
import json
import os
import resource
import sys
from typing import Final

from layersync.sheet.workbooks.exchange import Request, write_answer, write_refusal
from layersync.sheet.workbooks.tab import read_tab
from layersync.sheet.workbooks.unreadable import Unreadable

# what the interpreter and its libraries map before they do anything, and 1 GB for the workbook
_ADDRESS_SPACE: Final = (512 << 20) + (1 << 30)
_CPU_SECONDS: Final = 30
# of Linux's <sched.h>
_NEW_USER: Final = 0x10000000
_NEW_NETWORK: Final = 0x40000000


def main() -> None:
    """Answers one request; ends without an answer where memory or time run out."""
    limit()
    cut_off()
    request = Request(**json.loads(sys.argv[1]))
    try:
        written = write_answer(read_tab(sys.stdin.buffer.read(), request))
    except Unreadable as reason:
        written = write_refusal(reason)
    sys.stdout.buffer.write(written)


def limit() -> None:
    """Sets the limits of this process, for good."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, _CPU_SECONDS)
    _limit(resource.RLIMIT_AS, _ADDRESS_SPACE)


def cut_off() -> None:
    """Leaves the network for good, where the system allows that: whatever a workbook does to the parser (H11).

    Who is no administrator may do it as a user of a namespace of their own; an administrator would lose sight of other
    users' files there.
    """
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is not None and unshare(_NEW_NETWORK) != 0 and os.geteuid() != 0:
        unshare(_NEW_USER | _NEW_NETWORK)


def _limit(what: int, wanted: int) -> None:
    _, hard = resource.getrlimit(what)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
