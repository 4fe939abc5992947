"""The guards of contract section 6, checked on a complete plan."""

from collections.abc import Collection, Mapping

from layersync.plan.effects import count_effects
from layersync.plan.moves import behind
from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import same
from layersync.values.change import Change
from layersync.values.guards import Guard, GuardLimits, Hold
from layersync.values.leaves import leaves
from layersync.values.memory import Memory
from layersync.values.plan import Plan

_COUNTED = {  # one, and more than one
    Guard.ARCHIVE: ("record going to archived", "records going to archived"),
    Guard.CLEARS: ("field going to null", "fields going to null"),
    Guard.RESEARCH: (
        "change of appDescription that restarts keyword research",
        "changes of appDescription that restart keyword research",
    ),
    Guard.UNDONE: (
        "cell still states a value that was undone: change it, or allow it",
        "cells still state a value that was undone: change them, or allow it",
    ),
}
_Undone = Mapping[str, Mapping[str, object]]  # `Memory.undone`


def holds_of(plan: Plan, limits: GuardLimits, memory: Memory, form: Resource) -> tuple[Hold, ...]:
    """Gives the guards that trip on a plan.

    Undoing is asked for by name: how many records it changes is no surprise, and a value that was undone may come back.
    """
    held = (
        _too_many_changes(plan, limits),
        _shrunk(plan, limits, memory.last_rows),
        _rows_hold(plan, Guard.ARCHIVE, limits.archive, limits, form),
        _rows_hold(plan, Guard.CLEARS, limits.clears, limits, form),
        _rows_hold(plan, Guard.RESEARCH, limits.research, limits, form),
        _undone_again(plan, limits, memory.undone),
    )
    return tuple(hold for hold in held if hold is not None)


def _too_many_changes(plan: Plan, limits: GuardLimits) -> Hold | None:
    if plan.undoes is not None:
        return None
    if limits.max_changes.share is not None and (plan.partial or plan.matched < limits.min_rows):
        return None
    limit = limits.max_changes.of(plan.matched)
    counted = len(plan.changes)
    whole = f"{counted} of {plan.matched} matched rows would change; the limit is {limit}"
    return _hold(plan, Guard.CHANGES, counted, limit, limits, whole)


def _shrunk(plan: Plan, limits: GuardLimits, last_rows: int | None) -> Hold | None:
    if last_rows is None or plan.partial:
        return None
    limit = limits.max_shrink.of(last_rows)
    counted = last_rows - plan.data_rows
    rows = f"{plan.data_rows} row{'s' * (plan.data_rows != 1)}"
    message = f"the sheet has {rows}, {counted} fewer than in the last good run; the limit is {limit}"
    return _hold(plan, Guard.SHRINK, counted, limit, limits, message)


def _rows_hold(plan: Plan, guard: Guard, limit: int, limits: GuardLimits, form: Resource) -> Hold | None:
    counts = {change.row: count for change in plan.changes if (count := _count(change, guard, form))}
    return _counted_hold(plan, guard, counts, limit, limits)


def _undone_again(plan: Plan, limits: GuardLimits, undone: _Undone) -> Hold | None:
    if plan.undoes is not None or not undone:
        return None
    counts = {change.row: count for change in plan.changes if (count := _undone_cells(change, undone))}
    return _counted_hold(plan, Guard.UNDONE, counts, 0, limits)


def _counted_hold(plan: Plan, guard: Guard, counts: Mapping[int, int], limit: int, limits: GuardLimits) -> Hold | None:
    total = sum(counts.values())
    message = f"{total} {_COUNTED[guard][total != 1]}; the limit is {limit}"
    return _hold(plan, guard, total, limit, limits, message, rows=counts)


def _undone_cells(change: Change, undone: _Undone) -> int:
    """Counts the edits that would bring back a value that was taken back from this very record."""
    told = undone.get(normal_id(change.id, ANY_ID) or change.id, {})
    stated = (leaves(edit.path, edit.before, edit.after) for edit in change.edits if told)
    return sum(any(path in told and same(told[path], value) for path, value in one) for one in stated)


def _count(change: Change, guard: Guard, form: Resource) -> int:
    if guard is Guard.CLEARS:
        return sum(edit.after is None for edit in change.edits)
    return count_effects(change.edits, guard, form)


def _hold(
    plan: Plan,
    guard: Guard,
    counted: int,
    limit: int,
    limits: GuardLimits,
    message: str,
    rows: Collection[int] | None = None,
) -> Hold | None:
    ceiling = max((limit, *(number for allowed, number in limits.allowed if allowed is guard)))
    if counted <= ceiling:
        return None
    waiting = behind(rows or (), {change.row: change.after for change in plan.changes if change.after})
    return Hold(
        guard=guard,
        counted=counted,
        limit=ceiling,
        message=message,
        override=f"--allow {plan.job}.{guard}={counted}",
        rows=None if rows is None else frozenset(rows) | waiting.keys(),
        behind=frozenset(waiting),
    )
