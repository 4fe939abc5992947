"""The journal: what is about to be sent, on the disk before its first byte, and what became of it."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from layersync.errors import SyncError
from layersync.state.clocks import Clocks, Instant
from layersync.state.room import Room
from layersync.state.store import Store, is_full
from layersync.state.undone import note_written
from layersync.values.change import Change
from layersync.values.intent import Intent
from layersync.values.memory import OpenChange
from layersync.values.outcome import DONE, Outcome, Word
from layersync.values.storable import storable

# The API replays an answer for 24 hours; source: contract, section 7, and reliability, section 3.7.
KEY_LIFE_S: Final = 23 * 3600.0


@dataclass(frozen=True, slots=True)
class _Key:
    text: str
    born: Instant
    earlier: OpenChange | None = None


def _random_key() -> str:
    return str(uuid4())


class Journal:
    """The journal of one run, which `runs.begin` has written down before."""

    def __init__(
        self,
        store: Store,
        run_id: str,
        *,
        clocks: Clocks | None = None,
        new_key: Callable[[], str] = _random_key,
        reusable: Iterable[OpenChange] = (),
        undoes: str | None = None,
        room: Room | None = None,
    ) -> None:
        """`reusable` are the changes of dead runs (`Memory.open_changes`) that may be sent again.

        `undoes` is the run that the changes take back, None where they take none back. `room` is given back as the
        journal grows, and all of it for outcomes that find the disk full.
        """
        self._store = store
        self._run_id = run_id
        self._clocks = clocks or Clocks()
        self._new_key = new_key
        self._undoes = undoes
        self._room = room or Room()
        self._born: dict[int, Instant] = {}
        self._reusable = {(change.resource, change.id, change.body): change for change in _oldest_first(reusable)}

    def intend(self, change: Change) -> Intent:
        """Writes down the change; when this returns it is on the disk, and may be sent.

        Where a dead run may have sent the very same bytes to the same record less than 23 hours ago, the intent goes on
        with that key, and the dead run's change is no longer open. Raises StoppedEarly: then it must not be sent.
        """
        self._room.use()
        body = body_of(change.patch)
        with self._store.transaction() as connection:
            key = self._key(connection, change, body)
            seq = _next_seq(connection, self._run_id)
            _insert_intent(connection, self._run_id, seq, change, body, key, self._undoes)
            connection.execute("INSERT INTO open_changes (run_id, seq) VALUES (?, ?)", (self._run_id, seq))
            if key.earlier:
                _close(connection, key.earlier.run_id, key.earlier.seq)
        self._born[seq] = key.born
        return Intent(seq, body, key.text, key.born.wall, resumed=key.earlier is not None)

    def may_send(self, intent: Intent) -> bool:
        """Whether the key is young enough for the intent to be sent, or sent again: a machine may have slept since."""
        return _young(self._clocks.now().since(self._born[intent.seq]))

    def settle(self, intent: Intent, outcome: Outcome) -> None:
        """Writes down how it went, once for each intent.

        Raises StoppedEarly, on a disk that is full even where the room kept for this was of help: nothing more should
        be sent.
        """
        try:
            self._settle(intent, outcome)
        except SyncError as error:
            if is_full(error) and self._room.give_up():
                self._settle(intent, outcome)
            raise

    def _settle(self, intent: Intent, outcome: Outcome) -> None:
        with self._store.transaction() as connection:
            _insert_outcome(connection, self._run_id, intent.seq, outcome)
            _close(connection, self._run_id, intent.seq)

    def _key(self, connection: sqlite3.Connection, change: Change, body: bytes) -> _Key:
        now = self._clocks.now()
        earlier = self._reusable.pop((change.resource, change.id, body), None)
        born = _birth(connection, earlier) if earlier else None
        if earlier and born and _young(earlier.age_s) and _young(now.since(born)):
            return _Key(earlier.idempotency_key, born, earlier)
        return _Key(self._new_key(), now)


def settle_open(store: Store, change: OpenChange, outcome: Outcome) -> None:
    """Writes down what became of a change that a dead run left open; the first outcome of a change stands."""
    with store.transaction() as connection:
        if not _is_settled(connection, change.run_id, change.seq):
            _insert_outcome(connection, change.run_id, change.seq, outcome)
        _close(connection, change.run_id, change.seq)


def is_open(store: Store, change: OpenChange) -> bool:
    """Tells whether a change of a dead run is neither settled nor gone on with."""
    found = store.rows("SELECT 1 FROM open_changes WHERE run_id = ? AND seq = ?", (change.run_id, change.seq))
    return bool(found)


def outcomes_of(store: Store, run_id: str) -> dict[int, Outcome]:
    """The settled changes of a run by their number, in the order in which they were sent."""
    found = store.rows(
        "SELECT outcomes.*, intents.job, intents.row FROM outcomes JOIN intents USING (run_id, seq) "
        "WHERE run_id = ? ORDER BY seq",
        (run_id,),
    )
    try:
        return {row["seq"]: outcome_of(row) for row in found}
    except (ValueError, TypeError) as error:
        raise store.damaged(f"an outcome of run {run_id} is not readable") from error


def body_of(patch: Mapping[str, object]) -> bytes:
    """Writes the body of a PATCH: compact JSON in UTF-8; in ASCII where a lone surrogate has no UTF-8 form."""
    try:
        return _json(patch, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return _json(patch).encode()


def _json(value: object, *, ensure_ascii: bool = True) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, separators=(",", ":"), allow_nan=False, default=_as_dict)


def _as_dict(value: object) -> dict[str, object]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _oldest_first(changes: Iterable[OpenChange]) -> list[OpenChange]:
    return sorted(changes, key=lambda change: change.born)


def _young(age_s: float | None) -> bool:
    return age_s is not None and age_s < KEY_LIFE_S


def _birth(connection: sqlite3.Connection, change: OpenChange) -> Instant | None:
    found = connection.execute(
        "SELECT born_wall, born_boot, born_boot_id, born_server FROM intents WHERE run_id = ? AND seq = ?",
        (change.run_id, change.seq),
    ).fetchone()
    return Instant(*found) if found else None


def _next_seq(connection: sqlite3.Connection, run_id: str) -> int:
    found = connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM intents WHERE run_id = ?", (run_id,)).fetchone()
    return int(found[0])


def _insert_intent(
    connection: sqlite3.Connection, run_id: str, seq: int, change: Change, body: bytes, key: _Key, undoes: str | None
) -> None:
    connection.execute(
        "INSERT INTO intents (run_id, seq, job, row, resource, key, id, name, body, base, desired, idempotency_key, "
        "born_wall, born_boot, born_boot_id, born_server, continues_run, continues_seq, before, undoes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run_id,
            seq,
            change.job,
            change.row,
            change.resource,
            storable(change.key),
            change.id,
            None if change.name is None else storable(change.name),
            body,
            _json({edit.path: edit.before for edit in change.edits}),
            _json({edit.path: edit.after for edit in change.edits}),
            key.text,
            key.born.wall,
            key.born.boot,
            key.born.boot_id,
            key.born.server,
            key.earlier.run_id if key.earlier else None,
            key.earlier.seq if key.earlier else None,
            _json(change.base),
            undoes,
        ),
    )


def _insert_outcome(connection: sqlite3.Connection, run_id: str, seq: int, outcome: Outcome) -> None:
    connection.execute(
        "INSERT INTO outcomes (run_id, seq, word, message, what_to_do, patch, error_code, http_status, request_id, "
        "attempts, waited_s, idempotency_key, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run_id,
            seq,
            outcome.word.value,
            storable(outcome.message),
            storable(outcome.what_to_do),
            None if outcome.patch is None else _json(outcome.patch),
            None if outcome.error_code is None else storable(outcome.error_code),
            outcome.http_status,
            None if outcome.request_id is None else storable(outcome.request_id),
            outcome.attempts,
            outcome.waited_s,
            outcome.idempotency_key,
            None if outcome.finished_at is None else outcome.finished_at.isoformat(),
        ),
    )
    if outcome.word in DONE:
        note_written(connection, run_id, seq)


def _is_settled(connection: sqlite3.Connection, run_id: str, seq: int) -> bool:
    query = "SELECT 1 FROM outcomes WHERE run_id = ? AND seq = ?"
    return connection.execute(query, (run_id, seq)).fetchone() is not None


def _close(connection: sqlite3.Connection, run_id: str, seq: int) -> None:
    connection.execute("DELETE FROM open_changes WHERE run_id = ? AND seq = ?", (run_id, seq))


def outcome_of(row: sqlite3.Row) -> Outcome:
    """Reads an outcome from a row that tells its job and row, too. ValueError for what nothing here wrote."""
    return Outcome(
        job=row["job"],
        row=row["row"],
        word=Word(row["word"]),
        message=row["message"],
        what_to_do=row["what_to_do"],
        patch=None if row["patch"] is None else json.loads(row["patch"]),
        error_code=row["error_code"],
        http_status=row["http_status"],
        request_id=row["request_id"],
        attempts=row["attempts"],
        waited_s=row["waited_s"],
        idempotency_key=row["idempotency_key"],
        finished_at=None if row["finished_at"] is None else datetime.fromisoformat(row["finished_at"]),
    )
