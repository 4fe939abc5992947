"""A disk of which one operation fails, or every one from there on: state file and all written files stand on it."""

import errno
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from layersync.state import store, whole_file

_BY_PATH = ("open", "mkdir", "replace", "symlink", "truncate", "chmod", "unlink")
_BY_HANDLE = ("fsync", "fchmod", "write", "posix_fallocate")
_SQLITE = {errno.ENOSPC: sqlite3.SQLITE_FULL, errno.EIO: sqlite3.SQLITE_IOERR}
_NO_MORE_ROOM = frozenset(
    {"open", "mkdir", "posix_fallocate", "symlink", "write", "fsync", "truncate", "replace", "sqlite write"}
)


@dataclass
class FailingDisk:
    """Counts the operations below `folders`; the one of number `at` (from 1) fails, and all after it where `for_ever`.

    ENOSPC is met only by what may need room. A commit that meets EIO is on the disk all the same, as after an fsync
    that failed; one that meets ENOSPC is not.
    """

    folders: tuple[Path, ...]
    at: int = 0
    error: int = errno.ENOSPC
    for_ever: bool = False
    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    handles: set[int] = field(default_factory=set)

    def fails(self, kind: str, told: str = "") -> bool:
        """One more operation: whether it is to fail."""
        self.done.append(f"{kind} {told}".strip())
        reached = len(self.done) >= self.at if self.for_ever else len(self.done) == self.at
        if not (self.at and reached) or (self.error == errno.ENOSPC and kind not in _NO_MORE_ROOM):
            return False
        self.failed.append(self.done[-1])
        return True

    def step(self, kind: str, told: str = "") -> None:
        """One more operation. Raises OSError where it is to fail."""
        if self.fails(kind, told):
            raise OSError(self.error, os.strerror(self.error))

    def holds(self, path: object) -> bool:
        """Whether a path is on this disk."""
        return isinstance(path, str | Path) and any(map(Path(path).is_relative_to, self.folders))


@contextmanager
def failing(disk: FailingDisk) -> Iterator[FailingDisk]:
    """Puts the disk under the program for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _BY_PATH:
            patch.setattr(os, name, _by_path(disk, name, getattr(os, name)))
        for name in _BY_HANDLE:
            patch.setattr(os, name, _by_handle(disk, name, getattr(os, name)))
        patch.setattr(whole_file, "open", lambda handle, _mode: io.BufferedWriter(_Raw(disk, handle)), raising=False)
        connect = sqlite3.connect
        patch.setattr(
            store.sqlite3,
            "connect",
            lambda path, **more: connect(path, factory=type("_On", (_Connection,), {"disk": disk}), **more),
        )
        yield disk


def _by_path(disk: FailingDisk, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def operation(path: Any, *more: Any, **named: Any) -> Any:
        if not any(map(disk.holds, (path, *more))):
            return real(path, *more, **named)
        disk.step("open to read" if name == "open" and not more[0] & os.O_CREAT else name, Path(path).name)
        found = real(path, *more, **named)
        if name == "open":
            disk.handles.add(found)
        return found

    return operation


def _by_handle(disk: FailingDisk, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def operation(handle: int, *more: Any) -> Any:
        if handle in disk.handles:
            disk.step(name)
        return real(handle, *more)

    return operation


class _Raw(io.FileIO):
    """A file that takes half of what it is given when the disk fails."""

    def __init__(self, disk: FailingDisk, handle: int) -> None:
        super().__init__(handle, "wb")
        self._disk = disk

    def write(self, data: Any) -> int:
        if self._disk.fails("write"):
            super().write(memoryview(data)[: len(data) // 2])
            raise OSError(self._disk.error, os.strerror(self._disk.error))
        return super().write(data)


class _Connection(sqlite3.Connection):
    """The state file on that disk."""

    disk: FailingDisk

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement == "ROLLBACK":
            return super().execute(statement, *values)
        fails = self._fails(statement)
        if fails and statement == "COMMIT" and self.disk.error == errno.EIO:
            super().execute(statement, *values)
        if fails:
            raise self._error()
        return super().execute(statement, *values)

    def executemany(self, statement: str, values: Any) -> sqlite3.Cursor:
        if self._fails(statement):
            raise self._error()
        return super().executemany(statement, values)

    def _fails(self, statement: str) -> bool:
        reads = statement.startswith(("SELECT", "PRAGMA"))
        return self.disk.fails("sqlite read" if reads else "sqlite write", statement[:60])

    def _error(self) -> sqlite3.OperationalError:
        error = sqlite3.OperationalError("the disk fails")
        error.sqlite_errorcode = _SQLITE[self.disk.error]
        return error
