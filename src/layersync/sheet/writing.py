"""The cell grammar backwards: a live value to the text cell that reads as it."""

import json
import re
from collections.abc import Sequence
from typing import Final

from layersync.resources.field import Field, Kind
from layersync.sheet.composed import understand_list
from layersync.sheet.damage import is_twice_encoded_text
from layersync.sheet.structure import MAX_CELL
from layersync.values.cell import canonical, normal
from layersync.values.rules import SheetRules

# a tab or a line break may stand in some columns only; JSON can hold all of these as escapes
_ESCAPED_IN_JSON: Final = re.compile("[\x00-\x1f\x7f-\x9f]")


def write_cell(value: object, form: Field, rules: SheetRules) -> str | None:
    """Gives the cell for a value: blank for null, None for a value that no cell can hold.

    It is the likeliest cell, not a promise: what a spreadsheet or the grammar would make of some texts (`#N/A`, a
    control character, a word that the field does not declare) only reading the sheet again can tell.
    """
    if value is None:
        return ""
    cell = _written(value, form, rules)
    return cell if cell is not None and _fits(cell) else None


def write_key(value: object) -> str | None:
    """Gives the cell for a key or an id: its exact text, blank for null, None for what is no text."""
    if value is None:
        return ""
    return value if isinstance(value, str) and _fits(value) else None


def _written(value: object, form: Field, rules: SheetRules) -> str | None:
    match value:
        case str():
            return _text(value, rules.clear_token)
        case list() if form.kind is Kind.LIST and all(isinstance(item, str) for item in value):
            return _list(value, rules)
        case _:
            return _json(value)


def _text(text: str, token: str) -> str:
    """A text that reads as the clear token is escaped, and one that is escaped already once more."""
    return f"\\{text}" if re.fullmatch(rf"\\*{re.escape(token)}", text.strip(), re.IGNORECASE) else text


def _list(items: Sequence[str], rules: SheetRules) -> str | None:
    joined = rules.list_separator.join(items)
    return joined if _reads_as(joined, items, rules) else _json(items)


def _reads_as(joined: str, items: Sequence[str], rules: SheetRules) -> bool:
    if _ESCAPED_IN_JSON.search(joined) or _text(joined, rules.clear_token) != joined:
        return False
    understood = understand_list(joined, rules.list_separator)
    return understood.value == canonical(normal(list(items))) and not understood.notes


def _json(value: object) -> str | None:
    """JSON as people read it; in plain ASCII where something in it would look damaged to the reader."""
    try:
        readable = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return None
    return json.dumps(value) if _looks_damaged(readable) else readable


def _looks_damaged(text: str) -> bool:
    if text.isascii():
        return "\x7f" in text
    return _ESCAPED_IN_JSON.search(text) is not None or (_is_text(text) and is_twice_encoded_text(text))


def _is_text(cell: str) -> bool:
    """False for half a character (a lone surrogate), which no file can hold."""
    return re.search("[\ud800-\udfff]", cell) is None


def _fits(cell: str) -> bool:
    # spreadsheets count UTF-16 units; the reader counts characters, which are never more
    return _is_text(cell) and (len(cell) <= MAX_CELL // 2 or len(cell.encode("utf-16-le")) // 2 <= MAX_CELL)
