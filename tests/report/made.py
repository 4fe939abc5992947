"""Reports made by hand for the tests of this room."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from layersync.errors import SyncError
from layersync.values.change import Change, Edit
from layersync.values.drift import Drift
from layersync.values.guards import Hold
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import Plan, PlanState, Price
from layersync.values.problem import Problem
from layersync.values.reads import Reads
from layersync.values.report import JobReport, Report, RequestCount, RunInfo, Source, Trigger

ID = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
ROWS_SCHEMA = {
    "row": pl.UInt32,
    "line": pl.UInt32,
    **dict.fromkeys(("key", "id", "name", "state", "cell", "message", "what_to_do"), pl.String),
}
RUN = RunInfo(
    run_id="20261121T020003Z-7f3a",
    command="sync",
    dry_run=True,
    started_at=datetime(2026, 11, 21, 2, 0, 3, tzinfo=UTC),
    finished_at=datetime(2026, 11, 21, 2, 0, 21, 500_000, tzinfo=UTC),
    base_url="http://127.0.0.1:8765",
    label="SANDBOX",
    organization_id="org_2481fa5c-a404-44ed-a561-565392499abc",
    organization_name="Acme Growth",
    tier="standard",
    tool_version="0.1.0",
    host="ops-1",
    user="maria",
    trigger=Trigger(kind="terminal", actor="maria"),
    config_sha256="c" * 64,
    plan_digest="d" * 64,
)


def edit(path: str, before: object, after: object, note: str = "") -> Edit:
    """One changed path."""
    field, *keys = path.split(".")
    return Edit(field, tuple(keys), before, after, note)


def change(row: int, *edits: Edit, **given: Any) -> Change:
    """A change of one project."""
    told = {
        "job": "projects",
        "resource": "projects",
        "key": ID,
        "id": ID,
        "name": "Acme Coffee iOS",
        "patch": {one.field: one.after for one in edits},
        "base": {one.field: one.before for one in edits},
    }
    return Change(row=row, edits=edits, **{**told, **given})


def line(row: int, state: PlanState, **told: Any) -> dict[str, Any]:
    """One line of the frame with the state of every row."""
    return {"row": row, "line": row, "key": ID, "id": ID, "name": "Acme Coffee iOS", "state": state.value, **told}


def plan(
    lines: Sequence[Mapping[str, Any]] = (),
    changes: Sequence[Change] = (),
    *,
    holds: Sequence[Hold] = (),
    problems: Sequence[Problem] = (),
    notices: Sequence[Problem] = (),
    price: Price | None = None,
    reads: Reads | None = None,
    drifts: Sequence[Drift] = (),
    job: str = "projects",
) -> Plan:
    """A plan of one job; a change needs no line of its own."""
    own = [line(c.row, PlanState.CHANGE, key=c.key, id=c.id, name=c.name) for c in changes]
    told = sorted((*lines, *own), key=lambda one: one["row"])
    return Plan(
        job=job,
        resource="projects",
        key_field="id",
        source="sample_data/projects.csv",
        tab=None,
        sheet_sha256="a" * 64,
        data_rows=len(told),
        matched=len(told),
        partial=False,
        changes=tuple(changes),
        rows=pl.DataFrame(told, schema=ROWS_SCHEMA),
        problems=tuple(problems),
        notices=tuple(notices),
        holds=tuple(holds),
        price=price,
        reads=reads,
        drifts=tuple(drifts),
    )


def job(
    made: Plan | None = None,
    outcomes: Mapping[int, Word] | Sequence[Outcome] = (),
    failure: SyncError | None = None,
    problems: Sequence[Problem] = (),
    name: str = "projects",
) -> JobReport:
    """One job of a run; outcomes as words by row, or in full."""
    if isinstance(outcomes, Mapping):
        outcomes = [Outcome(job=name, row=row, word=word) for row, word in outcomes.items()]
    return JobReport(
        job=name,
        resource="projects",
        source="sample_data/projects.csv",
        plan=made,
        outcomes={outcome.row: outcome for outcome in outcomes},
        failure=failure,
        problems=tuple(problems),
    )


def report(*jobs: JobReport, failure: SyncError | None = None, **run: Any) -> Report:
    """A run of these jobs; a dry run unless told otherwise."""
    return Report(
        run=replace(RUN, **run),
        sources=tuple(
            Source(job=one.job, path=one.source, sha256="a" * 64, rows=one.plan.data_rows if one.plan else 0)
            for one in jobs
        ),
        jobs=jobs,
        requests={"read-light": RequestCount(sent=22), "write-light": RequestCount(sent=20, throttled=1, retried=2)},
        failure=failure,
    )
