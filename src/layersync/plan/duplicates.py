"""Rows of one sheet that state the same value of a unique field."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import polars as pl

from layersync.plan.holders import unique_columns
from layersync.plan.placing import problem_at
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR
from layersync.values.desired import Column, Desired, RowState
from layersync.values.problem import Problem

_NAMED = 10  # a sheet with one value in every row would else name every row in every row


def duplicates(desired: Desired, form: Resource) -> Iterator[Problem]:
    """Gives a problem for every row that shares a unique value with another one, each naming the others."""
    for column in unique_columns(desired, form):
        yield from duplicates_in(column, desired, form, None)


def duplicates_in(column: Column, desired: Desired, form: Resource, among: Collection[str] | None) -> Iterator[Problem]:
    """The same for one column; `among` says which values matter, None = all.

    Rows with the mark to skip them do not count, rows that are invalid do: one of the two has to be corrected.
    """
    cells = desired.rows.filter(pl.col("_state") != RowState.SKIPPED.value).select("_row", value=column.path)
    cells = cells.filter((pl.col("value") != CLEAR) & pl.col("value").is_duplicated())
    if among is not None:
        cells = cells.filter(pl.col("value").is_in(list(among)))
    for _, rows in cells.group_by("value", maintain_order=True).agg("_row").iter_rows():
        for row in rows:
            told = f"{named(rows, but=row)} also {'say' if len(rows) > 2 else 'says'} this {column.field}"
            advice = f"no two {form.noun}s may share it: give each its own, or leave the cell blank"
            yield problem_at(row, column, desired, told, advice)


def named(rows: Sequence[int], but: int | None = None) -> str:
    """`rows 3, 7 and 12`, without the row `but`, and cut where they are many."""
    shown = [str(row) for row in islice((row for row in rows if row != but), _NAMED)]
    more = len(rows) - (but is not None) - len(shown)
    if more:
        return f"rows {', '.join(shown)} and {more:,} more"
    return f"row {shown[0]}" if len(shown) == 1 else f"rows {', '.join(shown[:-1])} and {shown[-1]}"
