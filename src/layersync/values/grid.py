"""A grid: one sheet as text cells, with the position of everything."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layersync.values.problem import Problem

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """A sheet as it was read, before any cell was understood.

    `source` is the name that messages use (a path, `-`, an URL); `tab` the tab of a workbook.
    `header`: the header cells as written, one per column.
    `cells`: one String column per header cell, named by its letter (`A`, `B`, ... `AA`), no nulls, blank = `""`.
    `positions`: as high as `cells`: `row` UInt32 (the number that the spreadsheet shows), `line` UInt32 (physical line
    at which the record starts, from 1), `start` and `end` UInt64 (byte span of the record in `raw`, line end included;
    both 0 where the format has no such span).
    Wholly blank records are left out and counted in `blank_rows`; numbering is kept. The header is row `header_row`.
    `raw` are the bytes of the source with `header_span` that of the header record; `encoding` is how `raw` is read.
    `delimiter` is that of a text format, empty for a workbook.
    """

    source: str
    tab: str | None
    header: tuple[str, ...]
    cells: "pl.DataFrame"
    positions: "pl.DataFrame"
    raw: bytes
    header_span: tuple[int, int]
    encoding: str
    delimiter: str
    sha256: str
    header_row: int = 1
    blank_rows: int = 0
    notices: tuple[Problem, ...] = ()


def letter(column: int) -> str:
    """Names the column with that index (from 0) as a spreadsheet does: `A`, `Z`, `AA`."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
