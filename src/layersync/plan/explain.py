"""Explains a row: for each cell what the sheet says, what is live, what was agreed, and the rule that decided."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from layersync.plan.drift import last_agreed
from layersync.plan.edits import desired_value, edits_of, record_of
from layersync.plan.fields import lines_of
from layersync.plan.patch import value_at
from layersync.resources.resource import Generation, Resource
from layersync.values.cell import ABSENT, canonical
from layersync.values.change import Change
from layersync.values.desired import Column, Desired, Role
from layersync.values.drift import Drift, OnDrift
from layersync.values.explanation import CellExplained, Question, RowExplained, Rule, Said
from layersync.values.live import Live
from layersync.values.memory import Memory
from layersync.values.plan import Plan, PlanState
from layersync.values.problem import Problem, Severity

_WOULD_CHANGE = "would_change"  # there are no explanations but of previews
_SETTLED = {PlanState.CHANGE.value, PlanState.UNCHANGED.value}


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything that is known of one row. `record` is None where no live record answers to it."""

    row: int
    cells: Mapping[str, str | None]
    record: Mapping[str, object] | None
    absent: frozenset[str]
    generation: Generation | None
    agreed: Mapping[str, str | None]
    state: str
    message: str
    change: Change | None
    guards: tuple[str, ...]
    drifts: tuple[Drift, ...]
    problems: tuple[Problem, ...]


def explain(
    question: Question, desired: Desired, live: Live, memory: Memory, plan: Plan, form: Resource
) -> Iterator[RowExplained]:
    """Explains the rows of a question from the very values that the plan was made of."""
    for row in question.rows:
        case = _case(row, desired, live, memory, plan, form)
        columns = [column for column in desired.columns if _is_asked(column, question.path)]
        cells = [_cell(column, case, form) for column in columns]
        if question.path is not None and not columns:
            cells.append(_unmanaged(question.path))
        told = plan.rows.row(by_predicate=pl.col("row") == row, named=True)
        yield RowExplained(
            row=row,
            resource=form.name,
            key=told["key"] or "",
            id=told["id"],
            name=told["name"],
            state=_WOULD_CHANGE if case.state == PlanState.CHANGE else case.state,
            message=case.message,
            cells=tuple(cells),
        )


def _is_asked(column: Column, path: str | None) -> bool:
    return path is None or path in {column.path, column.field} or path.startswith(column.path + ".")


def _case(row: int, desired: Desired, live: Live, memory: Memory, plan: Plan, form: Resource) -> _Case:
    index = int(desired.rows["_row"].index_of(row) or 0)
    cells = desired.rows.row(index, named=True)
    told = plan.rows.row(by_predicate=pl.col("row") == row, named=True)
    key = cells["_key"]
    at = None if key is None else live.records["_key"].index_of(key)
    lines = lines_of(live.fields, pl.Series([] if at is None else [at], dtype=pl.UInt32))
    shown = next(lines.iter_rows(named=True), {})  # no line either where the sheet states no field
    named = None if at is None else live.records["_generation"][at]
    generation = next((one for one in form.generations if one.name == named), None)
    return _Case(
        row=row,
        cells=cells,
        record=None if at is None else record_of(shown, form),
        absent=frozenset(name for name, cell in shown.items() if cell == ABSENT),
        generation=generation,
        agreed={} if at is None else _agreed(index, at, desired, live, memory, form),
        state=told["state"],
        message=told["message"] or "",
        change=next((change for change in plan.changes if change.row == row), None),
        guards=tuple(
            f"{hold.message} (allow it: {hold.override})"
            for hold in plan.holds
            if hold.rows is None or row in hold.rows
        ),
        drifts=tuple(drift for drift in plan.drifts if drift.row == row),
        problems=tuple(problem for problem in plan.problems if problem.row == row),
    )


def _agreed(
    index: int, at: int, desired: Desired, live: Live, memory: Memory, form: Resource
) -> Mapping[str, str | None]:
    if memory.ledger is None:
        return {}
    line = pl.DataFrame({"_index": [index], "_at": [at]}, schema={"_index": pl.UInt32, "_at": pl.UInt32})
    agreed = last_agreed(line, desired.managed, desired.key_field, live, memory.ledger, form)
    return agreed.row(0, named=True) if agreed.columns else {}


def _cell(column: Column, case: _Case, form: Resource) -> CellExplained:
    rule, why = _rule(column, case, form)
    record = case.record or {}
    is_shown = case.record is not None and column.field not in case.absent
    return CellExplained(
        cell=f"{column.letter}{case.row}",
        field=column.path,
        desired=_stated(column, case.cells[column.path], record, form),
        live=Said(value_at(record, column.field, column.keys)) if is_shown else None,
        last_agreed=_stated(column, case.agreed.get(column.path), record, form),
        rule=rule,
        why=why,
    )


def _stated(column: Column, cell: str | None, record: Mapping[str, object], form: Resource) -> Said | None:
    if cell is None:
        return None
    return Said(cell if column.role is Role.IDENTITY else desired_value(column, cell, record, form))


def _rule(column: Column, case: _Case, form: Resource) -> tuple[Rule, str]:  # noqa: PLR0911  a table
    here = [problem for problem in case.problems if problem.column == column.letter]
    wrong = next((problem for problem in here if problem.severity is Severity.ERROR), None)
    if wrong is not None:
        return Rule.WRONG, "; ".join(filter(None, (wrong.message, wrong.what_to_do)))
    if case.record is None:
        return Rule.UNKNOWN, f"the row is {case.state.replace('_', ' ')}: {case.message or 'nothing was compared'}"
    cell = case.cells[column.path]
    if cell is None:
        return Rule.BLANK, "; ".join(("a blank cell leaves the field alone", *(problem.message for problem in here)))
    if column.role is not Role.MANAGED:
        return Rule.ONLY_COMPARED, "compared with the live value, never sent"
    drifts = [drift for drift in case.drifts if drift.letter == column.letter]
    sent = case.change is not None and any(edit.letter == column.letter for edit in case.change.edits)
    if sent:
        return _sent(drifts, case.guards)
    if any(drift.rule is OnDrift.KEEP for drift in drifts):
        return Rule.DRIFT_KEPT, "live changed since the last run, and on_drift says keep: the cell is not sent"
    if case.state not in _SETTLED and any(edits_of(column, cell, case.record, form, case.generation)):
        return Rule.ROW, f"it differs, but the row is {case.state.replace('_', ' ')}: {case.message}"
    return _equal(column, cell, case.record, form)


def _sent(drifts: Sequence[Drift], guards: Sequence[str]) -> tuple[Rule, str]:
    who = "live changed since the last run, and on_drift says overwrite" if drifts else "sheet and live differ"
    if guards:
        return Rule.GUARD, f"{who}, and it is held by a guard: {'; '.join(guards)}"
    return (Rule.DRIFT_OVERWRITTEN if drifts else Rule.SENT), f"{who}: the sheet's value is sent"


def _equal(column: Column, cell: str, record: Mapping[str, object], form: Resource) -> tuple[Rule, str]:
    wanted = desired_value(column, cell, record, form)
    if canonical(wanted) == canonical(value_at(record, column.field, column.keys)):
        return Rule.EQUAL, "sheet and live are equal"
    return Rule.EQUAL_VALUE, "the same value, written differently: Unicode form, spelling, number, or keys left alone"


def _unmanaged(path: str) -> CellExplained:
    return CellExplained(
        cell="",
        field=path,
        desired=None,
        live=None,
        last_agreed=None,
        rule=Rule.NO_COLUMN,
        why="the sheet has no such column: the field is not managed",
    )
