"""What the state file knows of one job: read once per run, and the closing of what dead runs left behind."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from layersync.state.clocks import Clocks, Instant
from layersync.state.runs import last_rows
from layersync.state.store import Store
from layersync.state.writes import capped_until, writes_today
from layersync.values.memory import Memory, OpenChange
from layersync.values.outcome import Word


def remember(
    store: Store,
    base_url: str,
    organization_id: str,
    job: str,
    now: datetime,
    clocks: Clocks | None = None,
    *,
    spender: str | None = None,
) -> Memory:
    """Reads what is known of a job at one target; `now` is UTC, `spender` whose daily cap it is (see `writes`).

    The open changes are all that were written down and never settled. They are those of dead runs only while the caller
    holds the job's lock.
    """
    return Memory(
        last_rows=last_rows(store, base_url, organization_id, job),
        writes_today=writes_today(store, base_url, spender or organization_id, now),
        capped_until=capped_until(store, base_url, spender or organization_id, now),
        open_changes=_open_changes(store, base_url, organization_id, job, (clocks or Clocks()).now()),
    )


def unfinished_runs(store: Store, base_url: str, organization_id: str, job: str) -> tuple[str, ...]:
    """The runs of the job that have no end and were not closed since: dead ones if its lock is free.

    They come in the order in which they began, which is that of their rows: a clock may have gone back meanwhile.
    """
    found = store.rows(
        "SELECT run_id FROM runs JOIN run_jobs USING (run_id) WHERE base_url = ? AND organization_id = ? AND job = ? "
        "AND finished_at IS NULL AND settled_at IS NULL ORDER BY runs.rowid",
        (base_url, organization_id, job),
    )
    return tuple(row["run_id"] for row in found)


def stopped_midway(store: Store, run_ids: Sequence[str], job: str) -> str | None:
    """Which of these runs left off in the middle of a job: the newest that came to sending, else the newest of all.

    `run_ids` are those of `unfinished_runs`; None where there are none.
    """
    for run_id in reversed(run_ids):
        if store.rows("SELECT 1 FROM intents WHERE run_id = ? AND job = ? LIMIT 1", (run_id, job)):
            return run_id
    return run_ids[-1] if run_ids else None


def close_run(store: Store, run_id: str, job: str, *, settled_by: str, settled_at: datetime) -> None:
    """Writes that the run `settled_by` has settled what the dead run `run_id` left open of a job.

    A dead run keeps having no end; its other jobs stay unfinished until they are closed themselves.
    """
    with store.transaction() as connection:
        connection.execute(
            "UPDATE run_jobs SET settled_by = ?, settled_at = ? WHERE run_id = ? AND job = ?",
            (settled_by, settled_at.isoformat(), run_id, job),
        )


def settled_values(store: Store, run_ids: Sequence[str], job: str) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """What dead runs of a job are known to have written: record id and values by path, in the order of their sending.

    Their ledger was never written, so these are what it would have said.
    """
    found = [
        row
        for run_id in run_ids
        for row in store.rows(
            "SELECT intents.id, intents.desired FROM outcomes JOIN intents USING (run_id, seq) "
            "WHERE run_id = ? AND job = ? AND word IN (?, ?) ORDER BY seq",
            (run_id, job, Word.CHANGED.value, Word.CONVERGED.value),
        )
    ]
    try:
        return tuple((row["id"], json.loads(row["desired"])) for row in found)
    except ValueError as error:
        raise store.damaged("an intent is not readable") from error


def _open_changes(store: Store, base_url: str, organization_id: str, job: str, now: Instant) -> tuple[OpenChange, ...]:
    found = store.rows(
        "SELECT intents.* FROM open_changes JOIN intents USING (run_id, seq) JOIN runs USING (run_id) "
        "WHERE base_url = ? AND organization_id = ? AND job = ? ORDER BY runs.rowid, seq",
        (base_url, organization_id, job),
    )
    try:
        return tuple(_open_change(row, now) for row in found)
    except (ValueError, TypeError) as error:
        raise store.damaged("an open change is not readable") from error


def _open_change(row: sqlite3.Row, now: Instant) -> OpenChange:
    born = Instant(row["born_wall"], row["born_boot"], row["born_boot_id"], row["born_server"])
    return OpenChange(
        run_id=row["run_id"],
        seq=row["seq"],
        job=row["job"],
        row=row["row"],
        resource=row["resource"],
        key=row["key"],
        id=row["id"],
        name=row["name"],
        body=row["body"],
        base=json.loads(row["base"]),
        desired=json.loads(row["desired"]),
        idempotency_key=row["idempotency_key"],
        born=born.wall,
        age_s=now.since(born),
    )
