"""What is wrong with the quotes of a record: finds the place that the csv module only hints at."""

import re
from typing import Final, NamedTuple

from layersync.values.grid import letter
from layersync.values.problem import Problem


class Fault(NamedTuple):
    """A fault of quoting: the column it is in (from 0), the physical line at which the cell starts, what it is."""

    column: int
    line: int
    message: str
    what_to_do: str

    def problem(self, source: str, row: int) -> Problem:
        """Gives the fault as a problem of that row."""
        return Problem(
            message=self.message,
            what_to_do=self.what_to_do,
            source=source,
            row=row,
            line=self.line,
            column=letter(self.column),
        )


_QUOTED: Final = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_DOUBLE: Final = 'enclose the cell in quotes and write each quote inside it twice: ""'


def clean_record(delimiter: str) -> str:
    r"""Gives the expression (of polars) for a record whose quotes can be read in one way only.

    Quotes enclose whole cells and are doubled inside; a cell that is not enclosed may hold pairs of them (`27"x30"`),
    but no single one, and none right after leading space.
    """
    stop = re.escape(delimiter)
    plain = rf'[^"{stop}\r\n]'
    start = rf'[^"{stop}\r\n\s]'
    quoted = r'"(?:[^"]|"")*"'
    paired = rf'[ \t]*{start}{plain}*(?:"{plain}*"{plain}*)*'
    cell = rf"(?:{quoted}|{paired}|{plain}*)"
    return rf"\A{cell}(?:{stop}{cell})*(?:\r\n|\r|\n)?\z"


def find_fault(text: str, first_line: int, delimiter: str) -> Fault | None:
    """Finds the first fault in the quotes of the record that `text` starts with; None if there is none.

    `text` may go on beyond the record; `first_line` is its physical line.
    """
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*+")
    at, column, line = 0, 0, first_line
    while True:
        cell = (_QUOTED if text.startswith('"', at) else plain).match(text, at)
        if cell is None:
            return _unclosed(column, line)
        end = cell.end()
        fault = _judge(cell[0], text[end : end + 1], delimiter, column, line)
        if fault is not None or not text.startswith(delimiter, end):
            return fault
        line += len(_LINE_END.findall(cell[0]))
        at, column = end + 1, column + 1


def _judge(cell: str, following: str, delimiter: str, column: int, line: int) -> Fault | None:
    if cell.startswith('"'):
        closes_well = following in {"", delimiter, "\r", "\n"}
        return None if closes_well else _after_closing(cell, column, line)
    if cell.count('"') % 2:
        return Fault(column, line, f"line {line} has a single quote character inside a cell without quotes", _DOUBLE)
    if cell.lstrip().startswith('"'):
        return Fault(column, line, f"line {line} has a space before an opening quote", "remove the space")
    return None


def _unclosed(column: int, line: int) -> Fault:
    return Fault(
        column, line, f"the quote that opens in line {line} is never closed", "close it, or check the file is complete"
    )


def _after_closing(cell: str, column: int, line: int) -> Fault:
    if cell.endswith('\\"'):
        return Fault(column, line, f"line {line} has a quote escaped with a backslash", _DOUBLE)
    last = line + len(_LINE_END.findall(cell))
    where = f"in line {line}" if last == line else f"in line {line} and is closed in line {last}"
    return Fault(column, line, f"text follows the closing quote of the cell that opens {where}", _DOUBLE)
