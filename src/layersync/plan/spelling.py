"""One JSON value can be spelled in many ways; this tells quickly when two spellings are of one value."""

from collections.abc import Sequence
from typing import Any

import msgspec

from layersync.plan.patch import with_kept_keys
from layersync.resources.field import Field, Write

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="sorted").encode
_HALVES = "\\ud"  # how a character begins that takes two escapes
_UNSURE = (msgspec.MsgspecError, OverflowError, ValueError, RecursionError)


def tidy(text: str) -> str | None:
    """Spells a JSON value with sorted keys and no spaces; None where that is beyond the quick way (lone surrogates)."""
    try:
        return _encode(_decode(text)).decode()
    except _UNSURE:
        return None


def unescaped(cells: Sequence[str]) -> list[str]:
    """Spells what `canonical` wrote, in ASCII, as `tidy` does, at a fraction of the cost.

    Its escapes stand for characters without a meaning in JSON, so another text in the end is another value.
    """
    text = "\n".join(cells)
    if _HALVES in text or not text.isascii():
        return [tidy(cell) or cell for cell in cells]
    return text.encode().decode("raw_unicode_escape").split("\n")


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
