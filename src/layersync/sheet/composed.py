"""The grammar of cells that hold a list or a JSON object."""

import json
import math
import re
import unicodedata
from typing import Final

from layersync.resources.field import Field, Kind
from layersync.sheet.damage import is_error_text
from layersync.sheet.finding import Note
from layersync.sheet.suggest import did_you_mean, nearest, shown
from layersync.sheet.words import Understood
from layersync.values.cell import canonical, normal
from layersync.values.problem import Severity

_TRAILING_COMMA: Final = re.compile(r",\s*[}\]]")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_CURLY: Final = "“”„"
_SHOWN_LIST: Final = 'write items with a separator between them, or a JSON array: ["one", "two"]'


class _Refused(ValueError):
    """JSON that is well formed and still has no one meaning."""


def understand_object(form: Field, cell: str) -> Understood:
    """Reads a JSON object, strictly: no key twice, no NaN, no half characters, declared keys as declared."""
    try:
        value = normal(_parse(cell))
        if not isinstance(value, dict):
            return _wrong("the cell is JSON but not an object", 'write an object: {"key": "value"}')
        objection = _against_keys(form, value)
        if objection is not None:
            return objection
        text = canonical(value)
        return Understood(text, _size_note(form, value, text))
    except (ValueError, RecursionError) as failure:
        return _no_json(cell, failure)


def _no_json(cell: str, failure: Exception) -> Understood:
    match failure:
        case _Refused():
            return _wrong(str(failure), "correct the JSON")
        case json.JSONDecodeError():
            return _wrong(f"the cell is not JSON: {_where(failure)}", _way_out(cell))
        case RecursionError():
            return _wrong("the JSON is nested too deeply", "make it flatter")
        case _:
            return _wrong("the JSON holds a number that is too long", "write it as text, in quotes")


def understand_list(cell: str, separator: str) -> Understood:
    """Reads a list of texts: a JSON array, or items separated by `separator`; space around items doesn't count."""
    text = cell.strip()
    if text.startswith("["):
        return _json_list(text)
    items = [item.strip() for item in text.split(separator)]
    if "" in items:
        return _wrong("the list has an empty item", "remove the separator that is too many")
    return _list(items, _one_item_notes(items, separator))


def _json_list(text: str) -> Understood:
    try:
        value = _parse(text)
    except _Refused as reason:
        return _wrong(str(reason), "correct the list")
    except (ValueError, RecursionError):
        return _wrong("the cell starts like a JSON array but is none", _way_out(text, _SHOWN_LIST))
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return _wrong("the list holds something that is not text", 'write every item in quotes: ["one", "2"]')
    return _list(value, ())


def _list(items: list[str], notes: tuple[Note, ...]) -> Understood:
    damaged = next((item for item in items if is_error_text(item)), None)
    if damaged is not None:
        return _wrong(f"{shown(damaged)} is an error value of the spreadsheet", "correct the formula or the item")
    return Understood(canonical(normal(items)), notes)


def _one_item_notes(items: list[str], separator: str) -> tuple[Note, ...]:
    if len(items) > 1 or not any(other in items[0] for other in (",", ";", "|", "\n") if other != separator):
        return ()
    message = f"the list is read as one item: items are separated by {shown(separator)}"
    return (Note(message, "if it is one item, all is well", Severity.WARNING),)


def _parse(text: str) -> object:
    value: object = json.loads(
        text,
        object_pairs_hook=_without_doubles,
        parse_constant=_no_constant,
        parse_float=_finite,
        parse_int=_whole,
    )
    # only an escape can bring one in: the sheet itself was decoded strictly
    if _SURROGATE.search(text) and _has_half_characters(value):
        raise _Refused("the JSON holds half of a character (a lone surrogate)")
    return value


def _has_half_characters(value: object) -> bool:
    return re.search("[\ud800-\udfff]", json.dumps(value, ensure_ascii=False)) is not None


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        name = unicodedata.normalize("NFC", key)
        if name in found:
            raise _Refused(f"the key {shown(name)} stands twice in the JSON")
        found[name] = value
    return found


def _no_constant(name: str) -> object:
    raise _Refused(f"{name} is not a JSON value")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _Refused(f"{shown(text)} is too large a number")
    return value


def _whole(text: str) -> int:
    value = int(text)
    _finite(text)  # what no float has room for, no API of this kind holds
    return value


def _against_keys(form: Field, value: dict[str, object]) -> Understood | None:
    declared = {key.name: key for key in form.keys}
    for name, item in value.items():
        if name in declared:
            objection = _against_value(declared[name], item)
            if objection is not None:
                return _wrong(f"{name}: {objection}", "correct the JSON")
        elif not form.open_keys:
            return _wrong(f"{form.name} has no key {shown(name)}", did_you_mean(nearest(name, declared)))
    return None


def _against_value(form: Field, value: object) -> str | None:
    if value is None:
        return None if form.nullable else "null is not allowed"
    if form.kind is Kind.LIST:
        is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return None if is_list else "this must be a list of texts"
    if form.kind is Kind.OBJECT:
        return None if isinstance(value, dict) else "this must be an object"
    if not isinstance(value, str):
        return "this must be text"
    return None if not form.choices or value in form.choices else f"{shown(value)} is not allowed"


def _size_note(form: Field, value: object, text: str) -> tuple[Note, ...]:
    # the canonical text escapes what the text that is sent does not, and is never the shorter one
    if form.max_bytes is None or len(text) <= form.max_bytes:
        return ()
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if size <= form.max_bytes:
        return ()
    return (Note(f"the JSON has {size:,} bytes, the limit is {form.max_bytes:,}", "shorten it", limit=True),)


def _where(failure: json.JSONDecodeError) -> str:
    # Python says so from 3.13 on, at the comma; before, at what follows it, and in other words
    comma = _TRAILING_COMMA.search(failure.doc, len(failure.doc[: failure.pos].rstrip(" ,\t\r\n")))
    if comma is not None and comma.start() <= failure.pos < comma.end():
        end = "object" if comma[0].endswith("}") else "array"
        return f"illegal trailing comma before end of {end} at character {comma.start() + 1}"
    return f"{failure.msg[:1].lower()}{failure.msg[1:]} at character {failure.pos + 1}"


def _way_out(cell: str, otherwise: str = "correct the JSON") -> str:
    return 'replace the curly quotes by straight ones (")' if any(mark in cell for mark in _CURLY) else otherwise


def _wrong(message: str, what_to_do: str) -> Understood:
    return Understood(None, (Note(message, what_to_do),))
