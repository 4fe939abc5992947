"""Reads a draft back as `plan` will, and finds what it must not say."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from layersync.errors import InputUnusable
from layersync.export.draft import Draft, Fault
from layersync.plan.compose import plan_of
from layersync.plan.live import live_of
from layersync.resources.ident import normal_id
from layersync.resources.resource import Resource
from layersync.sheet.reading import read_sheet
from layersync.sheet.writing import write_key
from layersync.values.cell import normal
from layersync.values.desired import Desired
from layersync.values.grid import letter
from layersync.values.guards import GuardLimits
from layersync.values.live import Live
from layersync.values.memory import Memory
from layersync.values.plan import Plan, PlanState
from layersync.values.problem import Problem, Severity
from layersync.values.rules import SheetRules

_CHANGED: Final = "it would be read back as something else"
_WELL: Final = frozenset({PlanState.UNCHANGED, PlanState.CHANGE})


def rehearse(draft: Draft, file: Path, form: Resource, rules: SheetRules) -> tuple[Fault, ...]:
    """Plans the sheet in `file`, which is this draft, against the very records that it was made from.

    Raises InputUnusable where the sheet can't be read for a reason that no cell, row or column of it has.
    """
    rows = len(draft.rows) + rules.header_row
    reader = replace(rules, source=str(file), max_rows=rows, max_bytes=file.stat().st_size)
    try:
        desired = read_sheet(reader, form)
        live = _live(draft, desired, form, rules)
        plan = plan_of(desired, live, Memory(), form, GuardLimits())
    except InputUnusable as error:
        faults = tuple(_faults(error.problems, draft, rules))
        if not faults:
            raise
        return faults
    return (*_faults(plan.problems, draft, rules), *_changes(plan, draft, rules), *_lost_rows(plan, rules))


def _live(draft: Draft, desired: Desired, form: Resource, rules: SheetRules) -> Live:
    """What fetching would bring: the records by their own keys, whatever stands in the sheet."""
    keys = (_key(one.record.get(rules.key), form, rules) for one in draft.records)
    records = {key: record for key, record in zip(keys, draft.records, strict=True) if key is not None}
    return live_of(records, desired.columns, form, rules.key)


def _key(value: object, form: Resource, rules: SheetRules) -> str | None:
    if rules.key == form.id_field:
        return normal_id(str(value), form.id_forms)
    return str(normal(value)) if isinstance(value, str) and write_key(value) else None


def _faults(problems: Iterable[Problem], draft: Draft, rules: SheetRules) -> Iterator[Fault]:
    columns = {letter(index): index for index in range(len(draft.columns))}
    for problem in problems:
        column = columns.get(problem.column or "")
        if problem.severity is not Severity.ERROR:
            continue
        if problem.row is not None and problem.row > rules.header_row:
            yield Fault(_at(problem.row, rules), column, problem.message)
        elif column:
            yield Fault(None, column, problem.message)


def _changes(plan: Plan, draft: Draft, rules: SheetRules) -> Iterator[Fault]:
    columns = {letter(index): index for index in range(len(draft.columns))}
    for change in plan.changes:
        for edit in change.edits:
            yield Fault(_at(change.row, rules), columns[edit.letter], _CHANGED)


def _lost_rows(plan: Plan, rules: SheetRules) -> Iterator[Fault]:
    """Finds the rows that come to nothing although no cell of them is to blame."""
    blamed = {problem.row for problem in plan.problems if problem.severity is Severity.ERROR}
    for row, state, message in plan.rows.select("row", "state", "message").iter_rows():
        if PlanState(state) not in _WELL and row not in blamed:
            yield Fault(_at(row, rules), None, message or _CHANGED)


def _at(row: int, rules: SheetRules) -> int:
    return row - rules.header_row - 1
