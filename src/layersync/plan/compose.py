"""plan(desired, live, memory) -> Plan: everything that is decided about one job before anything is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from layersync.errors import InputUnusable
from layersync.plan.damaged_keys import advised, example, refused_keys
from layersync.plan.decide import Decision, decide
from layersync.plan.diff import candidates, matched_rows
from layersync.plan.emptied import emptied_cells
from layersync.plan.filled_down import filled_down
from layersync.plan.guards import holds_of
from layersync.plan.order import in_order
from layersync.plan.placing import key_column, problem_at
from layersync.plan.quarantine import quarantine
from layersync.plan.rows import rows_of, unknown_rows
from layersync.plan.uncollected import uncollected
from layersync.plan.unique import settle_unique
from layersync.resources.resource import Resource
from layersync.values.desired import Desired, RowState
from layersync.values.drift import DriftRules
from layersync.values.guards import GuardLimits
from layersync.values.live import Live
from layersync.values.memory import Memory
from layersync.values.plan import Plan, PlanState
from layersync.values.problem import Problem, Severity

_WRONG_SHEET_ROWS = 10
_WRONG_SHEET_SHARE = 0.8

_OVERWRITE = DriftRules()


@uncollected()
def plan_of(
    desired: Desired,
    live: Live,
    memory: Memory,
    form: Resource,
    limits: GuardLimits,
    on_drift: DriftRules = _OVERWRITE,
) -> Plan:
    """Decides every row of a job.

    Raises InputUnusable when nearly every row is unknown to the API: it is the wrong sheet (contract, section 4).
    """
    matched = matched_rows(desired, live)
    _refuse_wrong_sheet(desired, matched, live, form)
    differing = candidates(matched, desired, live, form)
    decided = list(decide(desired, live, differing, form, memory.ledger, on_drift))
    decided += refused_keys(desired, live, matched)
    decided, quarantined = quarantine(decided, memory.refused, desired)
    decisions, contested = settle_unique(decided, desired, live, live.holders, form)
    settled = _settled_limits(desired, matched, decisions)
    emptied = _emptied(desired, live, matched, decisions, memory, form)
    problems = (
        *advised(settled, desired, live),
        *_ambiguous(desired, live, form),
        *_objections(decisions),
        *contested,
        *(one for one in emptied if one.row is not None),
    )
    changes = in_order((one.change for one in decisions if one.change is not None), form, memory.unsettled.waiting)
    plan = Plan(
        job=desired.job,
        resource=form.name,
        key_field=desired.key_field,
        source=desired.grid.source,
        tab=desired.grid.tab,
        sheet_sha256=desired.grid.sha256,
        data_rows=len(desired.rows),
        matched=len(matched),
        partial=desired.partial,
        changes=changes,
        rows=rows_of(desired, live, matched, decisions, problems, form),
        problems=problems,
        notices=(
            *desired.notices,
            *(one for one in emptied if one.row is None),
            *filled_down(changes, limits.min_rows, desired),
        ),
        quarantined=quarantined,
        drifts=tuple(drift for one in decisions for drift in one.drifts),
        reads=live.reads,
    )
    return replace(plan, holds=holds_of(plan, limits, memory, form))


def _refuse_wrong_sheet(desired: Desired, matched: pl.DataFrame, live: Live, form: Resource) -> None:
    unknown = unknown_rows(desired, matched, live)
    asked = unknown + len(matched)
    if unknown >= _WRONG_SHEET_ROWS and unknown > _WRONG_SHEET_SHARE * asked:
        message = f"{unknown} of {asked} rows name {form.noun}s that this organisation does not have"
        if len({one.text for one in live.originals}) > unknown // 2:
            raise InputUnusable(f"{message}: their keys were damaged by a spreadsheet", example(live.originals[0]))
        raise InputUnusable(f"{message}: it is the wrong sheet", "check the job's source and the key's organisation")


def _emptied(
    desired: Desired,
    live: Live,
    matched: pl.DataFrame,
    decisions: Sequence[Decision],
    memory: Memory,
    form: Resource,
) -> tuple[Problem, ...]:
    if memory.ledger is None:
        return ()
    unsettled = {one.row for one in decisions if one.state not in {PlanState.CHANGE, PlanState.UNCHANGED}}
    return tuple(emptied_cells(matched, desired, live, memory.ledger, unsettled, form))


def _objections(decisions: Sequence[Decision]) -> Iterator[Problem]:
    return (problem for one in decisions for problem in one.problems)


def _settled_limits(desired: Desired, matched: pl.DataFrame, decisions: Sequence[Decision]) -> Iterator[Problem]:
    """A limit that is broken by the value which the record holds already is worth a warning only."""
    if not desired.problems:
        return
    met = desired.rows.select("_row", "_state")[matched["_index"]].filter(pl.col("_state") == RowState.LIMIT.value)
    invalid = {one.row for one in decisions if one.state is PlanState.INVALID and not one.problems}
    kept = set(met["_row"].to_list()) - invalid
    for problem in desired.problems:
        warn = problem.limit_of is not None and problem.row in kept
        yield replace(problem, severity=Severity.WARNING) if warn else problem


def _ambiguous(desired: Desired, live: Live, form: Resource) -> Iterator[Problem]:
    if not live.ambiguous:
        return
    message = f"more than one {form.noun} has this {desired.key_field}"
    for row in desired.rows.filter(pl.col("_key").is_in(list(live.ambiguous)))["_row"]:
        yield problem_at(row, key_column(desired), desired, message, f"match by {form.id_field} instead")
