"""Decides each row that may differ: a change, an objection, or nothing after all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import polars as pl

from layersync.plan.drift import Cells, Weighed, last_agreed, told, weigh
from layersync.plan.edits import Comparison, Objection, compare_row
from layersync.plan.effects import effects_of
from layersync.plan.patch import base_of, patch_of
from layersync.plan.placing import problem_at
from layersync.resources.resource import Resource
from layersync.values.change import Change, Edit
from layersync.values.desired import Desired, RowState
from layersync.values.drift import Drift, DriftRules
from layersync.values.live import Live
from layersync.values.plan import PlanState
from layersync.values.problem import Problem

_Line = Mapping[str, Any]  # a line of a frame, by column

_OVERWRITE = DriftRules()


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
    paths = [column.path for column in desired.columns]
    fields = list(dict.fromkeys(column.field for column in desired.columns))
    sheet = desired.rows.select("_row", "_line", "_key_text", "_state", *paths)[differing["_index"]]
    records = live.records.select("_id", "_name", "_generation", "_read_at", "_stamp", *fields)[differing["_at"]]
    lines = zip(sheet.iter_rows(named=True), records.iter_rows(named=True), strict=True)
    for (row, record), agreed in zip(lines, _agreed(desired, live, differing, ledger, form), strict=True):
        cells = {path: row[path] for path in paths if row[path] is not None}
        shown = {field: record[field] for field in fields}
        generation = generations.get(record["_generation"])
        compared = compare_row(row["_row"], cells, shown, desired.columns, form, generation)
        if row["_state"] == RowState.LIMIT and _breaks(compared, limits[row["_row"]]):
            yield Decision(row["_row"], PlanState.INVALID)
        else:
            weighed = weigh(row["_row"], compared, agreed, desired.columns, form, generation, rules)
            yield from _decision(row, record, weighed, desired, form)


def _agreed(
    desired: Desired, live: Live, differing: pl.DataFrame, ledger: pl.DataFrame | None, form: Resource
) -> Iterable[Cells]:
    """What was agreed of each line of `differing`."""
    if ledger is None:
        return repeat({}, len(differing))
    agreed = last_agreed(differing, desired.managed, desired.key_field, live, ledger, form)
    # a frame without columns has no lines
    return agreed.iter_rows(named=True) if agreed.columns else repeat({}, len(differing))


def _decision(row: _Line, record: _Line, weighed: Weighed, desired: Desired, form: Resource) -> Iterator[Decision]:
    compared, drifts = weighed.compared, weighed.drifts
    if objections := compared.objections or _held(weighed, desired):
        problems = tuple(_problem(row, objection, desired) for objection in objections)
        yield Decision(row["_row"], PlanState(objections[0].state), problems=problems, drifts=drifts)
    elif compared.edits:
        change = _change(row, record, compared, desired, form)
        yield Decision(row["_row"], PlanState.CHANGE, change=change, drifts=drifts)
    elif drifts:
        yield Decision(row["_row"], PlanState.UNCHANGED, drifts=drifts)


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


def _problem(row: _Line, objection: Objection, desired: Desired) -> Problem:
    return problem_at(row["_row"], objection.column, desired, objection.message, objection.what_to_do)


def _change(row: _Line, record: _Line, compared: Comparison, desired: Desired, form: Resource) -> Change:
    patch = patch_of(compared.edits, compared.record, form)
    notes = dict.fromkeys(effect.note for effect in effects_of(compared.edits, form))
    return Change(
        job=desired.job,
        resource=form.name,
        row=row["_row"],
        key=row["_key_text"],
        id=record["_id"],
        name=record["_name"],
        edits=compared.edits,
        patch=patch,
        base=base_of(patch, compared.record),
        side_effects=tuple(notes),
        read_at=record["_read_at"],
        stamp=record["_stamp"],
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
