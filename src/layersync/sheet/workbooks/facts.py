"""What the XML of one tab says of its cells: which have content, of what kind, and what a parser would drop."""

from array import array
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

import polars as pl

from layersync.sheet.records import MAX_COLUMNS
from layersync.sheet.workbooks.unreadable import Unreadable
from layersync.values.grid import letter

_MAX_CELLS: Final = 10_000_000
_COLUMNS: Final = 256
_KINDS: Final = 16


class Kind(IntEnum):
    """What a cell holds, by its XML."""

    TEXT = 1  # possibly none: where texts are kept elsewhere, the cell does not show it
    NUMBER = 2  # a date too, where the format stores it as a number
    DATE = 3
    BOOLEAN = 4
    ERROR = 5
    EMPTY_FORMULA = 6  # no value was stored with the formula
    WORDS = 7  # text, certainly
    GIVEN = 8  # its text is among `texts`, and not what a parser makes of it
    EXACT = 9  # a number (or date) as `NUMBER`; if it is no date, its text is among `texts`


class Range(NamedTuple):
    """A range of cells, rows from 1 and columns from 0, ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __str__(self) -> str:
        return f"{letter(self.first_column)}{self.first_row}:{letter(self.last_column)}{self.last_row}"


class Tab(NamedTuple):
    """A tab of a workbook; `part` is the XML part that holds its cells."""

    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class Facts:
    """The cells with content, each as one number of `cells` (see `packed`), in the order of the XML.

    `texts` gives the text of the cells of kind ERROR, GIVEN and EXACT by their place: row from 1, column from 0.
    `formulas` counts formulas. The ranges of `hidden_columns` are first and last index.
    """

    cells: "array[int]" = field(default_factory=lambda: array("Q"))
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    formulas: int = 0

    def check_size(self, more: int = 0) -> None:
        """Raises Unreadable for more cells than can be meant, `more` being about to come."""
        if len(self.cells) + more > _MAX_CELLS:
            raise Unreadable(f"holds more than {_MAX_CELLS:,} cells", "remove what layersync does not need")

    def table(self) -> pl.DataFrame:
        """One line per cell with content: `at` UInt32 (row from 0), `column` UInt8, `kind` UInt8."""
        cell = pl.col("cell")
        return pl.DataFrame({"cell": pl.Series(self.cells, dtype=pl.UInt64)}).select(
            at=(cell // packed(1, 0, 0) - 1).cast(pl.UInt32),
            column=(cell // packed(0, 1, 0) % _COLUMNS).cast(pl.UInt8),
            kind=(cell % _KINDS).cast(pl.UInt8),
        )


def packed(row: int, column: int, kind: int) -> int:
    """One number for a cell: places in a sheet compare as these do."""
    return (row * _COLUMNS + column) * _KINDS + kind


def check_column(row: int, column: int) -> None:
    """Raises Unreadable for a cell that is beyond the columns that a sheet may have (reliability A7)."""
    if column >= MAX_COLUMNS:
        message = f"is beyond column {letter(MAX_COLUMNS - 1)}, more than {MAX_COLUMNS} columns are not read"
        raise Unreadable(message, "remove the columns that layersync does not need", row=row, column=column)
