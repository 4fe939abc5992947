"""Decides each row that may differ: a change, an objection, or nothing after all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import compress, repeat
from typing import NamedTuple

import polars as pl

from layersync.plan.drift import Cells, Weighed, last_agreed, told, weigh
from layersync.plan.edits import Comparison, Objection, Pair, compare_row
from layersync.plan.effects import effects_of
from layersync.plan.fields import lines_of
from layersync.plan.patch import base_of, patch_of
from layersync.plan.placing import problem_at
from layersync.resources.resource import Resource
from layersync.values.change import Change, Edit
from layersync.values.desired import Column, Desired, RowState
from layersync.values.drift import Drift, DriftRules
from layersync.values.live import Live
from layersync.values.plan import PlanState
from layersync.values.problem import Problem

_AT_ONCE = 4_000  # rows of which the cells are taken out of their columns together

_OVERWRITE = DriftRules()


class _Row(NamedTuple):
    """What is taken of a line of `Desired.rows`."""

    row: int
    key_text: str
    state: str


class _Record(NamedTuple):
    """What is taken of a line of `Live.records`."""

    id: str
    name: str | None
    generation: str | None
    read_at: float | None
    stamp: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of one row; `problems` say why where it is not a change, `drifts` which cells drifted."""

    row: int
    state: PlanState
    change: Change | None = None
    problems: tuple[Problem, ...] = ()
    drifts: tuple[Drift, ...] = ()


def decide(
    desired: Desired,
    live: Live,
    differing: pl.DataFrame,
    form: Resource,
    ledger: pl.DataFrame | None = None,
    rules: DriftRules = _OVERWRITE,
) -> Iterator[Decision]:
    """Decides the rows of `differing` (`diff.candidates`), the only ones that Python looks at one by one.

    Without a `ledger` (`Memory.ledger`) nothing can be known to have drifted.
    """
    limits = _broken_limits(desired)
    generations = {generation.name: generation for generation in form.generations}
    agreed = iter(_agreed(desired, live, differing, ledger, form))
    for some in differing.iter_slices(_AT_ONCE):
        cells = desired.rows[some["_index"]]
        values = lines_of(live.fields, some["_at"])
        rows = map(_Row._make, cells.select(_columns_of(_Row)).iter_rows())
        records = map(_Record._make, live.records.select(_columns_of(_Record))[some["_at"]].iter_rows())
        for pairs, row, record in zip(_pairs(desired.columns, cells, values, some), rows, records, strict=True):
            generation = generations.get(record.generation or "")
            compared, before = compare_row(row.row, pairs, desired.columns, form, generation), next(agreed)
            if row.state == RowState.LIMIT and _breaks(compared, limits[row.row]):
                yield Decision(row.row, PlanState.INVALID)
            else:
                weighed = weigh(row.row, compared, before, desired.columns, form, generation, rules)
                yield from _decision(row, record, weighed, desired, form)


def _pairs(
    columns: Iterable[Column], cells: pl.DataFrame, values: pl.DataFrame, differing: pl.DataFrame
) -> list[list[Pair]]:
    """The cells of each line that may differ, in the order of the columns."""
    found: list[list[Pair]] = [[] for _ in range(len(differing))]
    for column in columns:
        differs = differing[column.path]
        here = compress(found, differs.to_list())
        mine, live = cells[column.path].filter(differs).to_list(), values[column.field].filter(differs).to_list()
        for pairs, cell, value in zip(here, mine, live, strict=True):
            pairs.append(Pair(column, cell, value))
    return found


def _columns_of(line: type[_Row | _Record]) -> list[str]:
    return [f"_{name}" for name in line._fields]


def _agreed(
    desired: Desired, live: Live, differing: pl.DataFrame, ledger: pl.DataFrame | None, form: Resource
) -> Iterable[Cells]:
    """What was agreed of each line of `differing`."""
    if ledger is None:
        return repeat({}, len(differing))
    agreed = last_agreed(differing, desired.managed, desired.key_field, live, ledger, form)
    # a frame without columns has no lines
    return agreed.iter_rows(named=True) if agreed.columns else repeat({}, len(differing))


def _decision(row: _Row, record: _Record, weighed: Weighed, desired: Desired, form: Resource) -> Iterator[Decision]:
    compared, drifts = weighed.compared, weighed.drifts
    if objections := compared.objections or _held(weighed, desired):
        problems = tuple(_problem(row, objection, desired) for objection in objections)
        yield Decision(row.row, PlanState(objections[0].state), problems=problems, drifts=drifts)
    elif compared.edits:
        change = _change(row, record, compared, desired, form)
        yield Decision(row.row, PlanState.CHANGE, change=change, drifts=drifts)
    elif drifts:
        yield Decision(row.row, PlanState.UNCHANGED, drifts=drifts)


def _held(weighed: Weighed, desired: Desired) -> tuple[Objection, ...]:
    if not weighed.held:
        return ()
    first = weighed.held[0]
    objection = Objection(
        PlanState.HELD,
        next(column for column in desired.columns if column.letter == first.letter),
        "; ".join(map(told, weighed.held)),
        "put the live value into the sheet to keep it; to overwrite it, set on_drift for this field",
    )
    return (objection,)


def _problem(row: _Row, objection: Objection, desired: Desired) -> Problem:
    return problem_at(row.row, objection.column, desired, objection.message, objection.what_to_do)


def _change(row: _Row, record: _Record, compared: Comparison, desired: Desired, form: Resource) -> Change:
    patch = patch_of(compared.edits, compared.record, form)
    notes = dict.fromkeys(effect.note for effect in effects_of(compared.edits, form))
    return Change(
        job=desired.job,
        resource=form.name,
        row=row.row,
        key=row.key_text,
        id=record.id,
        name=record.name,
        edits=compared.edits,
        patch=patch,
        base=base_of(patch, compared.record),
        side_effects=tuple(notes),
        read_at=record.read_at,
        stamp=record.stamp,
    )


def _broken_limits(desired: Desired) -> dict[int, set[str]]:
    broken: dict[int, set[str]] = defaultdict(set)
    for problem in desired.problems:
        if problem.limit_of is not None and problem.row is not None:
            broken[problem.row].add(problem.limit_of)
    return broken


def _breaks(compared: Comparison, broken: set[str]) -> bool:
    return any(_states(edit, path) for edit in compared.edits for path in broken)


def _states(edit: Edit, path: str) -> bool:
    return edit.path == path or edit.path.startswith(path + ".")
