"""How one cell, desired or live, stands in a text column, so that whole columns can be compared at once.

Desired: null = leave alone, `CLEAR` = set to null, else the value.
Live: null = null, `ABSENT` = the record does not show the field, else the value.
Ledger: null = nothing agreed, else as desired; `FORGET` in what a run says to it = nothing is agreed any more.
A value is plain text in a text field and JSON in a field that holds JSON: canonical where it is desired, any spelling
where it is live. A live value of a kind that the field does not declare is `OTHER` followed by its JSON; one that was
found inside another field is `BORROWED`, that field, a colon and its JSON. The marks start with NUL, which no cell of a
sheet may hold.

Equal text means equal; unequal text means nothing yet: `same` decides.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Final

MARK: Final = "\x00"
CLEAR: Final = "\x00clear"
ABSENT: Final = "\x00absent"
OTHER: Final = "\x00json:"
BORROWED: Final = "\x00from:"
FORGET: Final = "\x00forget"

_canonical: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


def normal(value: object) -> object:
    """Gives the value that is compared and sent: text in NFC (keys too), a whole number never as a float."""
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case list():
            return [normal(item) for item in value]
        case Mapping():
            return {unicodedata.normalize("NFC", key): normal(item) for key, item in value.items()}
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case _:
            return value


def canonical(value: object) -> str:
    """Writes a JSON value with sorted keys and no spaces, in ASCII, so that lone surrogates survive a text column."""
    return _canonical(value)


def same(one: object, other: object) -> bool:
    """Tells whether two JSON values are equal: key order and Unicode form do not matter, `1` and `true` differ."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or (not (one.isascii() and other.isascii()) and normal(one) == normal(other))
    one, other = normal(one), normal(other)
    return one == other and canonical(one) == canonical(other)


def encode_text(value: object) -> str | None:
    """Writes a live value into the column of a text field."""
    if value is None:
        return None
    if isinstance(value, str) and not value.startswith(MARK) and _encodable(value):
        return value
    return OTHER + canonical(value)


def encode_json(value: object) -> str | None:
    """Writes a live value into the column of a field that holds JSON."""
    return None if value is None else canonical(value)


def encode_borrowed(value: object, holder: str) -> str:
    """Writes a live value that was found inside the field `holder`."""
    return f"{BORROWED}{holder}:{canonical(value)}"


def holder_of(cell: str | None) -> str | None:
    """The field that a live value was found inside, None where it stands in its own."""
    return cell.removeprefix(BORROWED).partition(":")[0] if cell is not None and cell.startswith(BORROWED) else None


def decode_text(cell: str | None) -> object:
    """Reads back what `encode_text` and `encode_borrowed` wrote; an absent field reads as null."""
    if cell is None or not cell.startswith(MARK):
        return cell
    if cell.startswith(BORROWED):
        return json.loads(cell.removeprefix(BORROWED).partition(":")[2])
    return None if cell == ABSENT else json.loads(cell.removeprefix(OTHER))


def decode_json(cell: str | None) -> object:
    """Reads back what `encode_json` wrote; an absent field reads as null."""
    return None if cell is None or cell == ABSENT else json.loads(cell)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
