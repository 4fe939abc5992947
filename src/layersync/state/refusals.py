"""The quarantine of a job: changes that the API refused, kept until they are no longer the same."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from layersync.state.store import Store
from layersync.values.refusal import Refusal
from layersync.values.storable import storable

_OF_JOB = "base_url = ? AND organization_id = ? AND job = ?"

Where = tuple[str, str, str]  # base URL, organisation, job


def refusals(store: Store, where: Where, tool_version: str) -> Mapping[str, Refusal]:
    """What this version of the tool is not to send again, by mark."""
    found = store.rows(
        f"SELECT mark, since, error_code, message FROM refusals WHERE {_OF_JOB} AND tool_version = ?",  # noqa: S608  a constant
        (*where, tool_version),
    )
    try:
        return {
            row["mark"]: Refusal(
                mark=row["mark"],
                since=datetime.fromisoformat(row["since"]),
                error_code=row["error_code"],
                message=row["message"],
            )
            for row in found
        }
    except (ValueError, TypeError) as error:
        raise store.damaged("a refusal is not readable") from error


def keep_refusals(store: Store, where: Where, told: Iterable[Refusal], tool_version: str, *, partial: bool) -> None:
    """Writes down what is in quarantine now; a mark that is known keeps its moment.

    Every other one is forgotten: its change is no longer what it was. After a `partial` run nothing is: the
    rows that it left out are as they were.
    """
    kept = {one.mark: one for one in told}
    lines = [
        (*where, one.mark, one.since.isoformat(), one.error_code, storable(one.message), tool_version)
        for one in kept.values()
    ]
    known = store.rows(f"SELECT mark FROM refusals WHERE {_OF_JOB}", where)  # noqa: S608  a constant
    gone = [] if partial else [(*where, row["mark"]) for row in known if row["mark"] not in kept]
    with store.transaction() as connection:
        connection.executemany(f"DELETE FROM refusals WHERE {_OF_JOB} AND mark = ?", gone)  # noqa: S608  a constant
        connection.executemany(
            "INSERT INTO refusals (base_url, organization_id, job, mark, since, error_code, message, tool_version) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (base_url, organization_id, job, mark) "
            "DO UPDATE SET error_code = excluded.error_code, message = excluded.message, "
            "tool_version = excluded.tool_version",
            lines,
        )
