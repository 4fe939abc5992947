"""Compressed bodies, unpacked as far as their size allows: a server may compress though nobody asked for it."""

import zlib
from typing import Final

# what zlib calls gzip, and zlib's own form or none around the same
_WINDOWS: Final = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}


class Packed(ValueError):
    """The body can't be unpacked: another coding, damage, or more than is allowed."""


def inflated(body: bytes, coding: str, most_bytes: int) -> bytes:
    """Unpacks a body, making no more than `most_bytes`; Packed where that can't be. `coding` is Content-Encoding."""
    coding = coding.strip().lower()
    if coding in {"", "identity"}:
        return body
    for window in _WINDOWS.get(coding, ()):
        try:
            return _unpacked(body, window, most_bytes)
        except zlib.error:
            continue
    raise Packed(f"the answer is compressed ({coding}), which was not asked for, and can't be unpacked")


def _unpacked(body: bytes, window: int, most_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    plain = unpacker.decompress(body, most_bytes + 1)
    if len(plain) > most_bytes:
        raise Packed(f"the answer is larger than {most_bytes:,} bytes when unpacked")
    if not unpacker.eof or unpacker.unused_data:
        raise zlib.error("cut, or followed by something else")
    return plain
