"""A plan as data: the `plan.json` that a run keeps, complete enough to be carried out elsewhere."""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields
from hashlib import sha256
from typing import Any, Final

import polars as pl

from layersync.values.cell import canonical
from layersync.values.change import Change
from layersync.values.plan import Plan, PlanState

SCHEMA: Final = 1

# The rows that nothing is sent for and what was said of them belong to the preview; the price is that of the day.
NOT_SAVED: Final = frozenset({"rows", "problems", "notices", "price"})
# Every change of a job has its job and resource; a read of another run is no read of this one.
NOT_SAVED_OF_CHANGES: Final = frozenset({"job", "resource", "read_at"})

SavedForm = dict[str, Any]


def decisions(plans: Sequence[Plan], base_url: str, organization_id: str, config_sha256: str) -> SavedForm:
    """Gives what the plans of one run come to, with its `digest`: SHA-256 over everything else in canonical JSON.

    The same decisions have the same digest whenever and wherever they are made.
    """
    told: SavedForm = {
        "schema": SCHEMA,
        "base_url": base_url,
        "organization_id": organization_id,
        "config_sha256": config_sha256,
        "jobs": [_job(plan) for plan in plans],
    }
    return {**told, "digest": digest_of(told)}


def saved_form(decided: Mapping[str, Any], run_id: str) -> SavedForm:
    """Gives the saved form of decisions: `run_id` made them, `seal` is the SHA-256 over everything else."""
    told = {"schema": decided["schema"], "run_id": run_id, **decided}
    return {**told, "seal": digest_of(told)}


def plan_text(saved: Mapping[str, Any]) -> str:
    """Writes a saved form as a person can read it, always in the same way."""
    return json.dumps(saved, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def digest_of(told: Mapping[str, Any]) -> str:
    """SHA-256 over canonical JSON, in hex."""
    return sha256(canonical(told).encode()).hexdigest()


def _job(plan: Plan) -> SavedForm:
    changed = {change.row for change in plan.changes}
    lines = dict(plan.rows.filter(pl.col("state") == PlanState.CHANGE.value).select("row", "line").iter_rows())
    return {
        **_plain(plan, NOT_SAVED),
        "drifts": [_plain(drift) for drift in plan.drifts if drift.row in changed],
        "changes": [_change(change, lines.get(change.row)) for change in plan.changes],
    }


def _change(change: Change, line: int | None) -> SavedForm:
    """A change with the physical line of its row, on which CI annotates it."""
    return {**_plain(change, NOT_SAVED_OF_CHANGES), "line": line}


def _plain(value: Any, without: AbstractSet[str] = frozenset()) -> Any:
    """Turns a value of the house into JSON: every field of it, so that a new one needs no word here."""
    match value:
        case None | str() | int() | float():
            return value
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case AbstractSet():
            return sorted(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case _:
            return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in without}
