"""The reports of past runs, kept so that they can be told again; what is in them is the business of `report.kept`."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from layersync.state.store import Store

_FAST = 1  # a level of compression


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReport:
    """One report: its text, the rows of its jobs, the rows counted by outcome, and whether a guard held any."""

    told: str
    rows: Mapping[str, bytes]
    counts: Mapping[str, int]
    held: bool


def keep_report(store: Store, run_id: str, report: KeptReport) -> None:
    """Keeps the report of a run that is known, in place of the one it had."""
    told, counts = zlib.compress(report.told.encode(), _FAST), json.dumps(report.counts)
    with store.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO reports (run_id, told, counts, held) VALUES (?, ?, ?, ?)",
            (run_id, told, counts, report.held),
        )
        connection.executemany(
            "INSERT OR REPLACE INTO report_rows (run_id, job, rows) VALUES (?, ?, ?)",
            [(run_id, job, rows) for job, rows in report.rows.items()],
        )


def kept_report(store: Store, run_id: str) -> KeptReport | None:
    """Gives the report of a run; None where none was kept."""
    found = store.rows("SELECT told, counts, held FROM reports WHERE run_id = ?", (run_id,))
    if not found:
        return None
    rows = store.rows("SELECT job, rows FROM report_rows WHERE run_id = ?", (run_id,))
    try:
        told, counts = zlib.decompress(found[0]["told"]).decode(), json.loads(found[0]["counts"])
    except (zlib.error, ValueError) as error:
        raise store.damaged(f"the report of run {run_id} is not readable") from error
    return KeptReport(
        told=told, rows={row["job"]: row["rows"] for row in rows}, counts=counts, held=bool(found[0]["held"])
    )


def is_rebuilt(store: Store, run_id: str) -> bool:
    """Whether the report that is kept of a run was written anew from the journal after the run had died."""
    kept = kept_report(store, run_id)
    return kept is not None and json.loads(kept.told)["run"].get("rebuilt_by") is not None
