"""`retry.csv`: the rows that did not get through, as they stood in the sheet, to be corrected and synced again."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence, Set
from itertools import chain
from typing import Final

from layersync.report.results_csv import harmless
from layersync.report.rows import Row, notable_rows
from layersync.values.grid import Grid
from layersync.values.outcome import LEFT
from layersync.values.report import JobReport, Report

ADDED: Final = ("_outcome", "_error", "_what_to_do")

_LINE_ENDS: Final = ("\r\n", "\n", "\r")
_FRESH_END: Final = "\r\n"


def retry_csv(job: JobReport, report: Report, grid: Grid) -> Iterator[bytes]:
    """The header and every row that did not get through, byte for byte, each with three columns more.

    Yields nothing when there is nothing to correct. `grid` is the sheet of the job; delimiter, encoding and line ends
    are the sheet's own; the rows of a workbook are written as CSV (UTF-8). A sheet that is itself a
    `retry.csv` gets new columns in place of its old ones.
    """
    told = (row for row in notable_rows(job, report) if row.outcome in LEFT)
    first = next(told, None)
    if first is None:
        return
    paper = _Paper(grid) if grid.delimiter else _FreshPaper(grid)
    yield paper.header()
    for row in chain([first], told):
        yield paper.row(row)


class _Paper:
    """The sheet's own bytes, and how to write beside them."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        starts, ends = (grid.positions[name].to_list() for name in ("start", "end"))
        self._spans = dict(zip(grid.positions["row"].to_list(), zip(starts, ends, strict=True), strict=True))
        self._old = frozenset(index for index, text in enumerate(grid.header) if text.strip().lower() in ADDED)
        self._line_end = self._cut(*grid.header_span)[1]

    def header(self) -> bytes:
        return self._beside(*self._cut(*self._grid.header_span), ADDED)

    def row(self, row: Row) -> bytes:
        return self._beside(*self._cut(*self._spans[row.row]), _told(row))

    def _cut(self, start: int, end: int) -> tuple[bytes, bytes]:
        """A record and its line end; the last row of a sheet may have none, and gets that of the header."""
        record = self._grid.raw[start:end]
        for line_end in (text.encode(self._grid.encoding) for text in _LINE_ENDS):
            if record.endswith(line_end):
                return record.removesuffix(line_end), line_end
        return record, self._line_end

    def _beside(self, record: bytes, line_end: bytes, told: Sequence[str]) -> bytes:
        if self._old:
            text = without(record.decode(self._grid.encoding), self._grid.delimiter, len(self._grid.header), self._old)
            record = text.encode(self._grid.encoding)
        added = self._grid.delimiter + _quoted(told, self._grid.delimiter)
        return record + added.encode(self._grid.encoding, "backslashreplace") + line_end


class _FreshPaper:
    """CSV for the rows of a sheet that is no text: comma, and the mark by which spreadsheet programs know UTF-8.

    The header stands in the row where the job looks for it, below blank ones.
    """

    def __init__(self, grid: Grid) -> None:
        self._header = grid.header
        self._above = _FRESH_END.encode() * (grid.header_row - 1)
        self._cells = grid.cells
        self._at = {row: at for at, row in enumerate(grid.positions["row"].to_list())}
        self._kept = [index for index, text in enumerate(grid.header) if text.strip().lower() not in ADDED]

    def header(self) -> bytes:
        return codecs.BOM_UTF8 + self._above + self._line(self._header, ADDED)

    def row(self, row: Row) -> bytes:
        return self._line(self._cells.row(self._at[row.row]), _told(row))

    def _line(self, cells: Sequence[str], told: Sequence[str]) -> bytes:
        texts = [*(cells[index] for index in self._kept), *told]
        return f"{_quoted(texts, ',')}{_FRESH_END}".encode(errors="backslashreplace")


def _told(row: Row) -> tuple[str, str, str]:
    return row.outcome, harmless(row.message), harmless(row.what_to_do)


def without(text: str, delimiter: str, width: int, dropped: Set[int]) -> str:
    """Takes cells out of the last record of a text, which has `width` of them; all else stays as it is written."""
    cells = _cells(text, delimiter)
    *before, first = cells[: 1 - width or None]
    begin = re.search(r"[^\r\n]*\Z", first)
    above = first[: begin.start()] if begin else ""
    record = [first.removeprefix(above), *cells[len(before) + 1 :]]
    kept = [cell for index, cell in enumerate(record) if index not in dropped]
    return delimiter.join([*before, above]) + delimiter.join(kept)


def _cells(text: str, delimiter: str) -> list[str]:
    cells: list[str] = []
    for piece in text.split(delimiter):
        if cells and cells[-1].count('"') % 2:
            cells[-1] += delimiter + piece
        else:
            cells.append(piece)
    return cells


def _quoted(told: Sequence[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="").writerow(told)
    return line.getvalue()
