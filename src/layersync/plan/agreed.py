"""What a run says to the ledger when it ends: the cells on which sheet and live now agree."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from layersync.plan.record_id import record_ids
from layersync.resources.field import Field, Kind
from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR, FORGET, canonical
from layersync.values.desired import Desired
from layersync.values.drift import OnDrift
from layersync.values.leaves import overlap
from layersync.values.outcome import DONE, Outcome
from layersync.values.plan import Plan, PlanState

_COMPARED = [PlanState.CHANGE.value, PlanState.UNCHANGED.value]


def agreed_of(desired: Desired, plan: Plan, outcomes: Mapping[int, Outcome], form: Resource) -> pl.DataFrame:
    """Gives the cells that a run found equal, or wrote and saw written.

    `_id` String (`record_id.record_ids`), one line per record, and one String column per managed path: the cell as
    desired, `FORGET` where the cell is blank (it is not managed any more), null where nothing was settled: a row that
    is wrong or held, a change that was not carried out, a live value that was kept.
    """
    # a line of `plan.rows` is a line of `desired.rows`
    found = pl.DataFrame([record_ids(plan.rows["id"], desired.rows["_key"], desired.key_field, form)]).with_columns(
        desired.rows[column.path].fill_null(FORGET) for column in desired.managed
    )
    places = {column.letter: column.path for column in desired.managed}
    for letter, rows in _open_cells(plan, outcomes).items():
        at = desired.rows["_row"].search_sorted(pl.Series(rows, dtype=pl.UInt32))
        found = found.with_columns(found[places[letter]].scatter(at, None))
    found = found.filter(plan.rows["state"].is_in(_COMPARED))
    return found.filter(pl.col("_id").is_not_null()).unique("_id", keep="last", maintain_order=True)


def _open_cells(plan: Plan, outcomes: Mapping[int, Outcome]) -> Mapping[str, list[int]]:
    """The rows whose cell is not settled, by column."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for change in plan.changes:
        outcome = outcomes.get(change.row)
        if outcome is None or outcome.word not in DONE:
            for edit in change.edits:
                found[edit.letter].append(change.row)
    for drift in plan.drifts:
        if drift.rule is not OnDrift.OVERWRITE:
            found[drift.letter].append(drift.row)
    return found


def settled_cells(
    settled: Iterable[tuple[str, Mapping[str, object]]], ledger: pl.DataFrame | None, form: Resource
) -> pl.DataFrame:
    """Gives the same for changes that are known by record id and values (by path) alone: those of a run that died.

    Later ones win. A key of an object that the ledger knows as a whole is written into that object.
    """
    bare = [(id_, values) for text, values in settled if (id_ := normal_id(text, ANY_ID)) is not None]
    known = {line["_id"]: line for line in _lines_of(ledger, [id_ for id_, _ in bare])}
    lines: dict[str, dict[str, str | None]] = {}
    for id_, values in bare:
        line = lines.setdefault(id_, {"_id": id_})
        for path, value in values.items():
            line.update([_settled_cell(path, value, {**known.get(id_, {}), **line}, form)])
    paths = dict.fromkeys(path for line in lines.values() for path in line)
    return pl.DataFrame(list(lines.values()), schema=dict.fromkeys(("_id", *paths), pl.String))


def agreed_again(agreed: pl.DataFrame, undone: Mapping[str, Mapping[str, object]]) -> tuple[tuple[str, str], ...]:
    """Gives the places (record id, path) of `Memory.undone` at which sheet and live agree again."""
    if not undone:
        return ()
    lines = agreed.filter(pl.col("_id").is_in(list(undone))).iter_rows(named=True)
    stated = {line["_id"]: [path for path, cell in line.items() if cell not in {None, FORGET}] for line in lines}
    return tuple(
        (id_, path) for id_, paths in stated.items() for path in undone[id_] if any(overlap(path, one) for one in paths)
    )


def _lines_of(ledger: pl.DataFrame | None, ids: Sequence[str]) -> Iterable[dict[str, str | None]]:
    return () if ledger is None else ledger.filter(pl.col("_id").is_in(ids)).iter_rows(named=True)


def _settled_cell(path: str, value: object, known: Mapping[str, str | None], form: Resource) -> tuple[str, str | None]:
    """The column that a settled value belongs to, and its cell."""
    name, *keys = path.split(".")
    whole = known.get(name) if keys else None
    if whole in {None, CLEAR, FORGET}:
        return path, _cell(value, form.field(name), keys)
    stated = json.loads(str(whole))
    if len(keys) > 1 or not isinstance(stated, dict):
        return name, FORGET
    return name, canonical({**stated, keys[0]: value})


def _cell(value: object, field: Field, keys: Sequence[str]) -> str:
    """Writes a JSON value as a sheet would state it."""
    if value is None:
        return CLEAR
    if field.is_json and not keys:
        stated = value if not isinstance(value, dict) else {k: v for k, v in value.items() if k not in field.kept_keys}
        return canonical(stated)
    if isinstance(value, str):
        return value
    is_list = len(keys) == 1 and field.key(keys[0]).kind is Kind.LIST
    return canonical(value) if is_list or isinstance(value, bool | int | float) else FORGET
