"""The look into the zip before any parser: too large, too many, twice, encrypted, with a DOCTYPE, or damaged."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from layersync.sheet.workbooks.unreadable import Unreadable, damaged

_MAX_ENTRIES: Final = 2_000
_MAX_TOTAL: Final = 200_000_000
_MAX_RATIO: Final = 200
# an entry smaller than this is harmless however well it was packed
_RATIO_FLOOR: Final = 10_000_000
_PIECE: Final = 1 << 20
_DOCTYPE: Final = b"<!DOCTYPE"
_XML: Final = (".xml", ".rels")
_ENCRYPTED: Final = 0x1
_SMALLER: Final = "copy the rows to a new workbook, or save the sheet as CSV (UTF-8)"
# all that zipfile and what it stands on raise for bytes that are no sound archive
_DAMAGES: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    IndexError,
)


def open_archive(raw: bytes) -> zipfile.ZipFile:
    """Opens a workbook's zip in memory once every entry was found harmless (reliability D2-D4).

    Raises Unreadable.
    """
    with unpacking():
        archive = zipfile.ZipFile(io.BytesIO(raw))
        entries = archive.infolist()
        _check_directory(entries)
        for entry in entries:
            if entry.filename.lower().endswith(_XML):
                _check_xml(archive, entry)
    return archive


@contextmanager
def unpacking() -> Iterator[None]:
    """Says of everything that goes wrong while bytes are unpacked that the file is damaged."""
    try:
        yield
    except _DAMAGES as failure:
        raise damaged(f"the zip cannot be unpacked ({failure})") from None


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > _MAX_ENTRIES:
        raise Unreadable(f"has {len(entries):,} parts, more than {_MAX_ENTRIES:,}", _SMALLER)
    total = sum(entry.file_size for entry in entries)
    if total > _MAX_TOTAL:
        raise Unreadable(f"unpacks to {total:,} bytes, more than {_MAX_TOTAL:,}", _SMALLER)
    for entry in entries:
        if entry.file_size > max(_RATIO_FLOOR, entry.compress_size * _MAX_RATIO):
            raise Unreadable(f"holds a part that is packed more than {_MAX_RATIO}:1 ({entry.filename})", _SMALLER)
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable("is protected by a password", "save it without a password")
    double = _double(entry.filename for entry in entries)
    if double is not None:
        raise damaged(f"the part {double} is in it twice")


def _double(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        # readers differ in whether these count, so they must not matter
        folded = name.replace("\\", "/").lower()
        if folded in seen:
            return name
        seen.add(folded)
    return None


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Reads the part to its end, which also holds its size and checksum against what the directory says."""
    before = b""
    with archive.open(entry) as part:
        while piece := part.read(_PIECE):
            # without the zero bytes UTF-16 looks like ASCII
            text = before + piece.replace(b"\0", b"")
            if _DOCTYPE in text:
                raise damaged(f"{entry.filename} has a DOCTYPE, which no workbook needs")
            before = text[-len(_DOCTYPE) :]
