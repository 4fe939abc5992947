"""The rows of a job that did not get through in its last run, and since when."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from layersync.state.refusals import Where
from layersync.state.store import Store
from layersync.values.refusal import Unsettled
from layersync.values.storable import storable

_OF_JOB = "base_url = ? AND organization_id = ? AND job = ?"


class Line(NamedTuple):
    """A row that did not get through: `mark` is that of its problem, None where it only waits."""

    key: str
    mark: str
    since: datetime
    waits: bool


def unsettled(store: Store, where: Where) -> Unsettled:
    """Reads what the last run left."""
    found = store.rows(f"SELECT key, mark, since, waits FROM unsettled WHERE {_OF_JOB}", where)  # noqa: S608  a constant
    try:
        moments = [(row, datetime.fromisoformat(row["since"])) for row in found]
    except (ValueError, TypeError) as error:
        raise store.damaged("a row that did not get through is not readable") from error
    return Unsettled(
        problems={row["mark"]: since for row, since in moments},
        waiting={row["key"]: since for row, since in moments if row["waits"]},
    )


def keep_unsettled(store: Store, where: Where, left: Iterable[Line], *, only: Iterable[str] | None) -> None:
    """Writes down what this run left, in place of what is known; `only` are the keys of a run that saw no others."""
    lines = [(*where, storable(line.key), line.mark, line.since.isoformat(), line.waits) for line in left]
    with store.transaction() as connection:
        if only is None:
            connection.execute(f"DELETE FROM unsettled WHERE {_OF_JOB}", where)  # noqa: S608  a constant
        else:
            seen = [(*where, storable(key)) for key in only]
            connection.executemany(f"DELETE FROM unsettled WHERE {_OF_JOB} AND key = ?", seen)  # noqa: S608  a constant
        connection.executemany(
            "INSERT OR IGNORE INTO unsettled (base_url, organization_id, job, key, mark, since, waits) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            lines,
        )
