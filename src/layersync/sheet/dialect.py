"""Recognises how a text sheet separates its columns, from the header row against the names that it may hold."""

import csv
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from layersync.sheet.paths import folded
from layersync.sheet.refusal import refusal
from layersync.values.problem import Problem
from layersync.values.rules import SheetRules

DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_STATE_IT: Final = 'state the separator in a first line of its own, such as "sep=;"'
_STATED: Final = re.compile(r'"?sep=(.)"?', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The delimiter, and the number of physical lines before the first record: 1 with a `sep=` line."""

    delimiter: str
    skip_lines: int = 0


def find_dialect(lines: Callable[[], Iterator[str]], rules: SheetRules, known: Collection[str]) -> Dialect:
    """Recognises the delimiter: the only one that yields the key column (reliability A8).

    `lines` gives the physical lines from the start; `known` are the headers that the sheet may have, by which the
    likeliest delimiter is found where none yields the key. A first line `sep=;` states the delimiter and is no record:
    spreadsheets don't count it as a row either.
    """
    stated = _STATED.fullmatch(next(lines(), "").rstrip("\r\n"))
    if stated is not None and stated[1] in DELIMITERS:
        return Dialect(stated[1], skip_lines=1)
    headers = {delimiter: _header(lines(), rules.header_row, delimiter) for delimiter in DELIMITERS}
    keys = {folded(rules.key)} | {folded(header) for header, target in rules.columns.items() if target == rules.key}
    yielding = [delimiter for delimiter, cells in headers.items() if keys & cells]
    if len(yielding) == 1:
        return Dialect(yielding[0])
    if len({frozenset(headers[delimiter]) for delimiter in yielding}) > 1:
        message = f"several separators yield the column {rules.key}"
        raise refusal(Problem(message=message, what_to_do=_STATE_IT, source=rules.source, row=rules.header_row))
    names = {folded(name) for name in known}
    return Dialect(max(DELIMITERS, key=lambda delimiter: len(headers[delimiter] & names)))


def _header(lines: Iterator[str], header_row: int, delimiter: str) -> set[str]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return {folded(cell) for cell in next(islice(reader, header_row - 1, None), [])}
    except csv.Error:
        return set()
