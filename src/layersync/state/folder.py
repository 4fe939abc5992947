"""The state directory: made so that only its owner can read it, and what is said when that fails."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from layersync.errors import StoppedEarly, UsageError

_NOT_THE_DISK = (PermissionError, NotADirectoryError, FileExistsError, IsADirectoryError)


def make_folder(state_dir: Path) -> None:
    """Makes the state directory with mode 0700 where there is none; one that exists keeps its mode.

    Raises UsageError for a path that cannot be a directory of ours, StoppedEarly for a disk that fails.
    """
    with told_of(state_dir):
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def job_file(state_dir: Path, base_url: str, organization: str, job: str, suffix: str) -> Path:
    """Where a file of one job stands: the job's name to be read, and a digest that tells targets and names apart."""
    digest = sha256(json.dumps([base_url, organization, job]).encode()).hexdigest()[:12]
    readable = re.sub(r"[^A-Za-z0-9_-]+", "_", job)[:40]
    return state_dir / f"{readable}-{digest}.{suffix}"


@contextmanager
def told_of(path: Path) -> Iterator[None]:
    """Turns what the file system says of `path` into the error that a person is told."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        if path.is_symlink():
            raise UsageError(
                f"{path} is a symbolic link, which layersync does not follow here.",
                "Remove the link, or set run.state_dir to another directory.",
            ) from error
        if isinstance(error, _NOT_THE_DISK):
            raise UsageError(f"{path} cannot be used: {reason}.", "Check run.state_dir.") from error
        raise StoppedEarly(
            f"{path} cannot be used: the disk says: {reason}.", "Check the disk, then run again."
        ) from error
