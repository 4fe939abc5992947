"""What a past run sent: read out of the journal, to be undone."""

import json
import sqlite3

from layersync.state.store import Store
from layersync.values.outcome import Word
from layersync.values.sent import Sent

# A change that is still open may have been carried out; so was one that the API accepted and then held otherwise.
_SENT = """
    SELECT intents.*
    FROM intents LEFT JOIN outcomes USING (run_id, seq)
    WHERE run_id = ? AND job = ? AND (
        word = ? OR (word = ? AND http_status BETWEEN 200 AND 299)
        OR EXISTS (SELECT 1 FROM open_changes AS open WHERE open.run_id = intents.run_id AND open.seq = intents.seq)
    )
    ORDER BY seq
"""


def sent_by(store: Store, run_id: str, job: str) -> tuple[Sent, ...]:
    """Gives the changes of a job that a run carried out, or may have, one per row, in the order of the sheet."""
    found = store.rows(_SENT, (run_id, job, Word.CHANGED.value, Word.FAILED.value))
    try:
        by_row = {row["row"]: _sent(row) for row in found}
    except (ValueError, TypeError) as error:
        raise store.damaged(f"an intent of run {run_id} is not readable") from error
    return tuple(by_row[row] for row in sorted(by_row))


def resources_of(store: Store, run_id: str) -> dict[str, str]:
    """Gives the jobs of which a run sent anything, each with its resource."""
    found = store.rows("SELECT DISTINCT job, resource FROM intents WHERE run_id = ? ORDER BY job", (run_id,))
    return {row["job"]: row["resource"] for row in found}


def _sent(row: sqlite3.Row) -> Sent:
    return Sent(
        row=row["row"],
        resource=row["resource"],
        key=row["key"],
        id=row["id"],
        name=row["name"],
        body=json.loads(row["body"]),
        before=None if row["before"] is None else json.loads(row["before"]),
    )
