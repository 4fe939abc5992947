"""Past runs, and which of them may be forgotten."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from layersync.state.runs import Run, run_of
from layersync.state.store import Store
from layersync.values.outcome import Word

# What the rows of a run come to that ended before it was planned.
_UNDECIDED = frozenset({Word.INVALID, Word.SKIPPED, Word.NOT_ATTEMPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run and how it ended.

    `finished_at` and `exit_code` are None for one that is still going, or died. `open_jobs` are those of its jobs that
    no later run has settled, where it has no end. `counts` are the rows by outcome, empty where nothing was kept.
    """

    run: Run
    finished_at: datetime | None
    exit_code: int | None
    open_jobs: tuple[str, ...]
    counts: Mapping[str, int]


def past_runs(store: Store, base_url: str) -> tuple[PastRun, ...]:
    """Gives the runs against one API, the one that began last first: a clock may have gone back meanwhile."""
    jobs: defaultdict[str, list[tuple[str, bool]]] = defaultdict(list)
    for row in store.rows("SELECT run_id, job, settled_at FROM run_jobs"):
        jobs[row["run_id"]].append((row["job"], row["settled_at"] is None))
    found = store.rows(
        "SELECT runs.*, counts FROM runs LEFT JOIN reports USING (run_id) WHERE base_url = ? ORDER BY runs.rowid DESC",
        (base_url,),
    )
    return tuple(
        PastRun(
            run=run_of(row, tuple(job for job, _ in jobs[row["run_id"]])),
            finished_at=None if row["finished_at"] is None else datetime.fromisoformat(row["finished_at"]),
            exit_code=row["exit_code"],
            open_jobs=tuple(job for job, is_open in jobs[row["run_id"]] if is_open and row["finished_at"] is None),
            counts=json.loads(row["counts"] or "{}"),
        )
        for row in found
    )


def forgettable(store: Store, base_url: str, *, keep_writing: int, keep_dry: int) -> Iterator[Run]:
    """Gives the runs beyond the newest so many of their kind, without those that somebody still needs.

    Needed are: a run that has not ended and is not settled; one with a change of which nobody knows what became of it;
    one whose undoing has not ended; and one that a guard held, until a later run of all its jobs has ended.
    """
    needed = _needed(store)
    later: set[str] = set()  # jobs that a newer run has planned anew
    kept = {False: keep_writing, True: keep_dry}
    for past in past_runs(store, base_url):
        run = past.run
        approvable = run.run_id in needed.held and not later.issuperset(run.jobs)
        kept[run.dry_run] -= 1
        if kept[run.dry_run] < 0 and not (past.open_jobs or approvable or run.run_id in needed.unsettled):
            yield run
        if past.counts.keys() - _UNDECIDED and past.finished_at is not None and not run.dry_run:
            later.update(run.jobs)


def forget(store: Store, run_id: str) -> None:
    """Takes everything of a run out of the state file."""
    with store.transaction() as connection:
        connection.execute("DELETE FROM runs WHERE run_id = ?", (run_id,))


@dataclass(frozen=True, slots=True)
class _Needed:
    unsettled: frozenset[str]
    held: frozenset[str]


def _needed(store: Store) -> _Needed:
    unsettled = store.rows(
        "SELECT run_id FROM open_changes UNION SELECT undoes FROM intents JOIN runs USING (run_id) "
        "JOIN run_jobs USING (run_id, job) WHERE undoes IS NOT NULL AND finished_at IS NULL AND settled_at IS NULL"
    )
    held = store.rows("SELECT run_id FROM reports WHERE held")
    return _Needed(frozenset(row["run_id"] for row in unsettled), frozenset(row["run_id"] for row in held))
