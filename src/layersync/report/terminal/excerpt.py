"""Shortens two long texts around their first difference, so that a changed word in a long text is seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from layersync.report.show import ELLIPSIS, unit

LONGEST_WORD: Final = 24


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a text that is shown; the characters from `start` to `end` of it are those that differ.

    `cut` tells that something of the text is not shown, `more` that something that differs is not.
    """

    text: str
    start: int
    end: int
    cut: bool = False
    more: bool = False


def excerpts(one: str, other: str, width: int) -> tuple[Excerpt, Excerpt]:
    """Shows two texts in at most `width` terminal cells each, from the same place on."""
    units = [unit(character) for character in one], [unit(character) for character in other]
    before = _same(*units)
    after = _same(*(side[before:][::-1] for side in units))
    start = 0 if all(_cells(side) <= width for side in units) else _start(units, before, width)
    word_before = _word_start(units, before)
    word_after = _word_start((units[0][::-1], units[1][::-1]), after)
    first, second = (_excerpt(side, start, word_before, len(side) - word_after, width) for side in units)
    return first, second


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))


def _word_start(units: tuple[Sequence[str], Sequence[str]], at: int) -> int:
    """Moves back to where the word begins, so that a whole word is marked; stays in a script without spaces."""
    if not any(side[at : at + 1] and side[at].isalnum() for side in units):
        return at
    reach = range(at, max(-1, at - LONGEST_WORD), -1)
    return next((index for index in reach if not index or not units[0][index - 1].isalnum()), at)


def _start(units: tuple[Sequence[str], Sequence[str]], differs_at: int, width: int) -> int:
    """Where to begin: a third of the width before the difference, at a word, and no later than needed for the end."""
    longest = max(units, key=_cells)
    start = differs_at
    while start and _cells(longest[start - 1 : differs_at]) <= width // 3:
        start -= 1
    if start:
        words = (index for index in range(start, differs_at) if longest[index] == " ")
        start = next(words, start - 1) + 1
    while start and max(_cells(side[start - 1 :]) for side in units) < width:
        start -= 1
    return 0 if start == 1 else start


def _excerpt(units: Sequence[str], start: int, differs_from: int, differs_to: int, width: int) -> Excerpt:
    lead = ELLIPSIS if start else ""
    end = _end(units, start, width - len(lead))
    tail = "" if end == len(units) else ELLIPSIS

    def place(index: int) -> int:
        return len(lead) + len("".join(units[start : min(index, end)]))

    return Excerpt(
        text=lead + "".join(units[start:end]) + tail,
        start=place(differs_from),
        end=place(differs_to),
        cut=bool(lead or tail),
        more=differs_to > end,
    )


def _end(units: Sequence[str], start: int, room: int) -> int:
    if _cells(units[start:]) <= room:
        return len(units)
    room -= len(ELLIPSIS)
    end = start
    while end < len(units) and (room := room - cell_len(units[end])) >= 0:
        end += 1
    return end


def _cells(units: Sequence[str]) -> int:
    return cell_len("".join(units))
