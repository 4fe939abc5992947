"""What became of the changes that a run meant to send, as far as the journal knows by now."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from layersync.state.journal import outcome_of
from layersync.state.store import Store
from layersync.values.outcome import Outcome, Word

# An intent that a later run went on with, under its key, has no outcome of its own.
_FATES = """
    SELECT intents.job AS job, intents.row AS row, intents.idempotency_key AS born_key, later.run_id AS later_run,
        coalesce(mine.word, theirs.word) AS word, coalesce(mine.message, theirs.message) AS message,
        coalesce(mine.what_to_do, theirs.what_to_do) AS what_to_do, coalesce(mine.patch, theirs.patch) AS patch,
        coalesce(mine.error_code, theirs.error_code) AS error_code,
        coalesce(mine.http_status, theirs.http_status) AS http_status,
        coalesce(mine.request_id, theirs.request_id) AS request_id,
        coalesce(mine.attempts, theirs.attempts) AS attempts, coalesce(mine.waited_s, theirs.waited_s) AS waited_s,
        coalesce(mine.idempotency_key, theirs.idempotency_key) AS idempotency_key,
        coalesce(mine.finished_at, theirs.finished_at) AS finished_at
    FROM intents
    LEFT JOIN outcomes AS mine ON mine.run_id = intents.run_id AND mine.seq = intents.seq
    LEFT JOIN intents AS later ON later.continues_run = intents.run_id AND later.continues_seq = intents.seq
    LEFT JOIN outcomes AS theirs ON theirs.run_id = later.run_id AND theirs.seq = later.seq
    WHERE intents.run_id = ?
    ORDER BY intents.seq
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
    if row["later_run"] is None:
        return outcome
    told = f"sent again under the same key by run {row['later_run']}"
    return replace(outcome, message="; ".join(filter(None, (told, outcome.message))))
