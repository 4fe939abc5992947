"""Workbooks: bytes to a grid in which every cell has its place, and what the workbook says of its cells."""

import hashlib
from collections.abc import Iterator
from typing import Final

import polars as pl

from layersync.errors import InputUnusable
from layersync.sheet.delimited import Sheet
from layersync.sheet.marks import Marks
from layersync.sheet.refusal import where
from layersync.sheet.structure import faults_of_cells, special_cells
from layersync.sheet.suggest import shown
from layersync.sheet.workbooks.exchange import Answer, Request, read_answer
from layersync.sheet.workbooks.process import parse_in_child
from layersync.sheet.workbooks.unreadable import Unreadable
from layersync.values.grid import Grid, letter
from layersync.values.problem import Problem, Severity
from layersync.values.rules import SheetRules

_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_UNMERGE: Final = "unmerge the cells and enter the value in each of them"


def is_workbook(raw: bytes) -> bool:
    """Tells by their first bytes whether these are a zip, as workbooks are."""
    return raw.startswith(_ZIPS)


def read_workbook(rules: SheetRules, raw: bytes) -> Sheet:
    """Reads one tab of an .xlsx or .ods workbook (reliability 2.D).

    Rows have the numbers that the spreadsheet program shows, and so have lines, as there are no others. Cells are
    text: numbers with the 15 digits that a spreadsheet keeps, dates as ISO 8601, `true` and `false`. Raises
    InputUnusable.
    """
    request = Request(tab=rules.tab, header_row=rules.header_row, max_text=rules.max_bytes)
    try:
        answer = read_answer(parse_in_child(raw, request))
    except Unreadable as reason:
        raise _refusal(rules.source, reason) from None
    grid = _grid(rules, raw, answer)
    special = special_cells(grid)
    problems = (*_faults(rules, answer), *faults_of_cells(grid, rules.header_row, special))
    return Sheet(grid, rules.header_row, problems, special, Marks(answer.numbers, answer.damage))


def _refusal(source: str, reason: Unreadable) -> InputUnusable:
    """Gives the refusal, with the place as far as it is known: a tab, a row of it, or a cell."""
    what = "tab" if reason.row is None else "cell" if reason.column is not None else "row"
    problem = Problem(
        message=f"the {what} {reason.message}",
        what_to_do=reason.what_to_do,
        source=source,
        tab=reason.tab,
        row=reason.row,
        column=None if reason.column is None else letter(reason.column),
    )
    return InputUnusable(f"{where(problem)} {reason.message}", reason.what_to_do, [problem] if reason.tab else [])


def _grid(rules: SheetRules, raw: bytes, answer: Answer) -> Grid:
    no_span = pl.lit(0, dtype=pl.UInt64)
    return Grid(
        source=rules.source,
        tab=answer.tab,
        header=tuple(answer.header),
        cells=answer.cells,
        positions=answer.rows.with_columns(line=pl.col("row"), start=no_span, end=no_span),
        raw=raw,
        header_span=(0, 0),
        encoding="",
        delimiter="",
        sha256=hashlib.sha256(raw).hexdigest(),
        header_row=rules.header_row,
        blank_rows=answer.blank_rows,
        notices=tuple(_notices(rules, answer)),
    )


def _notices(rules: SheetRules, answer: Answer) -> Iterator[Problem]:
    def notice(message: str, what_to_do: str = "", severity: Severity = Severity.NOTICE) -> Problem:
        return Problem(message=message, what_to_do=what_to_do, severity=severity, source=rules.source, tab=answer.tab)

    yield notice(f"read from the {'hidden ' if answer.hidden_tab else ''}tab {shown(answer.tab)}")
    if answer.hidden_rows:
        count = f"{answer.hidden_rows:,} hidden {'row was' if answer.hidden_rows == 1 else 'rows were'}"
        yield notice(f"{count} read like any other")
    if answer.hidden_columns:
        yield notice(f"hidden columns were read like any other: {', '.join(map(letter, answer.hidden_columns))}")
    if answer.stale_formulas:
        message = f"the file asks for its {answer.stale_formulas:,} formulas to be calculated anew: values may be old"
        yield notice(message, "open it in a spreadsheet program and save it", Severity.WARNING)
    if rules.encoding is not None:
        yield notice("the input is a workbook: the setting encoding has no effect")


def _faults(rules: SheetRules, answer: Answer) -> Iterator[Problem]:
    for merged in answer.merged:
        yield Problem(
            message=f"the cells {merged} are merged",
            what_to_do=_UNMERGE,
            source=rules.source,
            tab=answer.tab,
            row=merged.first_row,
            column=letter(merged.first_column),
        )
    for index in answer.bad_headers:
        yield Problem(
            message="the header is damaged: an error value, a formula without a value, or too long a number",
            what_to_do="type the header",
            source=rules.source,
            tab=answer.tab,
            row=rules.header_row,
            column=letter(index),
            header=answer.header[index],
        )
    if answer.cells.height > rules.max_rows:
        yield Problem(
            message=f"the sheet has more than {rules.max_rows:,} rows",
            what_to_do="if it is meant to be that long, raise max_rows",
            source=rules.source,
            tab=answer.tab,
            row=int(answer.rows["row"][rules.max_rows]),
        )
