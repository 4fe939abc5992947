"""What became of the changes of a saved plan, in every run that carried it out."""

from collections.abc import Iterable
from dataclasses import replace

from layersync.state.journal import outcome_of
from layersync.state.store import Store
from layersync.values.outcome import SETTLED, Outcome
from layersync.values.storable import storable

_OUTCOMES = """
    SELECT run_id, seq, job, row, word, message, what_to_do, patch, error_code, http_status, request_id, attempts,
        waited_s, outcomes.idempotency_key, outcomes.finished_at
    FROM outcomes JOIN intents USING (run_id, seq)
    UNION ALL
    SELECT run_id, 0, job, row, word, message, what_to_do, NULL, NULL, NULL, NULL, 0, 0.0, NULL, finished_at
    FROM not_sent
"""


def settled_rows(
    store: Store, base_url: str, organization_id: str, job: str, *, seal: str, made_by: str
) -> dict[int, Outcome]:
    """Gives the outcomes that changes of the plan under that seal have for good, by row, each naming its run.

    `made_by` is the run that made the plan: a held one has sent what nothing held.
    """
    found = store.rows(
        f"SELECT told.* FROM ({_OUTCOMES}) AS told JOIN runs USING (run_id) "  # noqa: S608  a constant
        "WHERE base_url = ? AND organization_id = ? AND told.job = ? AND (plan_digest = ? OR run_id = ?) "
        "ORDER BY runs.rowid, seq",
        (base_url, organization_id, job, seal, made_by),
    )
    try:
        latest = {row["row"]: replace(outcome_of(row), message=_named(row["run_id"], row["message"])) for row in found}
    except (ValueError, TypeError) as error:
        raise store.damaged("an outcome of a saved plan is not readable") from error
    return {row: outcome for row, outcome in latest.items() if outcome.word in SETTLED}


def keep_not_sent(store: Store, run_id: str, outcomes: Iterable[Outcome]) -> None:
    """Writes down the outcomes that came without a send: the journal, which knows intents, has nothing of them."""
    told = [
        (
            run_id,
            outcome.job,
            outcome.row,
            outcome.word.value,
            storable(outcome.message),
            storable(outcome.what_to_do),
            None if outcome.finished_at is None else outcome.finished_at.isoformat(),
        )
        for outcome in outcomes
        if outcome.word in SETTLED and outcome.idempotency_key is None
    ]
    with store.transaction() as connection:
        connection.executemany(
            "INSERT INTO not_sent (run_id, job, row, word, message, what_to_do, finished_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            told,
        )


def _named(run_id: str, message: str) -> str:
    return f"by run {run_id}: {message}" if message else f"by run {run_id}"
