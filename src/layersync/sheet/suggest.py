"""Finds the word that was probably meant, and shows a value inside a message."""

import difflib
import unicodedata
from collections.abc import Iterable
from typing import Final

_SHOWN: Final = 40
_ALIKE: Final = 0.8
_SHORTEST: Final = 3


def shown(text: str) -> str:
    """Gives a value for a message: in quotes, at most 40 characters, nothing that does not print."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    if cut.isprintable():
        return f'"{cut}"'
    printable = "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in cut)
    return f'"{printable}"'


def squashed(text: str) -> str:
    """Gives what is left of a word when case, spaces, dashes, marks and Unicode forms don't count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def nearest(word: str, candidates: Iterable[str], alike: float = _ALIKE) -> str | None:
    """Gives the candidate that `word` was probably meant to be, or None if none is near.

    Near is: equal when squashed, one slip of the finger away, or `alike` by that share of its letters. The shortest
    words are only ever compared squashed.
    """
    by_squash: dict[str, str] = {}
    for candidate in candidates:
        by_squash.setdefault(squashed(candidate), candidate)
    squash = squashed(word)
    if squash in by_squash:
        return by_squash[squash]
    if len(squash) < _SHORTEST:
        return None
    slips = (name for name in by_squash if len(name) > _SHORTEST and one_slip(squash, name))
    others = iter(difflib.get_close_matches(squash, by_squash, n=1, cutoff=alike))
    near = next(slips, None) or next(others, None)
    return by_squash[near] if near is not None else None


def one_slip(one: str, other: str) -> bool:
    """Tells whether one letter more, less or other, or two neighbours swapped, make the words equal."""
    if one == other or abs(len(one) - len(other)) > 1:
        return one == other
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def did_you_mean(near: str | None, otherwise: str = "") -> str:
    """Words a suggestion."""
    return f"did you mean {near}?" if near is not None else otherwise
