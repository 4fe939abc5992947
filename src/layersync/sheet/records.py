"""The strict pass: physical lines to records, each with its place, in a frame of text cells."""

import csv
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import polars as pl

from layersync.values.grid import letter

MAX_COLUMNS: Final = 200
_CHUNK: Final = 16_384
# blank records hold nothing, but a file of nothing else must come to an end
_BLANK_ALLOWANCE: Final = 1_048_576


@dataclass(slots=True)
class Records:
    """What the strict pass found; records are counted from 0, those above the header included.

    `ends[i]` is the physical line that record `i` ends with. `cells` has one String column per header cell, named by
    its letter, and one line per record of `kept`: all below the header, less the blank and the `ragged` ones (record,
    number of cells). `broken` tells that the csv module gave up right after the last of `ends`.
    """

    header: list[str] | None = None
    cells: pl.DataFrame = field(default_factory=pl.DataFrame)
    ends: "array[int]" = field(default_factory=lambda: array("Q"))
    kept: "array[int]" = field(default_factory=lambda: array("Q"))
    ragged: list[tuple[int, int]] = field(default_factory=list)
    broken: bool = False
    too_many: bool = False

    def first_line(self, record: int, skipped: int) -> int:
        """The physical line, from 1, at which a record starts."""
        return (self.ends[record - 1] if record else skipped) + 1


def read_records(lines: Iterator[str], delimiter: str, skip_lines: int, header_row: int, max_rows: int) -> Records:
    """Reads all records after `skip_lines` physical lines; the one with number `header_row` is the header.

    Reads no rows under a header of more than `MAX_COLUMNS`. Stops at the first fault of quoting, and beyond `max_rows`
    records that are not blank.
    """
    found = Records()
    records = _strict(lines, delimiter, skip_lines, found)
    found.header = next(islice(records, header_row - 1, None), None)
    if not found.header or len(found.header) > MAX_COLUMNS:
        return found
    frames = []
    while chunk := list(islice(records, _CHUNK)):
        frames.append(_frame(chunk, len(found.ends) - len(chunk), found))
        if len(found.kept) > max_rows or len(found.ends) > max_rows + _BLANK_ALLOWANCE:
            found.too_many = True
            break
    found.cells = pl.concat(frames) if frames else _frame([], 0, found)
    return found


def _strict(lines: Iterator[str], delimiter: str, skip_lines: int, found: Records) -> Iterator[list[str]]:
    reader = csv.reader(islice(lines, skip_lines, None), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            found.ends.append(reader.line_num + skip_lines)
            yield record
    except csv.Error:
        found.broken = True


def _frame(chunk: list[list[str]], first: int, found: Records) -> pl.DataFrame:
    """Makes a frame of records, the first of which has that number, without the blank ones."""
    width = len(found.header or ())
    numbers: Sequence[int] = range(first, first + len(chunk))
    if not set(map(len, chunk)) <= {width}:
        regular = list(_regular(chunk, first, found, width))
        numbers, chunk = [number for number, _ in regular], [cells for _, cells in regular]
    columns = zip(*chunk, strict=True) if chunk else [()] * width
    frame = pl.DataFrame([pl.Series(letter(index), cells, dtype=pl.String) for index, cells in enumerate(columns)])
    filled = frame.select(pl.any_horizontal(pl.all().str.strip_chars() != "")).to_series()
    found.kept.extend(pl.Series(numbers, dtype=pl.UInt64).filter(filled))
    return frame.filter(filled)


def _regular(chunk: list[list[str]], first: int, found: Records, width: int) -> Iterator[tuple[int, list[str]]]:
    for record, cells in enumerate(chunk, first):
        if len(cells) == width:
            yield record, cells
        elif any(cell.strip() for cell in cells):
            found.ragged.append((record, len(cells)))
