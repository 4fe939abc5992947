"""The values that `undo` took back, by record and path: no later run sends them again unasked (contract, section 7)."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from layersync.resources.ident import ANY_ID, normal_id
from layersync.state.store import Store, Value
from layersync.values.leaves import leaves, overlap
from layersync.values.storable import storable

_WHOSE = "base_url = ? AND organization_id = ? AND resource = ?"


def undone_values(
    store: Store, base_url: str, organization_id: str, resource: str
) -> Mapping[str, Mapping[str, object]]:
    """Gives the values that were undone: JSON values by dotted path, by the normalised id of the record."""
    found: defaultdict[str, dict[str, object]] = defaultdict(dict)
    lines = store.rows(f"SELECT id, path, value FROM undone WHERE {_WHOSE}", (base_url, organization_id, resource))  # noqa: S608  a constant
    try:
        for line in lines:
            found[line["id"]][line["path"]] = json.loads(line["value"])
    except ValueError as error:
        raise store.damaged("a value that was undone is not readable") from error
    return found


def forget_undone(
    store: Store, base_url: str, organization_id: str, resource: str, places: Iterable[tuple[str, str]]
) -> None:
    """Forgets what was undone at these places (record id, dotted path): sheet and live agree there again."""
    whose = (base_url, organization_id, resource)
    with store.transaction() as connection:
        connection.executemany(
            f"DELETE FROM undone WHERE {_WHOSE} AND id = ? AND path = ?",  # noqa: S608  a constant
            [(*whose, id_, storable(path)) for id_, path in places],
        )


def note_written(connection: sqlite3.Connection, run_id: str, seq: int) -> None:
    """Notes, in the transaction of its outcome, that a change was written.

    What was undone at its paths is over, since somebody asked for another value there, or for that one again. A change
    that undoes leaves behind the values that it took back.
    """
    intent = connection.execute(
        "SELECT base_url, organization_id, resource, id, base, desired, undoes FROM intents JOIN runs USING (run_id) "
        "WHERE run_id = ? AND seq = ?",
        (run_id, seq),
    ).fetchone()
    *whose, id_, base, desired, undoes = intent
    whose = [*whose, normal_id(id_, ANY_ID) or id_]
    for path in _ended(connection, whose, json.loads(desired)):
        connection.execute(f"DELETE FROM undone WHERE {_WHOSE} AND id = ? AND path = ?", (*whose, path))  # noqa: S608  a constant
    if undoes is not None:
        connection.executemany(
            "INSERT OR REPLACE INTO undone (base_url, organization_id, resource, id, path, value) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [(*whose, storable(path), json.dumps(value)) for path, value in _taken_back(base, desired)],
        )


def _ended(connection: sqlite3.Connection, whose: Iterable[Value], written: Iterable[str]) -> list[str]:
    query = f"SELECT path FROM undone WHERE {_WHOSE} AND id = ?"  # noqa: S608  a constant
    paths = [path for (path,) in connection.execute(query, tuple(whose))]
    return [path for path in paths if any(overlap(path, storable(other)) for other in written)]


def _taken_back(base: str, desired: str) -> Iterator[tuple[str, object]]:
    """What a change that undoes found, where it differs from what it put there; both are JSON by path."""
    after = json.loads(desired)
    for path, before in json.loads(base).items():
        yield from leaves(path, after[path], before)
