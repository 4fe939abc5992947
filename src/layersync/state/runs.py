"""The runs: when each began and ended, and how many rows a job had when it last ended well."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from layersync.state.store import Store
from layersync.values.storable import storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as it begins.

    `plan_digest` is the seal of the saved plan that it carries out, None where there is none. `folder` is that of its
    report, None where an earlier version did not say.
    """

    run_id: str
    command: str
    base_url: str
    organization_id: str
    started_at: datetime
    tool_version: str
    host: str
    pid: int
    user: str
    jobs: tuple[str, ...]
    plan_digest: str | None = None
    dry_run: bool = False
    folder: str | None = None


def begin(store: Store, run: Run) -> None:
    """Writes that a run began: before its first intent, which must belong to a run."""
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO runs (run_id, command, base_url, organization_id, started_at, tool_version, host, pid, user, "
            "plan_digest, dry_run, folder) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                run.run_id,
                run.command,
                run.base_url,
                run.organization_id,
                run.started_at.isoformat(),
                run.tool_version,
                storable(run.host),
                run.pid,
                storable(run.user),
                run.plan_digest,
                run.dry_run,
                None if run.folder is None else storable(run.folder),
            ),
        )
        connection.executemany(
            "INSERT INTO run_jobs (run_id, job) VALUES (?, ?)", [(run.run_id, job) for job in run.jobs]
        )


def finish(store: Store, run_id: str, exit_code: int, finished_at: datetime) -> None:
    """Writes that a run ended; a run without an end is unfinished, or still going."""
    with store.transaction() as connection:
        connection.execute(
            "UPDATE runs SET exit_code = ?, finished_at = ? WHERE run_id = ?",
            (exit_code, finished_at.isoformat(), run_id),
        )


def find(store: Store, run_id: str) -> Run | None:
    """Gives a run as it began; None where the state file has none of that id."""
    found = store.rows("SELECT * FROM runs WHERE run_id = ?", (run_id,))
    jobs = store.rows("SELECT job FROM run_jobs WHERE run_id = ? ORDER BY job", (run_id,))
    return run_of(found[0], tuple(row["job"] for row in jobs)) if found else None


def ids(store: Store) -> tuple[str, ...]:
    """Gives the ids of all runs in the state file, newest first."""
    return tuple(row["run_id"] for row in store.rows("SELECT run_id FROM runs ORDER BY rowid DESC"))


def last_rows(store: Store, base_url: str, organization_id: str, job: str) -> int | None:
    """The data rows of the job's last run that ended well, None before any: the baseline of the shrink guard."""
    found = store.rows(
        "SELECT rows FROM last_rows WHERE base_url = ? AND organization_id = ? AND job = ?",
        (base_url, organization_id, job),
    )
    return int(found[0]["rows"]) if found else None


def set_last_rows(store: Store, base_url: str, organization_id: str, job: str, rows: int) -> None:
    """Sets that baseline."""
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO last_rows (base_url, organization_id, job, rows) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (base_url, organization_id, job) DO UPDATE SET rows = excluded.rows",
            (base_url, organization_id, job, rows),
        )


def run_of(row: sqlite3.Row, jobs: tuple[str, ...]) -> Run:
    """Reads a run from its row of the table `runs`."""
    return Run(
        run_id=row["run_id"],
        command=row["command"],
        base_url=row["base_url"],
        organization_id=row["organization_id"],
        started_at=datetime.fromisoformat(row["started_at"]),
        tool_version=row["tool_version"],
        host=row["host"],
        pid=row["pid"],
        user=row["user"],
        jobs=jobs,
        plan_digest=row["plan_digest"],
        dry_run=bool(row["dry_run"]),
        folder=row["folder"],
    )
