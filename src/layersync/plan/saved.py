"""A plan as data: the `plan.json` that a run keeps, complete enough to be carried out elsewhere."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256

from layersync.values.cell import canonical
from layersync.values.change import Change
from layersync.values.plan import Plan

SCHEMA = 1


def saved_plan(plans: Sequence[Plan], base_url: str, organization_id: str, config_sha256: str) -> dict[str, object]:
    """Gives the saved form of the plans of one run.

    `digest` is the SHA-256 of everything else in canonical JSON, so that the same decisions give the same digest
    whenever and wherever they were made.
    """
    told: dict[str, object] = {
        "schema": SCHEMA,
        "base_url": base_url,
        "organization_id": organization_id,
        "config_sha256": config_sha256,
        "jobs": [_job(plan) for plan in plans],
    }
    return {**told, "digest": sha256(canonical(told).encode()).hexdigest()}


def plan_text(saved: Mapping[str, object]) -> str:
    """Writes a saved plan as a person can read it."""
    return json.dumps(saved, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _job(plan: Plan) -> dict[str, object]:
    return {
        "job": plan.job,
        "resource": plan.resource,
        "key_field": plan.key_field,
        "source": plan.source,
        "tab": plan.tab,
        "sheet_sha256": plan.sheet_sha256,
        "data_rows": plan.data_rows,
        "matched": plan.matched,
        "partial": plan.partial,
        "holds": [
            {
                "guard": hold.guard.value,
                "counted": hold.counted,
                "limit": hold.limit,
                "override": hold.override,
                "rows": None if hold.rows is None else sorted(hold.rows),
            }
            for hold in plan.holds
        ],
        "changes": [_change(change) for change in plan.changes],
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "row": change.row,
        "key": change.key,
        "id": change.id,
        "name": change.name,
        "edits": [{**asdict(edit), "keys": list(edit.keys)} for edit in change.edits],
        "patch": dict(change.patch),
        "base": dict(change.base),
        "side_effects": list(change.side_effects),
        "after": list(change.after),
    }
