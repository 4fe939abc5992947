"""Cells that had a value and were emptied: told once, because a blank cell leaves the live value alone."""

from collections.abc import Collection, Iterator

import polars as pl

from layersync.plan.drift import last_agreed
from layersync.plan.fields import cells_at
from layersync.plan.patch import value_at
from layersync.resources.resource import Resource
from layersync.values.cell import ABSENT, CLEAR, decode_json, decode_text
from layersync.values.desired import Column, Desired
from layersync.values.live import Live
from layersync.values.problem import Problem, Severity
from layersync.values.words import in_words

_ONE_BY_ONE = 100
_SHOWN = 60


def emptied_cells(
    matched: pl.DataFrame,
    desired: Desired,
    live: Live,
    ledger: pl.DataFrame,
    unsettled: Collection[int],
    form: Resource,
) -> Iterator[Problem]:
    """Gives a notice for each emptied cell, or one for the column where they are more than a hundred.

    `matched` are lines as of `diff.matched_rows`. Rows in `unsettled` are passed over: a row that is wrong, in conflict
    or held says something else first.
    """
    if unsettled:
        matched = matched.filter(~desired.rows["_row"][matched["_index"]].is_in(sorted(unsettled)))
    known = (one for one in desired.managed if one.path in ledger.columns and desired.rows[one.path].has_nulls())
    blank = [(column, blanks) for column in known if (blanks := _blanks(matched, desired, column)).any()]
    if not blank:
        return
    agreed = last_agreed(matched, [column for column, _ in blank], desired.key_field, live, ledger, form)
    for column, blanks in blank:
        had = agreed[column.path].is_not_null() & (agreed[column.path] != CLEAR)
        lines = matched.filter((had & blanks).fill_null(value=False))
        cells = list(_still_there(lines, desired, live, column, form))
        if len(cells) > _ONE_BY_ONE:
            yield _of_column(len(cells), desired, column, form)
        else:
            yield from (_of_cell(*cell, desired, column, form) for cell in cells)


def _blanks(matched: pl.DataFrame, desired: Desired, column: Column) -> pl.Series:
    return desired.rows[column.path].is_null()[matched["_index"]]


def _still_there(
    lines: pl.DataFrame, desired: Desired, live: Live, column: Column, form: Resource
) -> Iterator[tuple[int, int, str]]:
    """The cells whose live value is not empty: row, line, and the words for that value."""
    rows = desired.rows.select("_row", "_line")[lines["_index"]]
    values = lines.select(cells_at(live.fields, column.field, pl.col("_at"))).to_series()
    for (row, line), value in zip(rows.iter_rows(), values, strict=True):
        keeps = _words(value, column, form)
        if keeps is not None:
            yield row, line, keeps


def _words(live: str | None, column: Column, form: Resource) -> str | None:
    if live == ABSENT:  # a blank column is not worth a request
        return "its value"
    decoded = decode_json(live) if form.field(column.field).is_json else decode_text(live)
    value = value_at({column.field: decoded}, column.field, column.keys)
    if value in (None, ""):
        return None
    text = f'"{in_words(value)}"' if isinstance(value, str) else in_words(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _of_cell(row: int, line: int, keeps: str, desired: Desired, column: Column, form: Resource) -> Problem:
    return Problem(
        message=f"{column.letter}{row} was emptied; live keeps {keeps}",
        what_to_do=_way_on(desired, column, form),
        severity=Severity.NOTICE,
        source=desired.grid.source,
        tab=desired.grid.tab,
        row=row,
        line=line,
        column=column.letter,
        header=column.header,
    )


def _of_column(count: int, desired: Desired, column: Column, form: Resource) -> Problem:
    return Problem(
        message=f"{count:,} cells of {column.path} were emptied; live keeps their values",
        what_to_do=_way_on(desired, column, form),
        severity=Severity.NOTICE,
        source=desired.grid.source,
        tab=desired.grid.tab,
        column=column.letter,
        header=column.header,
    )


def _way_on(desired: Desired, column: Column, form: Resource) -> str:
    field = form.field(column.field)
    nullable = field.key(column.keys[0]).nullable if column.keys else field.nullable
    if nullable:
        return f"write {desired.clear_token} to clear it"
    return f"{column.path} cannot be cleared; a blank cell leaves it alone"
