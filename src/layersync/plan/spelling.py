"""One JSON value can be spelled in many ways; this tells quickly when two spellings are of one value."""

import json
import re
from typing import Any

import msgspec
import polars as pl

from layersync.plan.patch import with_kept_keys
from layersync.resources.field import Field, Write

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="sorted").encode
_ESCAPE = r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|\\u[0-9a-f]{4}"
_HALF = re.compile(r"\\ud[89a-f][0-9a-f]{2}")
_UNSURE = (msgspec.MsgspecError, OverflowError, ValueError, RecursionError)


def tidy(text: str) -> str | None:
    """Spells a JSON value with sorted keys and no spaces; None where that is beyond the quick way (lone surrogates)."""
    try:
        return _encode(_decode(text)).decode()
    except _UNSURE:
        return None


def escapes_in(cells: pl.Series) -> dict[str, str]:
    """The escapes that `canonical` wrote into a column, and the characters that `tidy` leaves in their places.

    A cell in which they are replaced is what `tidy` makes of it; where somebody typed an escape (an escaped backslash
    stands before the letter u), or half a character is alone, it is no JSON at all, and so equals nothing. That is why
    no ASCII character is replaced: a backslash and a quote would be JSON.
    """
    found = cells.str.extract_all(_ESCAPE).explode().drop_nulls().unique()
    whole = {escape: str(json.loads(f'"{escape}"')) for escape in found if not _HALF.fullmatch(escape)}
    return {escape: character for escape, character in whole.items() if character > "~"}


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
