"""What became of the changes that a run meant to send, as far as the journal knows by now."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from layersync.state.journal import outcome_of
from layersync.state.store import Store
from layersync.values.outcome import Outcome, Word

# An intent that a later run went on with, under its key, ends as that one does, or as the one that went on with that.
_FATES = """
    WITH RECURSIVE way (first, run_id, seq, steps) AS (
        SELECT seq, run_id, seq, 0 FROM intents WHERE run_id = ?
        UNION ALL
        SELECT first, later.run_id, later.seq, steps + 1
        FROM way JOIN intents AS later ON later.continues_run = way.run_id AND later.continues_seq = way.seq
    )
    SELECT way.run_id AS by_run, steps, intents.job, intents.row, intents.idempotency_key AS born_key, outcomes.*
    FROM way JOIN intents USING (run_id, seq) LEFT JOIN outcomes USING (run_id, seq)
    ORDER BY first, steps
"""


def fates_of(store: Store, run_id: str) -> Mapping[str, Mapping[int, Outcome]]:
    """Gives the outcomes of a run by job and row; `unknown` where a change was sent, perhaps, and nobody knows yet."""
    found: defaultdict[str, dict[int, Outcome]] = defaultdict(dict)
    try:
        for row in store.rows(_FATES, (run_id,)):
            found[row["job"]][row["row"]] = _fate(row)
    except (ValueError, TypeError) as error:
        raise store.damaged(f"an outcome of run {run_id} is not readable") from error
    return found


def _fate(row: sqlite3.Row) -> Outcome:
    if row["word"] is None:
        return Outcome(
            job=row["job"],
            row=row["row"],
            word=Word.UNKNOWN,
            message="sent, perhaps, and no answer was seen",
            what_to_do="the next run of this job settles it",
            idempotency_key=row["born_key"],
        )
    outcome = outcome_of(row)
    if not row["steps"]:
        return outcome
    told = f"sent again under the same key by run {row['by_run']}"
    return replace(outcome, message="; ".join(filter(None, (told, outcome.message))))
