"""The state file: opened, kept at the newest schema, written in short transactions, its errors told in plain words."""

import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from layersync.errors import StoppedEarly, SyncError, UsageError
from layersync.state.folder import make_folder, told_of
from layersync.state.schema import MIGRATIONS, Migration

FILE_NAME = "state.sqlite"

_BUSY_S = 30.0
_RACES = 3
_PRIMARY = 0xFF  # the low byte of an extended result code is the kind of error
_DISK = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DENIED = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})

Value = str | int | float | bytes | None


class Store:
    """The state file of one state directory, for one thread.

    Every method raises StoppedEarly when the disk is full or fails, when another process keeps the file busy, and when
    the file is damaged.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(
        cls, state_dir: Path, migrations: Sequence[Migration] = MIGRATIONS, *, patience_s: float = _BUSY_S
    ) -> Self:
        """Opens the state file, making directory (0700) and file (0600) where there is none.

        `patience_s` is how long to wait for another process that is writing.

        Raises UsageError for a file that a newer layersync wrote, and for a directory that cannot be used.
        """
        make_folder(state_dir)
        path = state_dir / FILE_NAME
        _make_private(path)
        with _told(path):
            connection = sqlite3.connect(path, timeout=patience_s, isolation_level=None)
        store = cls(path, connection)
        try:
            store._prepare(migrations)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Closes the file; what was committed is safe without it."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction: committed when the block ends well, rolled back when it does not.

        When it returns, a durable one is on the disk. One that is not survives the death of the process, not a power
        cut; the next durable one makes it so.
        """
        with _told(self.path):
            if not durable:
                self._connection.execute("PRAGMA synchronous = NORMAL")
            try:
                with _transaction(self._connection):
                    yield self._connection
            finally:
                if not durable:
                    self._connection.execute("PRAGMA synchronous = FULL")

    def rows(self, query: str, values: Sequence[Value] = ()) -> list[sqlite3.Row]:
        """Reads all rows of a query, by column name."""
        with _told(self.path):
            return self._connection.execute(query, values).fetchall()

    def damaged(self, reason: str) -> SyncError:
        """The error for a state file that does not hold what was written to it."""
        return _damaged(self.path, reason)

    def _prepare(self, migrations: Sequence[Migration]) -> None:
        self._connection.row_factory = sqlite3.Row
        with _told(self.path):
            _use_write_ahead_log(self._connection)
            for pragma in ("synchronous = FULL", "foreign_keys = ON", "cell_size_check = ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            version = self._version()
        if version > len(migrations):
            raise UsageError(
                f"{self.path} was written by a newer layersync: schema {version}, this one knows {len(migrations)}.",
                "Update layersync, or set run.state_dir to another directory.",
            )
        if version < len(migrations):
            self._migrate(migrations)

    def _migrate(self, migrations: Sequence[Migration]) -> None:
        with self.transaction() as connection:
            # Asked again: another process may have done it since.
            version = self._version()
            if version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise self.damaged("it holds tables that layersync did not make")
            for statement in (statement for step in migrations[version:] for statement in step):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {max(version, len(migrations))}")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])


def is_full(error: SyncError) -> bool:
    """Tells whether it was for want of room on the disk that the state file could not be written."""
    return isinstance(error.__cause__, sqlite3.Error) and _kind(error.__cause__) == sqlite3.SQLITE_FULL


def _make_private(path: Path) -> None:
    """Makes the file with mode 0600, or takes everybody else's rights to it; SQLite gives its side files the same."""
    with told_of(path):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            # By name only: to open and close it would drop the locks that SQLite has on it in this process.
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                raise UsageError(f"{path} is not a regular file, so layersync does not use it.", "Remove it.") from None
            if found.st_mode & 0o077 and found.st_uid == os.geteuid():
                path.chmod(0o600)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Sets the mode, which the file keeps.

    Of two processes that make a new file at once SQLite refuses one without waiting, lest they wait for each other.
    """
    for _ in range(_RACES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if _kind(error) not in _BUSY:
                raise
        with _transaction(connection):
            pass  # begins once the other is done
    connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself after some errors, and may be unable to after others.
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turns what SQLite says of the file into the error that a person is told; our own mistakes stay as they are."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise _error(path, error) from error


def _error(path: Path, error: sqlite3.DatabaseError) -> SyncError:
    kind = _kind(error)
    if kind in _DISK:
        return StoppedEarly(
            f"The state file {path} cannot be written: the disk is full or failing ({error}).",
            "Free some space or check the disk, then run again: the next run carries on.",
        )
    if kind in _BUSY:
        return StoppedEarly(
            f"The state file {path} has been kept busy by another process for too long.",
            "Run again once no other layersync is at work in this state directory.",
        )
    if kind in _DENIED:
        return StoppedEarly(
            f"The state file {path} cannot be opened or written ({error}).",
            "Give the user who runs layersync the right to write it and its directory, then run again.",
        )
    return _damaged(path, str(error))


def _kind(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & _PRIMARY


def _damaged(path: Path, reason: str) -> SyncError:
    return StoppedEarly(
        f"The state file {path} is damaged: {reason}.",
        f"Move it away together with {path.name}-wal and {path.name}-shm, then run again. No record is at risk: every "
        "run compares with the live records anew. What is lost is the memory of past runs and of today's writes.",
    )
