"""Bytes to lines of text: finds the encoding, never guesses, never decodes with loss."""

import codecs
import io
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from layersync.errors import InputUnusable
from layersync.sheet.damage import is_twice_encoded_text
from layersync.sheet.refusal import refusal
from layersync.values.problem import Problem

_UTF8_MARK: Final = codecs.BOM_UTF8
_UTF16_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_UTF32_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_BLOCK: Final = 65_536
_ASCII: Final = bytes(range(128))
_LOOK_AHEAD: Final = 4096
# room for a name that the API gives its key
_HEADER_START: Final = 16
_SEPARATORS: Final = range(0x1F, 0x1B, -1)
_PRIVATE: Final = range(0xE000, 0xF900)
_RESAVE: Final = "save the sheet again as CSV (UTF-8)"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes are read: a codec, the length of the byte order mark, and what to do with bytes that don't fit."""

    codec: str
    mark: int = 0
    errors: str = "strict"

    @property
    def wide(self) -> bool:
        """True for encodings in which a line end is more than one byte."""
        return self.codec.startswith("utf-16")

    def lossless(self) -> "Encoding":
        """The same, with undecodable bytes kept as lone surrogates, so that they can be found in their cells."""
        return replace(self, errors="surrogateescape")


def find_encoding(name: str, raw: bytes, declared: str | None) -> Encoding:
    """Finds the encoding by its mark, else takes the declared one, else UTF-8 (reliability A1-A3).

    Raises InputUnusable for a mark that stands twice, UTF-16 without a mark, UTF-32, or a declared encoding that can't
    be read line by line.
    """
    marked = _by_mark(name, raw)
    if marked is not None:
        return marked
    codec = _declared_codec(name, declared) if declared else "utf-8"
    if not codec.startswith("utf-16") and _looks_wide(raw):
        raise InputUnusable(f"{name} looks like UTF-16 without a byte order mark, or is no text", _RESAVE)
    return Encoding(codec)


def physical_lines(raw: bytes, encoding: Encoding) -> Iterator[str]:
    """Gives the physical lines with their ends (LF, CRLF or CR).

    Reading on raises UnicodeDecodeError near the first line that is not what the encoding allows.
    """
    source = io.BytesIO(raw)
    source.seek(encoding.mark)
    return io.TextIOWrapper(source, encoding.codec, encoding.errors, newline="")


def line_sizes(raw: bytes, encoding: Encoding) -> "array[int]":
    """Gives the size in bytes of each physical line, its end included."""
    sizes = array("Q")
    if encoding.wide:
        sizes.extend(len(line.encode(encoding.codec)) for line in physical_lines(raw, encoding.lossless()))
        return sizes
    for block in _blocks(raw, encoding.mark):
        # of bytes, splitlines knows no other line ends than these three
        sizes.extend(map(len, block.splitlines(keepends=True)))
    return sizes


def absent_character(raw: bytes, encoding: Encoding) -> str:
    """Gives a character that the text does not have: one that no text should have, if possible."""
    return next(char for char in map(chr, (*_SEPARATORS, *_PRIVATE)) if not _may_have(raw, char, encoding))


def _may_have(raw: bytes, char: str, encoding: Encoding) -> bool:
    try:
        return char.encode(encoding.codec) in raw
    except UnicodeEncodeError:
        return False


def guess_encoding(raw: bytes) -> str | None:
    """Names the encoding that bytes which are not UTF-8 most often have, if they could have it.

    Bytes with UTF-8 among them are no other encoding, but damaged.
    """
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if is_twice_encoded_text(text) else "windows-1252"


def _blocks(raw: bytes, start: int) -> Iterator[bytes]:
    """Yields the bytes in blocks that end with a line: splitting a block is quicker than looking for each end."""
    while start < len(raw):
        end = raw.find(b"\n", start + _BLOCK) + 1 or len(raw)
        yield raw[start:end]
        start = end


def _by_mark(name: str, raw: bytes) -> Encoding | None:
    if raw.startswith(_UTF32_MARKS):
        raise InputUnusable(f"{name} is in UTF-32", _RESAVE)
    if raw.startswith(_UTF8_MARK):
        if raw.startswith(_UTF8_MARK, len(_UTF8_MARK)):
            raise _two_marks(name)
        return Encoding("utf-8", len(_UTF8_MARK))
    codec = _UTF16_MARKS.get(raw[:2])
    if codec is None:
        return None
    if raw.startswith(raw[:2], 2):
        raise _two_marks(name)
    return Encoding(codec, 2)


def _two_marks(name: str) -> InputUnusable:
    message = "the cell starts with a second byte order mark"
    return refusal(Problem(message=message, what_to_do=_RESAVE, source=name, row=1, line=1, column="A"))


def _declared_codec(name: str, declared: str) -> str:
    try:
        codec = codecs.lookup(declared).name
    except LookupError:
        message = f'{name} cannot be read: there is no encoding "{declared}"'
        raise InputUnusable(message, 'set encoding to "utf-8" or "windows-1252"') from None
    if codec in {"utf-16", "utf-16-le", "utf-16-be"}:
        return "utf-16-le" if codec == "utf-16" else codec
    if codec == "utf-8-sig":
        return "utf-8"
    if not _keeps_ascii(codec):
        raise InputUnusable(f'{name}: sheets in the encoding "{declared}" cannot be read', _RESAVE)
    return codec


def _keeps_ascii(codec: str) -> bool:
    """True where every ASCII byte means itself, so that lines can be told apart before they are decoded."""
    try:
        return _ASCII.decode(codec) == _ASCII.decode("ascii")
    except (UnicodeError, LookupError):
        return False


def _looks_wide(raw: bytes) -> bool:
    """Looks at the first few thousand bytes, and at the header's own: the cells may be in a script without zeros."""
    return any(_has_zeros(raw[:size]) for size in (_LOOK_AHEAD, _HEADER_START))


def _has_zeros(start: bytes) -> bool:
    zeros = max(start[0::2].count(0), start[1::2].count(0))
    return len(start) > 1 and zeros > len(start) // 8
