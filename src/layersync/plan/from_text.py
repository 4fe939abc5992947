"""Reads a saved plan back, strictly: the very plan that was written, or none."""

import json
from collections.abc import Iterable
from typing import Never

import polars as pl

from layersync.errors import PlanUnusable
from layersync.plan.plain import readers
from layersync.plan.saved import (
    NOT_SAVED,
    NOT_SAVED_OF_CHANGES,
    SCHEMA,
    SavedForm,
    decisions,
    digest_of,
    plan_text,
    saved_form,
    seal_of,
)
from layersync.resources import RESOURCES
from layersync.resources.ident import normal_id
from layersync.resources.resource import Resource
from layersync.values.change import Change
from layersync.values.plan import Plan, PlanState
from layersync.values.saved_plan import SavedPlan

_DAMAGED = "the saved plan is damaged: it is not what was written, byte for byte"
_AGAIN = "make a new one with this version: layersync plan --out FILE"
_ROWS = {
    "row": pl.UInt32,
    "line": pl.UInt32,
    **dict.fromkeys(("key", "id", "name", "state", "cell", "message", "what_to_do"), pl.String),
}


def saved_plan_of(text: str) -> SavedPlan:
    """Gives the plan that a text holds.

    Raises PlanUnusable for anything that differs in a single byte from what was written, and for what this version
    would not write in the same words.
    """
    try:
        told = _sealed(text)
        saved = _read(told, text)
        again = decisions(saved.plans, saved.base_url, saved.organization_id, saved.config_sha256)
        written = plan_text(saved_form(again, saved.run_id))
        if written != text and plan_text(told) != text:
            raise PlanUnusable(_DAMAGED, _AGAIN)
    except (ValueError, TypeError, KeyError, RecursionError, pl.exceptions.PolarsError) as error:
        raise PlanUnusable("the saved plan does not hold what a plan holds", _AGAIN) from error
    if written != text:
        raise PlanUnusable("the saved plan was written by another version of layersync", _AGAIN)
    return saved


def _sealed(text: str) -> SavedForm:
    """The JSON of a text that holds what was written under its seal; whether every byte is the same is not asked."""
    try:
        told = json.loads(text, parse_constant=_no_number)
    except ValueError:
        raise PlanUnusable("the saved plan is damaged: it is not JSON", _AGAIN) from None
    if not isinstance(told, dict) or "schema" not in told:
        raise PlanUnusable("this is no saved plan: it names no schema", _AGAIN)
    if told["schema"] != SCHEMA or isinstance(told["schema"], bool):
        raise PlanUnusable(f"the saved plan has schema {told['schema']!a}; this layersync reads {SCHEMA}", _AGAIN)
    decided = {name: value for name, value in told.items() if name not in {"run_id", "digest", "seal"}}
    digest, run_id = told.get("digest"), told.get("run_id")
    if digest != digest_of(decided) or told.get("seal") != seal_of(run_id, digest):
        raise PlanUnusable(_DAMAGED, _AGAIN)
    return told


def _no_number(word: str) -> Never:
    raise ValueError(f"{word} is no JSON")


def _read(told: SavedForm, text: str) -> SavedPlan:
    plans = tuple(_plan(job) for job in told["jobs"])
    if len({plan.job for plan in plans}) < len(plans):
        raise ValueError("a job stands twice")
    return SavedPlan(
        text=text,
        plans=plans,
        **{name: _text(told[name]) for name in ("run_id", "base_url", "organization_id", "config_sha256")},
        digest=_text(told["digest"]),
        seal=_text(told["seal"]),
    )


def _plan(job: SavedForm) -> Plan:
    form = RESOURCES[_text(job["resource"])]
    changes = tuple(_change(one, job, form) for one in job["changes"])
    if len({change.row for change in changes}) < len(changes):
        raise ValueError("a row stands twice")
    told = {name: read(job[name]) for name, read in readers(Plan, NOT_SAVED | {"changes"}).items()}
    return Plan(**told, changes=changes, rows=_rows(changes, (one["line"] for one in job["changes"])))


def _change(told: SavedForm, job: SavedForm, form: Resource) -> Change:
    read = {name: read(told[name]) for name, read in readers(Change, NOT_SAVED_OF_CHANGES).items()}
    change = Change(job=job["job"], resource=form.name, **read)
    if normal_id(change.id, form.id_forms) is None:
        raise ValueError("not an id")
    for edit in change.edits:
        form.field(edit.field)
    return change


def _rows(changes: Iterable[Change], lines: Iterable[int | None]) -> pl.DataFrame:
    """The rows of a plan as far as they are in the file: those of its changes, in the order of the sheet."""
    told = [
        {"row": one.row, "line": line, "key": one.key, "id": one.id, "name": one.name, "state": PlanState.CHANGE.value}
        for one, line in zip(changes, lines, strict=True)
    ]
    return pl.DataFrame(told, schema=_ROWS).sort("row")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value
