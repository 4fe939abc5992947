"""A plan as data: the `plan.json` that a run keeps, complete enough to be carried out elsewhere."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import polars as pl

from layersync.plan.plain import plain
from layersync.values.cell import canonical
from layersync.values.change import Change
from layersync.values.plan import Plan, PlanState

SCHEMA: Final = 1

# The rows that nothing is sent for and what was said of them belong to the preview; prices are those of the day.
NOT_SAVED: Final = frozenset({"rows", "problems", "notices", "quarantined", "price", "reads", "explained", "decided"})
# Every change of a job has its job and resource; what was read right before a write is of one run only.
NOT_SAVED_OF_CHANGES: Final = frozenset({"job", "resource", "read_at", "stamp", "kept"})

SavedForm = dict[str, Any]

_json = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode


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
    """Gives the saved form of decisions: `run_id` made them, and `seal` is this file's own, over both."""
    return {"schema": decided["schema"], "run_id": run_id, **decided, "seal": seal_of(run_id, decided["digest"])}


def plan_text(saved: Mapping[str, Any]) -> str:
    """Writes a saved form, a change a line, and always in the same way."""
    lines = [f"{_json(name)}: {_json(value) if name != 'jobs' else _jobs_text(value)}" for name, value in saved.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def digest_of(told: Mapping[str, Any]) -> str:
    """SHA-256 over canonical JSON, in hex."""
    return sha256(canonical(told).encode()).hexdigest()


def seal_of(run_id: object, digest: object) -> str:
    """Tells one saved plan from every other, even of the same decisions."""
    return digest_of({"run_id": run_id, "digest": digest})


def _jobs_text(jobs: Sequence[SavedForm]) -> str:
    return "[" + ",".join(f"\n{_job_text(job)}" for job in jobs) + "\n]"


def _job_text(job: SavedForm) -> str:
    lines = [f"{_json(name)}: {_json(value)}" for name, value in job.items() if name != "changes"]
    changes = ",".join(f"\n{_json(change)}" for change in job["changes"])
    return "{" + ", ".join(lines) + f', "changes": [{changes}\n]}}'


def _job(plan: Plan) -> SavedForm:
    changed = {change.row for change in plan.changes}
    lines = dict(plan.rows.filter(pl.col("state") == PlanState.CHANGE.value).select("row", "line").iter_rows())
    return {
        **plain(plan, NOT_SAVED | {"changes", "drifts"}),
        "drifts": [plain(drift) for drift in plan.drifts if drift.row in changed],
        "changes": [_change(change, lines.get(change.row)) for change in plan.changes],
    }


def _change(change: Change, line: int | None) -> SavedForm:
    """A change with the physical line of its row, on which CI annotates it."""
    return {**plain(change, NOT_SAVED_OF_CHANGES), "line": line}
