"""What two jobs of one run state of the same records: rows that contradict each other are sent by neither.

Each job would write its value and find the other's the next night, for ever. Who is right only a person knows.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import NamedTuple

import polars as pl

from layersync.plan.placing import problem_at
from layersync.resources.field import Write
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR, canonical
from layersync.values.desired import Column, Desired, RowState
from layersync.values.plan import PlanState
from layersync.values.problem import Problem

_STATING = [state.value for state in (PlanState.CHANGE, PlanState.UNCHANGED, PlanState.HELD)]
_ABSENT = object()


class _Statement(NamedTuple):
    """One cell, and the record that it is about; `job` is the number of its sheet."""

    job: int
    row: int
    id: str
    field: str
    path: str
    cell: str


@dataclass(frozen=True, slots=True)
class Stated:
    """A sheet, and what became of its rows (`Plan.rows`)."""

    desired: Desired
    rows: pl.DataFrame


def disputes(sheets: Sequence[Stated], form: Resource) -> Mapping[str, Sequence[Problem]]:
    """Gives, by job, a problem for each row that contradicts a row of another job's sheet on the same resource.

    Two rows do where they name one record and state different values at one path, and where they state one value of a
    unique field for two records. What it costs grows with the rows and with those that state the same, not with pairs
    of jobs.
    """
    found: dict[str, dict[int, Problem]] = defaultdict(dict)
    statements = [_statements(number, stated) for number, stated in enumerate(sheets) if stated.desired.managed]
    if len(statements) > 1:
        said = pl.concat(statements)
        columns = [{column.path: column for column in stated.desired.managed} for stated in sheets]
        for mine, yours in chain(_of_one_record(said, form), _of_one_value(said, form)):
            desired, other = sheets[mine.job].desired, sheets[yours.job].desired
            problem = _problem(desired, columns[mine.job][mine.path], mine.row, other, yours.row)
            found[desired.job].setdefault(mine.row, problem)
    return {job: tuple(problems.values()) for job, problems in found.items()}


def without(desired: Desired, problems: Iterable[Problem]) -> Desired:
    """The sheet with the rows of these problems invalid."""
    told = tuple(problems)
    refused = pl.col("_row").is_in([one.row for one in told])
    state = pl.when(refused).then(pl.lit(RowState.INVALID.value)).otherwise("_state").alias("_state")
    return replace(desired, rows=desired.rows.with_columns(state), problems=(*desired.problems, *told))


def _statements(number: int, stated: Stated) -> pl.DataFrame:
    """One line per cell that states something of a record: job (its number), row, id, field, path and cell."""
    known = stated.rows.filter(pl.col("state").is_in(_STATING) & pl.col("id").is_not_null()).select("id", "row")
    managed = stated.desired.managed
    cells = stated.desired.rows.select(pl.col("_row").alias("row"), *(column.path for column in managed))
    lines = known.join(cells, on="row", maintain_order="left").unpivot(
        index=["id", "row"], variable_name="path", value_name="cell"
    )
    field_of = {column.path: column.field for column in managed}
    return lines.filter(pl.col("cell").is_not_null()).select(
        pl.lit(number, dtype=pl.UInt32).alias("job"),
        *("row", "id"),
        pl.col("path").replace_strict(field_of, default=None, return_dtype=pl.String).alias("field"),
        *("path", "cell"),
    )


def _of_one_record(said: pl.DataFrame, form: Resource) -> Iterator[tuple[_Statement, _Statement]]:
    """Statements of several jobs on one field of one record that can't all come true, each with one against it."""
    unlike = (pl.col("job").n_unique() > 1) & (pl.struct("path", "cell").n_unique() > 1)
    asked = said.filter(unlike.over("id", "field"))
    for (_, field), lines in asked.group_by("id", "field", maintain_order=True):
        contradict = partial(_contradict, merged=form.field(str(field)).write is Write.MERGE)
        yield from _against([_Statement(*line) for line in lines.iter_rows()], contradict)


def _of_one_value(said: pl.DataFrame, form: Resource) -> Iterator[tuple[_Statement, _Statement]]:
    """Statements of several jobs that claim one value of a unique field for different records."""
    unique = {field.name for field in form.fields if field.unique}
    claims = said.filter(pl.col("path").is_in(sorted(unique)) & (pl.col("cell") != CLEAR))
    shared = (pl.col("job").n_unique() > 1) & (pl.col("id").n_unique() > 1)
    for _, lines in claims.filter(shared.over("path", "cell")).group_by("path", "cell", maintain_order=True):
        yield from _against([_Statement(*line) for line in lines.iter_rows()], _of_others)


def _against(
    statements: Sequence[_Statement], contradict: Callable[[_Statement, _Statement], bool]
) -> Iterator[tuple[_Statement, _Statement]]:
    for mine in statements:
        yours = next((one for one in statements if one.job != mine.job and contradict(mine, one)), None)
        if yours is not None:
            yield mine, yours


def _contradict(mine: _Statement, yours: _Statement, *, merged: bool) -> bool:
    return not _agree(mine, yours, merged=merged)


def _of_others(mine: _Statement, yours: _Statement) -> bool:
    return mine.id != yours.id


def _holds(statement: _Statement, other: _Statement) -> bool:
    """Whether the value of the other statement is a part of this one's."""
    return other.path.startswith(statement.path + ".")


def _agree(mine: _Statement, yours: _Statement, *, merged: bool) -> bool:
    """Whether both can come true; of an object that is `merged`, what a statement leaves out is not stated."""
    if mine.path != yours.path:
        if _holds(yours, mine):
            return _agree(yours, mine, merged=merged)
        return not _holds(mine, yours) or _says(_inside(mine, yours), yours.cell, merged=merged)
    if mine.cell == yours.cell:
        return True
    if not merged or CLEAR in {mine.cell, yours.cell} or mine.path != mine.field:
        return False
    one, other = json.loads(mine.cell), json.loads(yours.cell)
    return all(one[key] == other[key] for key in one.keys() & other.keys())


def _says(inside: object, cell: str, *, merged: bool) -> bool:
    if inside is _ABSENT or inside is None:
        return cell == CLEAR or (merged and inside is _ABSENT)
    return cell in {inside if isinstance(inside, str) else None, canonical(inside)}


def _inside(statement: _Statement, part: _Statement) -> object:
    value = _ABSENT if statement.cell == CLEAR else json.loads(statement.cell)
    for key in part.path.removeprefix(statement.path + ".").split("."):
        value = value.get(key, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value


def _problem(mine: Desired, column: Column, row: int, yours: Desired, your_row: int) -> Problem:
    message = f"row {your_row} of the job {yours.job} contradicts it: neither is sent"
    return problem_at(row, column, mine, message, f"let only one of the jobs {mine.job} and {yours.job} state it")
