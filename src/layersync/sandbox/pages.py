"""Cursor pages of a list (API facts, section 6)."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence

from layersync.sandbox.answers import JsonObject, decode, encode, invalid

DEFAULT_LIMIT = 25


def page(ids: Sequence[str], query: Mapping[str, str], max_limit: int, show: Callable[[str], JsonObject]) -> JsonObject:
    """`{items, nextCursor}` of the page that `cursor` and `limit` ask for.

    Raises 422 VALIDATION for a limit out of range or a cursor that was never given out.
    """
    errors = {
        name: [message]
        for name, message in (("limit", _limit_error(query, max_limit)), ("cursor", _cursor_error(query)))
        if message
    }
    if errors:
        raise invalid("Invalid query.", errors)
    start = _offset(query["cursor"]) if "cursor" in query else 0
    stop = start + int(query.get("limit", DEFAULT_LIMIT))
    next_cursor = _cursor(stop) if stop < len(ids) else None
    return {"items": [show(bare) for bare in ids[start:stop]], "nextCursor": next_cursor}


def _limit_error(query: Mapping[str, str], max_limit: int) -> str | None:
    text = query.get("limit", str(DEFAULT_LIMIT))
    if re.fullmatch(r"[0-9]{1,6}", text) and 1 <= int(text) <= max_limit:
        return None
    return f"Expected a whole number from 1 to {max_limit}"


def _cursor_error(query: Mapping[str, str]) -> str | None:
    if "cursor" not in query:
        return None
    try:
        _offset(query["cursor"])
    except ValueError:
        return "Malformed cursor"
    return None


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(encode({"offset": offset})).decode()


def _offset(cursor: str) -> int:
    try:
        content = decode(base64.b64decode(cursor, altchars="-_", validate=True))
    except (binascii.Error, ValueError):
        raise ValueError("not a cursor") from None
    match content:
        case {"offset": int(offset), **rest} if not rest and not isinstance(offset, bool) and offset > 0:
            return offset
    raise ValueError("not a cursor")
