"""The strict pass: physical lines to records, each with its place, in a frame of text cells."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from layersync.sheet.dialect import Dialect
from layersync.values.grid import letter

if TYPE_CHECKING:
    from _csv import Reader

MAX_COLUMNS: Final = 200
_CHUNK: Final = 16_384
# blank records hold nothing, but a file of nothing else must come to an end
_BLANK_ALLOWANCE: Final = 1_048_576


def _no_numbers() -> pl.Series:
    return pl.Series(dtype=pl.UInt64)


@dataclass(slots=True)
class Records:
    """What the strict pass found; records are counted from 0, those above the header included.

    `ends` UInt64: the physical line that each record ends with. `cells` has one String column per header cell, named
    by its letter, and one line per record of `kept` (UInt64): all below the header, less the blank and the `ragged`
    ones (record, number of cells). `broken` tells that the csv module gave up right after the last of `ends`.
    """

    header: list[str] | None = None
    cells: pl.DataFrame = field(default_factory=pl.DataFrame)
    ends: pl.Series = field(default_factory=_no_numbers)
    kept: pl.Series = field(default_factory=_no_numbers)
    ragged: list[tuple[int, int]] = field(default_factory=list)
    broken: bool = False
    too_many: bool = False

    def first_line(self, record: int, skipped: int) -> int:
        """The physical line, from 1, at which a record starts."""
        return (int(self.ends[record - 1]) if record else skipped) + 1


class _Chunk(NamedTuple):
    """Records that follow each other: the lines that each takes, the kept of them (from 0), the cells of those."""

    lines: pl.Series
    kept: pl.Series
    cells: pl.DataFrame
    ragged: list[tuple[int, int]]


def read_records(lines: Iterator[str], joint: str, dialect: Dialect, header_row: int, max_rows: int) -> Records:
    """Reads all records after the lines that the dialect skips; the one with number `header_row` is the header.

    `joint` is a character that the lines do not have. Reads no rows under a header of more than `MAX_COLUMNS`. Stops
    at the first fault of quoting, and beyond `max_rows` records that are not blank.
    """
    reader = csv.reader(islice(lines, dialect.skip_lines, None), delimiter=dialect.delimiter, strict=True)
    found = Records()
    above = _above(reader, header_row, dialect.skip_lines, found)
    chunks: list[_Chunk] = []
    if found.header and len(found.header) <= MAX_COLUMNS:
        chunks = list(_chunks(reader, joint, max_rows, found))
    taken = pl.concat([_no_numbers(), *(chunk.lines for chunk in chunks)]).cum_sum() + (above[-1] if above else 0)
    found.ends = pl.concat([pl.Series(above, dtype=pl.UInt64), taken])
    return _gathered(chunks, len(above), found)


def _above(reader: "Reader", header_row: int, skipped: int, found: Records) -> list[int]:
    """Reads down to the header; gives the lines that those records end with."""
    ends: list[int] = []
    try:
        for record in islice(reader, header_row):
            ends.append(reader.line_num + skipped)
            found.header = record if len(ends) == header_row else None
    except csv.Error:
        found.broken = True
    return ends


def _chunks(reader: "Reader", joint: str, max_rows: int, found: Records) -> Iterator[_Chunk]:
    records = rows = 0
    width = len(found.header or ())
    while not (found.broken or found.too_many) and (texts := _joined(reader, joint, found)):
        chunk = _chunk(pl.Series(texts, dtype=pl.String), joint, width)
        yield chunk
        records, rows = records + len(texts), rows + len(chunk.kept)
        found.too_many = rows > max_rows or records > max_rows + _BLANK_ALLOWANCE


def _joined(reader: "Reader", joint: str, found: Records) -> list[str]:
    """Reads some records, each as one text: lists of cells would cost more than reading them."""
    texts: list[str] = []
    try:
        texts.extend(map(joint.join, islice(reader, _CHUNK)))
    except csv.Error:
        found.broken = True
    return texts


def _chunk(texts: pl.Series, joint: str, width: int) -> _Chunk:
    """Takes joined records apart again, less the blank ones and those that do not have `width` cells."""
    counted = texts.to_frame("text").select(
        lines=1 + pl.col("text").str.count_matches(r"\r\n|\r|\n").cast(pl.UInt64),
        fields=1 + pl.col("text").str.count_matches(joint, literal=True),
        filled=pl.col("text").str.contains(rf"[^\s{joint}]"),
    )
    regular = counted["filled"] & (counted["fields"] == width)
    ragged = (counted["filled"] & ~regular).arg_true()
    apart = texts.filter(regular).str.split_exact(joint, width - 1).struct.unnest()
    return _Chunk(
        lines=counted["lines"],
        kept=regular.arg_true().cast(pl.UInt64),
        cells=apart.rename(dict(zip(apart.columns, map(letter, range(width)), strict=True))),
        ragged=list(zip(ragged, counted["fields"][ragged], strict=True)),
    )


def _gathered(chunks: list[_Chunk], first: int, found: Records) -> Records:
    """Puts the chunks together; `first` is the number of the first record below the header."""
    kept = [_no_numbers()]
    for chunk in chunks:
        kept.append(chunk.kept + first)
        found.ragged.extend((first + at, fields) for at, fields in chunk.ragged)
        first += len(chunk.lines)
    found.kept = pl.concat(kept)
    empty = pl.DataFrame(schema={letter(index): pl.String for index in range(len(found.header or ()))})
    found.cells = pl.concat([empty, *(chunk.cells for chunk in chunks)])
    return found
