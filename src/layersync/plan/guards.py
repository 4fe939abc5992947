"""The guards of contract section 6, checked on a complete plan."""

from collections.abc import Collection

from layersync.plan.effects import count_effects
from layersync.plan.moves import behind
from layersync.resources.resource import Resource
from layersync.values.change import Change
from layersync.values.guards import Guard, GuardLimits, Hold
from layersync.values.plan import Plan

_COUNTED = {
    Guard.ARCHIVE: "records going to archived",
    Guard.CLEARS: "fields going to null",
    Guard.RESEARCH: "changes of appDescription that restart keyword research",
}


def holds_of(plan: Plan, limits: GuardLimits, last_rows: int | None, form: Resource) -> tuple[Hold, ...]:
    """Gives the guards that trip on a plan; `last_rows` is the baseline of the shrink guard, None on a first run."""
    held = (
        _too_many_changes(plan, limits),
        _shrunk(plan, limits, last_rows),
        _rows_hold(plan, Guard.ARCHIVE, limits.archive, limits, form),
        _rows_hold(plan, Guard.CLEARS, limits.clears, limits, form),
        _rows_hold(plan, Guard.RESEARCH, limits.research, limits, form),
    )
    return tuple(hold for hold in held if hold is not None)


def _too_many_changes(plan: Plan, limits: GuardLimits) -> Hold | None:
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
    message = f"the sheet has {plan.data_rows} rows, {counted} fewer than in the last good run; the limit is {limit}"
    return _hold(plan, Guard.SHRINK, counted, limit, limits, message)


def _rows_hold(plan: Plan, guard: Guard, limit: int, limits: GuardLimits, form: Resource) -> Hold | None:
    counts = {change.row: count for change in plan.changes if (count := _count(change, guard, form))}
    total = sum(counts.values())
    message = f"{total} {_COUNTED[guard]}; the limit is {limit}"
    return _hold(plan, guard, total, limit, limits, message, rows=counts)


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
