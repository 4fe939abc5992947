"""One JSON value can be spelled in many ways; this tells quickly when two spellings are of one value."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from layersync.plan.patch import with_kept_keys
from layersync.resources.field import Field, Write

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="sorted").encode
_encode_lines = msgspec.json.Encoder(order="sorted").encode_lines
_AT_ONCE = 200  # values that are in memory together: few enough to stay in the processor's cache
_HALVES = b"\\ud"  # how a character begins that takes two escapes
_UNSURE = (msgspec.MsgspecError, OverflowError, ValueError, RecursionError)


def tidy(text: str) -> str | None:
    """Spells a JSON value with sorted keys and no spaces; None where that is beyond the quick way (lone surrogates)."""
    try:
        return _encode(_decode(text)).decode()
    except _UNSURE:
        return None


def unescaped(cells: Sequence[str]) -> list[bytes]:
    """Spells what `canonical` wrote, in ASCII, as `tidied` does, at a fraction of the cost.

    Its escapes stand for characters without a meaning in JSON, so another text in the end is another value.
    """
    text = "\n".join(cells).encode()
    if _HALVES in text or not text.isascii():
        return tidied([cell.encode() for cell in cells])
    return text.decode("raw_unicode_escape").encode().split(b"\n")


def tidied(texts: Sequence[Raw | bytes]) -> list[bytes]:
    """Spells JSON values as `tidy` does; a text stays as it is where that is beyond the quick way."""
    found: list[bytes] = []
    for at in range(0, len(texts), _AT_ONCE):
        found += _tidied(texts[at : at + _AT_ONCE])
    return found


def _tidied(texts: Sequence[Raw | bytes]) -> list[bytes]:
    try:
        values = _decode(b"[" + b",".join(texts) + b"]")
        lines = _encode_lines(values).split(b"\n")
    except _UNSURE:
        lines = []
    return lines[:-1] if len(lines) == len(texts) + 1 else [*map(_tidied_alone, texts)]


def _tidied_alone(text: Raw | bytes) -> bytes:
    try:
        return _encode(_decode(text))
    except _UNSURE:
        return bytes(text)


def same_value(cell: str, live: str, field: Field) -> bool:
    """Tells that setting `field` to `cell` leaves the `live` value as it is; False means nothing yet."""
    try:
        held = _decode(live)
        written = _encode(held)
        # mostly the cell is spelled so already: then it need not be read
        if written == cell.encode():
            return True
        desired = _decode(cell)
        return _encode(desired) == written or _encode(_completed(desired, held, field)) == written
    except _UNSURE:
        return False


def _completed(desired: Any, live: Any, field: Field) -> Any:
    """What the field would hold after `desired` was sent."""
    if not isinstance(desired, dict) or not isinstance(live, dict):
        return desired
    return {**live, **desired} if field.write is Write.MERGE else with_kept_keys(desired, live, field)
