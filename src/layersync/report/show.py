"""The one way a cell's value is shown to a person: harmless in every sink, and never longer than asked for."""

import json
import unicodedata
from itertools import islice
from typing import Final

ELLIPSIS: Final = "…"

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def show(value: object, width: int = 80) -> str:
    """Shows a value in at most `width` characters: text as it is, anything else as JSON (reliability, 2.F).

    Characters that steer a terminal or hide from the eye become `\\u{...}`; an escape is never cut in two.
    """
    text = plain(value)
    units = [unit(character) for character in islice(text, width + 1)]
    if sum(map(len, units)) <= width:
        return "".join(units)
    room = width - len(ELLIPSIS)
    kept: list[str] = []
    for piece in units:
        if len(piece) > room:
            break
        room -= len(piece)
        kept.append(piece)
    return "".join(kept) + ELLIPSIS


def visible(text: str) -> str:
    """The whole text with every hidden character made visible."""
    return text if text.isprintable() else "".join(map(unit, text))


def unit(character: str) -> str:
    """One character as it is shown: itself, or its escape."""
    return f"\\u{{{ord(character):x}}}" if hidden(character) else character


def hidden(character: str) -> bool:
    """Tells whether a character steers, hides or breaks lines rather than being read."""
    return not character.isprintable() and unicodedata.category(character) in _HIDDEN


def plain(value: object) -> str:
    """A text as it is, any other JSON value as JSON that reads well; keys sorted so that two values line up."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(", ", ": "))
