"""Opens an input on this machine: a regular file or standard input, read once, whole, as bytes."""

import difflib
import os
import stat
import sys
from pathlib import Path
from typing import Final

from layersync.errors import InputUnusable
from layersync.sheet.oversize import too_large

STDIN: Final = "-"
_TRIES: Final = 2
_PIECE: Final = 1 << 20


def read_source(source: str, max_bytes: int) -> bytes:
    """Reads all bytes of a path, or of standard input for `-`.

    Nothing is expanded: a path is taken as it is (reliability A6). A file that changes while it is read is read once
    more (A22). Raises InputUnusable for anything that can't be read in one piece.
    """
    if source == STDIN:
        return _read_stdin(max_bytes)
    for _ in range(_TRIES):
        raw = _read_file(source, max_bytes)
        if raw is not None:
            return raw
    raise InputUnusable(f"{source} changed while it was read", "run again when the file is no longer being written")


def _read_stdin(max_bytes: int) -> bytes:
    # not through the buffer: its lock, held by a thread that nobody waits for, would crash the end of the program
    try:
        raw = _read_all(sys.stdin.fileno(), max_bytes + 1)
    except OSError as failure:
        raise InputUnusable(f"standard input cannot be read: {failure.strerror}", "pipe a sheet into it") from None
    if len(raw) > max_bytes:
        raise too_large("standard input", max_bytes)
    return raw


def _read_file(path: str, max_bytes: int) -> bytes | None:
    """Gives the bytes of a regular file, or None if it changed meanwhile."""
    descriptor = _open(path)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise InputUnusable(f"{path} is not a regular file", "give the path of a sheet: .csv, .tsv, .xlsx or .ods")
        if before.st_size > max_bytes:
            raise too_large(path, max_bytes)
        raw = _read_all(descriptor, before.st_size + 1)
        after = os.fstat(descriptor)
    except OSError as failure:
        raise InputUnusable(f"{path} cannot be read: {failure.strerror}", "check the disk and try again") from None
    finally:
        os.close(descriptor)
    return raw if _version(before) == _version(after) and len(raw) == before.st_size else None


def _open(path: str) -> int:
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to must not hang
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        if Path(path).is_symlink():
            raise InputUnusable(f"{path} is a link to a file that is not there", "check where the link leads") from None
        raise InputUnusable(f"there is no file {path}", _similar_name(path)) from None
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else str(failure)
        raise InputUnusable(f"{path} cannot be opened: {reason}", "check the path and its permissions") from None


def _read_all(descriptor: int, size: int) -> bytes:
    pieces = []
    while size > 0 and (piece := os.read(descriptor, min(size, _PIECE))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _version(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _similar_name(path: str) -> str:
    try:
        names = [entry.name for entry in Path(path).parent.iterdir()]
    except OSError:
        return "check the path of the sheet"
    near = difflib.get_close_matches(Path(path).name, names, n=1)
    return f"did you mean {near[0]}?" if near else "check the path of the sheet"
