"""The lock of one job at one target: held by the operating system, so that it is free once its process is gone."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from filelock import BaseFileLock, FileLock, Timeout

from layersync.errors import Locked
from layersync.state.folder import job_file, make_folder, told_of

_POLL_S: Final = 0.02
_LOOK_S: Final = 1.0  # far longer than anybody looks, or needs to write who he is


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: the run, its process, and when the run began."""

    run_id: str
    pid: int
    host: str
    started_at: datetime


# A lock that is held, by a process that has not yet written (or could not write) who it is.
UNNAMED: Final = Holder("", 0, "", datetime.min.replace(tzinfo=UTC))


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def hold(
    state_dir: Path,
    base_url: str,
    organization: str,
    job: str,
    holder: Holder,
    *,
    now: Callable[[], datetime] = _utc_now,
) -> Iterator[None]:
    """Holds the lock of a job; whoever wants to wait for it asks again.

    `organization` is empty where the configuration names none. Raises Locked, naming who holds it; UsageError for a
    lock file that is a symbolic link; StoppedEarly when the disk fails.
    """
    make_folder(state_dir)
    path = lock_path(state_dir, base_url, organization, job)
    lock = FileLock(path, mode=0o600, poll_interval=_POLL_S, fallback_to_soft=False)
    with told_of(path):
        try:
            _acquire(lock, path)
        except Timeout as error:
            raise _locked(job, _at_work(path), now()) from error
    try:
        with told_of(path):
            _write(path, _record(holder))
        yield
    finally:
        with suppress(OSError):
            _write(path, b"")
        lock.release()


def holder_of(state_dir: Path, base_url: str, organization: str, job: str) -> Holder | None:
    """Tells who holds the lock of a job now, without waiting or taking it; None when it is free.

    `UNNAMED` when it is held by a process that has not written who it is.
    """
    path = lock_path(state_dir, base_url, organization, job)
    with told_of(path):
        return _at_work(path) if _is_held(path) else None


def lock_path(state_dir: Path, base_url: str, organization: str, job: str) -> Path:
    """Where the lock file stands."""
    return job_file(state_dir, base_url, organization, job, "lock")


def _acquire(lock: BaseFileLock, path: Path) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if _is_held(path):
            raise
        # Somebody only looked at it.
        lock.acquire(timeout=_LOOK_S)


def _is_held(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    # Shared, so that two who look do not hide the lock from each other; closing the handle gives it back.
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _record(holder: Holder) -> bytes:
    fields = {
        "run_id": holder.run_id,
        "pid": holder.pid,
        "host": holder.host,
        "started_at": holder.started_at.isoformat(),
    }
    return json.dumps(fields).encode() + b"\n"


def _write(path: Path, record: bytes) -> None:
    # In place: the lock is on this very file, so another must never take its name.
    handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # Cut last, and read as one line: at no time does a reader find half a record.
        os.write(handle, record)
        os.truncate(handle, len(record))
    finally:
        os.close(handle)


def _named(path: Path) -> Holder:
    try:
        fields = json.loads(path.read_bytes().partition(b"\n")[0])
        return Holder(
            str(fields["run_id"]),
            int(fields["pid"]),
            str(fields["host"]),
            datetime.fromisoformat(fields["started_at"]).astimezone(UTC),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return UNNAMED


def _at_work(path: Path) -> Holder:
    """Who holds a lock that is held. Who has just taken it may not have written that yet.

    Until then the file says nothing, or still names a run that was killed.
    """
    patience_ends = time.monotonic() + _LOOK_S
    while True:
        holder = _named(path)
        if _may_live(holder) or time.monotonic() > patience_ends:
            return holder
        time.sleep(_POLL_S)


def _may_live(holder: Holder) -> bool:
    if holder == UNNAMED:
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return holder.host != socket.gethostname()
    except (PermissionError, OverflowError):
        pass
    return True


def _locked(job: str, holder: Holder, now: datetime) -> Locked:
    if holder == UNNAMED:
        message = f"Job {job} is locked by another run, which has not written who it is."
    else:
        age = _age((now - holder.started_at).total_seconds())
        message = f"Job {job} is locked by run {holder.run_id} (pid {holder.pid} on {holder.host}), begun {age} ago."
    return Locked(message, "Run again when it has ended, or let this run wait for it: --wait 20m.")


def _age(seconds: float) -> str:
    for name, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {name}"
    return f"{max(0, int(seconds))} s"
