"""Room on the disk that is kept for the journal of a run: a file without a name, which goes with the process."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from layersync.errors import StoppedEarly

PER_CHANGE: Final = 4096  # bytes that stay in the state file; source: reliability, section 3.7
MOST_CHANGES: Final = 10_000  # a day of the standard tier
LOG: Final = 1100 * 4096  # bytes at most: SQLite begins its log anew after a thousand pages
PER_COMMITS: Final = 16 * 4096  # bytes that the commits of one change write to the log, until it is begun anew
OUTCOMES: Final = 1024**2  # bytes at most, for everything that can be under way at once

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class Room:
    """Room that is given back to the disk as the journal comes to need it, the last of it for outcomes."""

    def __init__(self, handle: int | None = None, changes: int = 0) -> None:
        """`handle` is the open file that takes up the room for so many changes, None where none is kept."""
        self._handle = handle
        self._changes = min(changes, MOST_CHANGES)
        self._outcomes = min(OUTCOMES, changes * PER_COMMITS)
        self._size = room_for(changes)

    def use(self) -> None:
        """Gives back what the journal needs for one change more."""
        if self._handle is None:
            return
        self._changes = max(0, self._changes - 1)
        self._size = max(self._size - PER_COMMITS, self._outcomes + self._changes * PER_CHANGE)
        os.ftruncate(self._handle, self._size)

    def give_up(self) -> bool:
        """Gives back all of it; says whether there was any."""
        if self._handle is None:
            return False
        os.close(self._handle)
        self._handle = None
        return True


def room_for(changes: int) -> int:
    """Gives the bytes that the journal of so many changes may need."""
    commits = changes * PER_COMMITS
    return min(LOG, commits) + min(OUTCOMES, commits) + min(changes, MOST_CHANGES) * PER_CHANGE


@contextmanager
def kept_room(state_dir: Path, changes: int) -> Iterator[Room]:
    """Keeps room for the journal of so many changes; what is left of it at the end goes back to the disk.

    Raises StoppedEarly where the disk has no such room. On a disk that cannot keep any, there is none.
    """
    room = Room(_taken(state_dir, room_for(changes)), changes)
    try:
        yield room
    finally:
        room.give_up()


def _taken(state_dir: Path, size: int) -> int | None:
    allocate = getattr(os, "posix_fallocate", None)  # macOS has none
    if not size or allocate is None:
        return None
    try:
        with tempfile.TemporaryFile(dir=state_dir, buffering=0) as file:
            allocate(file.fileno(), 0, size)
            return os.dup(file.fileno())
    except OSError as error:
        if error.errno not in _NO_ROOM:
            return None
        raise StoppedEarly(
            f"There is no room for the journal in {state_dir}: {size // 1024:,} KB are to be free before the first "
            f"change is sent ({os.strerror(error.errno)}).",
            "Free some space, then run again.",
        ) from error
