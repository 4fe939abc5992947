"""The plan that undoes a run: each record as it was before, but none that was changed since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from layersync.plan.edits import record_of
from layersync.plan.effects import effects_of
from layersync.plan.fields import whole
from layersync.plan.guards import holds_of
from layersync.plan.holders import unique_columns
from layersync.plan.keepers import keepers_of, told
from layersync.plan.moves import behind, links, moves_of
from layersync.plan.order import in_order
from layersync.plan.patch import base_of, patch_of, value_at
from layersync.plan.put_back import edits_back
from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Generation, Resource
from layersync.values.cell import same
from layersync.values.change import Change, Edit
from layersync.values.desired import Desired
from layersync.values.guards import GuardLimits
from layersync.values.live import Live
from layersync.values.memory import Memory
from layersync.values.plan import Plan, PlanState
from layersync.values.problem import Problem, Severity
from layersync.values.sent import Sent
from layersync.values.words import in_words

_Line = Mapping[str, Any]  # a line of `whole`, by column

_ROWS = {
    "row": pl.UInt32,
    "line": pl.UInt32,
    **dict.fromkeys(("key", "id", "name", "state", "cell", "message", "what_to_do"), pl.String),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What is done about one record; `left` says what of it stays as the run made it."""

    state: PlanState
    name: str | None
    change: Change | None = None
    message: str = ""
    what_to_do: str = ""
    left: str = ""


def reverse_plan(
    undoes: str,
    sent: Sequence[Sent],
    wanted: Desired,
    live: Live,
    memory: Memory,
    form: Resource,
    limits: GuardLimits,
) -> Plan:
    """Decides every record that the run `undoes` wrote to; `wanted` is `wanted_of` them, `live` what it came to."""
    records = {line["_key"]: line for line in whole(live).iter_rows(named=True)}
    verdicts = {one.row: _verdict(one, records.get(normal_id(one.id, ANY_ID)), wanted, form) for one in sent}
    verdicts.update(_stuck(verdicts, wanted, live, form))
    changes = in_order((one.change for one in verdicts.values() if one.change is not None), form)
    plan = Plan(
        job=wanted.job,
        resource=form.name,
        key_field=wanted.key_field,
        source=wanted.grid.source,
        tab=None,
        sheet_sha256=wanted.grid.sha256,
        data_rows=len(sent),
        matched=sum(one.state is not PlanState.NOT_FOUND for one in verdicts.values()),
        partial=True,
        changes=changes,
        rows=_rows(sent, verdicts),
        problems=tuple(_left(verdicts, wanted)),
        reads=live.reads,
        undoes=undoes,
    )
    return replace(plan, holds=holds_of(plan, limits, memory, form))


def _verdict(sent: Sent, line: _Line | None, wanted: Desired, form: Resource) -> _Verdict:
    if line is None:
        return _Verdict(state=PlanState.NOT_FOUND, name=sent.name, message=f"the {form.noun} is gone since the run")
    if sent.before is None:
        told = "an earlier version of layersync sent this and did not keep what was there before"
        return _Verdict(state=PlanState.HELD, name=sent.name, message=told)
    record = record_of({column.field: line[column.field] for column in wanted.columns}, form)
    now = [(edit, value_at(record, edit.field, edit.keys)) for edit in edits_back(sent, form)]
    undone = [(edit, value) for edit, value in now if not same(value, edit.after)]
    moved = [(edit, value) for edit, value in undone if not same(value, edit.before)]
    if moved:
        return _moved(moved, line)
    generation = next((one for one in form.generations if one.name == line["_generation"]), None)
    left = ", ".join(edit.path for edit, _ in undone if not _can_be(edit, form, generation))
    edits = tuple(_noted(edit, form) for edit, _ in undone if _can_be(edit, form, generation))
    stays = f"{left} had no value before, and the API does not take null there" if left else ""
    if not edits:
        state = PlanState.HELD if left else PlanState.UNCHANGED
        return _Verdict(state=state, name=line["_name"], message=stays or "is as it was before the run")
    return _Verdict(
        state=PlanState.CHANGE, name=line["_name"], change=_change(sent, line, edits, record, wanted, form), left=stays
    )


def _moved(moved: Iterable[tuple[Edit, object]], line: _Line) -> _Verdict:
    said = "; ".join(
        f"{edit.path} was {in_words(edit.after)}, the run made it {in_words(edit.before)}, is now {in_words(value)}"
        for edit, value in moved
    )
    return _Verdict(
        state=PlanState.CONFLICT,
        name=line["_name"],
        message=f"changed since the run: {said}",
        what_to_do="decide which is right, and set it in the sheet",
    )


def _can_be(edit: Edit, form: Resource, generation: Generation | None) -> bool:
    """Tells whether the API takes the value; inside an object every key can be taken out."""
    if edit.after is not None or edit.keys:
        return True
    own = generation.field(edit.field) if generation else None
    return (own or form.field(edit.field)).nullable


def _noted(edit: Edit, form: Resource) -> Edit:
    """Says what putting the value back does, and what of the run's effects it does not take back."""
    effects = () if edit.keys else form.field(edit.field).effects
    notes = [effect.note for effect in effects if effect.follows(edit.after)]
    notes += [f"not undone: {one.lasting}" for one in effects if one.lasting and one.follows(edit.before)]
    return replace(edit, note="; ".join(notes))


def _change(
    sent: Sent, line: _Line, edits: tuple[Edit, ...], record: Mapping[str, object], wanted: Desired, form: Resource
) -> Change:
    patch = patch_of(edits, record, form)
    return Change(
        job=wanted.job,
        resource=form.name,
        row=sent.row,
        key=sent.key,
        id=line["_id"],
        name=line["_name"],
        edits=edits,
        patch=patch,
        base=base_of(patch, record),
        side_effects=tuple(dict.fromkeys(effect.note for effect in effects_of(edits, form))),
        read_at=line["_read_at"],
    )


def _stuck(
    verdicts: Mapping[int, _Verdict], wanted: Desired, live: Live, form: Resource
) -> Iterator[tuple[int, _Verdict]]:
    """The rows that would claim a unique value which somebody else keeps, and those that wait for them."""
    moves = tuple(moves_of((one.change for one in verdicts.values() if one.change is not None), form))
    giving = {(move.field, move.gives): move.row for move in moves}
    stuck: dict[int, str] = {}
    for column in unique_columns(wanted, form):
        claims = {move.row: move.takes for move in moves if move.field == column.field and move.takes is not None}
        keepers = keepers_of(column, set(claims.values()), wanted, live, live.holders) if claims else {}
        for row, value in claims.items():
            others = [one for one in keepers.get(value, ()) if one.row != row]
            if others and giving.get((column.field, value)) is None:
                stuck[row] = f"{told(others[0], form.noun)} has this {column.field} now"
    for row, other in behind(stuck, links(moves)).items():
        stuck[row] = f"row {other} does not give its value up"
    for row, message in stuck.items():
        advice = "no two records may share it: change the other one first"
        held = replace(verdicts[row], state=PlanState.HELD, change=None, message=message, what_to_do=advice, left="")
        yield row, held


def _rows(sent: Sequence[Sent], verdicts: Mapping[int, _Verdict]) -> pl.DataFrame:
    lines = [
        {
            "row": one.row,
            "key": one.key,
            "id": one.id,
            "name": verdicts[one.row].name,
            "state": verdicts[one.row].state.value,
            "message": verdicts[one.row].message or None,
            "what_to_do": verdicts[one.row].what_to_do or None,
        }
        for one in sent
    ]
    return pl.DataFrame(lines, schema=_ROWS)


def _left(verdicts: Mapping[int, _Verdict], wanted: Desired) -> Iterator[Problem]:
    for row, one in verdicts.items():
        if one.left:
            source = wanted.grid.source
            yield Problem(message=f"not undone: {one.left}", severity=Severity.WARNING, source=source, row=row)
