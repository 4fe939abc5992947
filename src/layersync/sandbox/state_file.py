"""The state file: JSON Lines, a snapshot and then what changed, readable after kill -9 at any moment."""

import fcntl
import json
import time
from contextlib import ExitStack
from io import FileIO
from pathlib import Path

from layersync.sandbox.answers import JsonObject, encode


class StateUnusable(Exception):
    """The state file is damaged, or another sandbox holds it."""


class StateFile:
    """One sandbox's hold on a state file. A line is written whole with one call, before its answer goes out."""

    patience_s = 3.0

    def __init__(self, path: Path) -> None:
        """Takes the lock beside the file; raises StateUnusable if another sandbox keeps it."""
        self._path = path
        self._opened = ExitStack()
        self._file: FileIO | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        lock_path = path.with_name(path.name + ".lock")
        self._lock = self._opened.enter_context(lock_path.open("ab+", buffering=0))
        self._take_lock()

    def close(self) -> None:
        """Lets go of the state file and its lock."""
        self._opened.close()

    def announce(self, ready: JsonObject) -> None:
        """Leaves word in the lock file where the holder of this state answers."""
        self._lock.truncate(0)
        self._lock.write(encode(ready) + b"\n")

    def lines(self) -> list[JsonObject]:
        """The snapshot and the changes after it, in order; empty if there is none.

        A torn last line was never answered: it is left out. Raises StateUnusable for any other damage.
        """
        if not self._path.exists():
            return []
        whole, _, _ = self._path.read_bytes().rpartition(b"\n")
        try:
            return [json.loads(line) for line in whole.splitlines()]
        except ValueError:
            raise StateUnusable(f"{self._path} is damaged; --reset starts anew") from None

    def start_with(self, snapshot: JsonObject) -> None:
        """Replaces the content by one snapshot, all or nothing."""
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.write_bytes(encode(snapshot) + b"\n")
        fresh.replace(self._path)
        if self._file:
            self._file.close()
        self._file = self._opened.enter_context(self._path.open("ab", buffering=0))

    def append(self, changes: JsonObject) -> None:
        if self._file is None:
            raise ValueError("a state file starts with a snapshot")
        self._file.write(encode(changes) + b"\n")

    def _take_lock(self) -> None:
        # The sandbox before may still be on its way out.
        patience_ends = time.monotonic() + self.patience_s
        while not self._try_lock():
            if time.monotonic() > patience_ends:
                self._lock.seek(0)
                holder = self._lock.read().decode(errors="replace").strip()
                self.close()
                raise StateUnusable(f"{self._path} is in use by another sandbox {holder}")
            time.sleep(0.05)

    def _try_lock(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
