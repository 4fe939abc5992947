"""What two jobs of one run state of the same records: rows that contradict each other are sent by neither.

Each job would write its value and find the other's the next night, for ever. Who is right only a person knows.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import polars as pl

from layersync.plan.holders import unique_columns
from layersync.plan.placing import problem_at
from layersync.resources.field import Write
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR, canonical
from layersync.values.desired import Column, Desired, RowState
from layersync.values.plan import PlanState
from layersync.values.problem import Problem

_STATING = [state.value for state in (PlanState.CHANGE, PlanState.UNCHANGED, PlanState.HELD)]
_MINE, _YOURS = "mine ", "yours "  # what the columns of a sheet are called beside those of another one
_ABSENT = object()

_Line = tuple[int, int]  # a row of this sheet, and the row of the other one that contradicts it


@dataclass(frozen=True, slots=True)
class Stated:
    """A sheet, and what became of its rows (`Plan.rows`)."""

    desired: Desired
    rows: pl.DataFrame


def disputes(sheets: Sequence[Stated], form: Resource) -> Mapping[str, Sequence[Problem]]:
    """Gives, by job, a problem for each row that contradicts a row of another job's sheet on the same resource.

    Two rows do where they name one record and state different values at one path, and where they state one value of a
    unique field for two records.
    """
    found: dict[str, dict[int, Problem]] = defaultdict(dict)
    for mine, yours in permutations(sheets, 2):
        for column, lines in _contradictions(mine.desired, yours.desired, _side_by_side(mine, yours), form):
            for row, your_row in lines:
                problem = _problem(mine.desired, column, row, yours.desired, your_row)
                found[mine.desired.job].setdefault(row, problem)
    return {job: tuple(problems.values()) for job, problems in found.items()}


def without(desired: Desired, problems: Iterable[Problem]) -> Desired:
    """The sheet with the rows of these problems invalid."""
    told = tuple(problems)
    refused = pl.col("_row").is_in([one.row for one in told])
    state = pl.when(refused).then(pl.lit(RowState.INVALID.value)).otherwise("_state").alias("_state")
    return replace(desired, rows=desired.rows.with_columns(state), problems=(*desired.problems, *told))


def _side_by_side(mine: Stated, yours: Stated) -> tuple[pl.DataFrame, pl.DataFrame]:
    return _statements(mine, _MINE), _statements(yours, _YOURS)


def _statements(stated: Stated, side: str) -> pl.DataFrame:
    """One line per row that states something of a record: `id`, and with `side` before them `row` and each path."""
    known = stated.rows.filter(pl.col("state").is_in(_STATING) & pl.col("id").is_not_null())
    cells = stated.desired.rows.select(pl.col("_row").alias("row"), *(one.path for one in stated.desired.managed))
    joined = known.select("id", "row").join(cells, on="row", maintain_order="left")
    return joined.rename({name: side + name for name in joined.columns if name != "id"})


def _contradictions(
    mine: Desired, yours: Desired, frames: tuple[pl.DataFrame, pl.DataFrame], form: Resource
) -> Iterator[tuple[Column, Iterable[_Line]]]:
    of_one_record = frames[0].join(frames[1], on="id", maintain_order="left")
    for column in mine.managed:
        for theirs in yours.managed:
            if column.path == theirs.path or _holds(column, theirs) or _holds(theirs, column):
                yield column, _different(of_one_record, column, theirs, form)
    theirs_unique = {column.path for column in unique_columns(yours, form)}
    for column in unique_columns(mine, form):
        if column.path in theirs_unique:
            yield column, _claimed_by_both(*frames, column.path)


def _holds(column: Column, other: Column) -> bool:
    """Whether the value of the other column is a part of this one's."""
    return other.path.startswith(column.path + ".")


def _different(both: pl.DataFrame, column: Column, theirs: Column, form: Resource) -> Iterator[_Line]:
    mine, yours = pl.col(_MINE + column.path), pl.col(_YOURS + theirs.path)
    stated = both.filter(mine.is_not_null() & yours.is_not_null() & (mine != yours))
    merged = form.field(column.field).write is Write.MERGE
    for row, your_row, cell, their_cell in stated.select(_MINE + "row", _YOURS + "row", mine, yours).iter_rows():
        if not _agree((column, cell), (theirs, their_cell), merged=merged):
            yield row, your_row


def _agree(mine: tuple[Column, str], yours: tuple[Column, str], *, merged: bool) -> bool:
    """Whether two unequal cells can both come true; of an object that is `merged`, what it leaves out is not stated."""
    (column, cell), (theirs, their_cell) = mine, yours
    if _holds(theirs, column):
        return _agree(yours, mine, merged=merged)
    if column.path != theirs.path:
        return _says(_inside(cell, theirs.keys[len(column.keys) :]), their_cell, merged=merged)
    if not merged or CLEAR in {cell, their_cell} or column.keys:
        return False
    one, other = json.loads(cell), json.loads(their_cell)
    return all(one[key] == other[key] for key in one.keys() & other.keys())


def _says(inside: object, cell: str, *, merged: bool) -> bool:
    if inside is _ABSENT or inside is None:
        return cell == CLEAR or (merged and inside is _ABSENT)
    return cell in {inside if isinstance(inside, str) else None, canonical(inside)}


def _inside(cell: str, keys: Sequence[str]) -> object:
    value = _ABSENT if cell == CLEAR else json.loads(cell)
    for key in keys:
        value = value.get(key, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value


def _claimed_by_both(mine: pl.DataFrame, yours: pl.DataFrame, path: str) -> Iterator[_Line]:
    claims = mine.filter(pl.col(_MINE + path) != CLEAR)
    both = claims.join(yours, left_on=_MINE + path, right_on=_YOURS + path, suffix=" of yours", maintain_order="left")
    two = both.filter(pl.col("id") != pl.col("id of yours"))
    return two.select(_MINE + "row", _YOURS + "row").iter_rows()


def _problem(mine: Desired, column: Column, row: int, yours: Desired, your_row: int) -> Problem:
    message = f"row {your_row} of the job {yours.job} contradicts it: neither is sent"
    return problem_at(row, column, mine, message, f"let only one of the jobs {mine.job} and {yours.job} state it")
