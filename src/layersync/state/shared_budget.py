"""The budget of one rate class of one key, shared by the processes of this machine through the state file."""

import sqlite3
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Final, TypeVar

from layersync.errors import SyncError
from layersync.state.clocks import Clocks
from layersync.state.store import Store
from layersync.values.claim import Claim

PATIENCE_S: Final = 1.0  # for the state file: nothing else happens in this process meanwhile

_WANTS: Final = 1 / 10  # of the window: how long who asked for slots counts as wanting more
_LOOK: Final = 1 / 100  # of the window: how often who waits looks again, at most and
_SOON: Final = 1 / 1000  # at least
_ALONE_S: Final = 5.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What the pools of one process have in common.

    `sharer` names the process. `longest_s` is how long a request may be under way: that and a window after a process
    was killed, what it held is free. `tell` hears once that the state file could not be used.
    """

    store: Store
    clocks: Clocks
    sharer: str
    longest_s: float
    tell: Callable[[str], None]


class SharedBudget:
    """A pool of slots, one short transaction per claim; `api.lots.Pool` says what is promised.

    Nothing of it needs to survive a power cut, so no commit waits for the disk. Times are those of the boot clock,
    which all processes of a machine agree on, whatever happens to the wall clock. Where the state file is busy,
    read-only or gone, this process goes on alone for a while, and the server's 429s keep it in order.
    """

    def __init__(self, sharing: Sharing, name: str, window_s: float) -> None:
        """`name` tells budgets apart: base URL, key and rate class."""
        self._sharing = sharing
        self._pool = (name, sharing.clocks.boot_id)
        self._me = sharing.sharer
        self._window_s = window_s
        self._lots = 0
        self._alone_until = 0.0
        self._told = False

    def join(self, used: int) -> None:
        """Makes this process known, with the slots that it has used so far; forgets what was before the last boot."""

        def work(connection: sqlite3.Connection, now: float) -> None:
            for table in ("lots", "sharers", "freezes"):
                connection.execute(f"DELETE FROM {table} WHERE pool = ? AND boot_id <> ?", self._pool)  # noqa: S608
            self._want(connection, now)
            self._hold(connection, self._next(), used, now + self._window_s)

        self._unless_alone(work, None)

    def claim(self, wanted: int, limit: int) -> Claim:
        """Takes slots where there are any for this process."""

        def work(connection: sqlite3.Connection, now: float) -> Claim:
            self._want(connection, now)
            held, wanting = self._held(connection, now), self._wanting(connection, now)
            taken = sum(held.values())
            closed_s = self._frozen_s(connection, now)
            granted = 0 if closed_s > 0 else granted_of(wanted, limit, held, self._me, wanting)
            if not granted:
                return Claim(sharers=len(wanting), closed_s=closed_s, wait_s=self._wait_s(connection, now), held=taken)
            lot, longest_s = self._next(), self._sharing.longest_s
            self._hold(connection, lot, granted, now + longest_s + self._window_s)
            return Claim(lot=lot, granted=granted, sharers=len(wanting), held=taken + granted)

        return self._unless_alone(work, Claim(granted=wanted))

    def close(self, lot: int, used: int) -> None:
        """Gives a lot back; the slots that were used leave the window one window from now."""
        self._unless_alone(lambda connection, now: self._hold(connection, lot, used, now + self._window_s), None)

    def held(self) -> int:
        """How many slots all processes have in the window; 0 where the state file can't be used."""
        return self._unless_alone(lambda connection, now: sum(self._held(connection, now).values()), 0)

    def freeze(self, wait_s: float) -> None:
        """Keeps everybody from claiming for a while; the longest word stands."""

        def work(connection: sqlite3.Connection, now: float) -> None:
            connection.execute(
                "INSERT INTO freezes (pool, boot_id, until) VALUES (?, ?, ?) "
                "ON CONFLICT (pool, boot_id) DO UPDATE SET until = max(until, excluded.until)",
                (*self._pool, now + wait_s),
            )

        self._unless_alone(work, None)

    def leave(self) -> None:
        """This process wants nothing more; what it still has under way counts as sent now."""

        def work(connection: sqlite3.Connection, now: float) -> None:
            mine = (*self._pool, self._me)
            connection.execute("DELETE FROM sharers WHERE pool = ? AND boot_id = ? AND sharer = ?", mine)
            connection.execute(
                "UPDATE lots SET free_at = min(free_at, ?) WHERE pool = ? AND boot_id = ? AND sharer = ?",
                (now + self._window_s, *mine),
            )

        self._unless_alone(work, None)

    def _next(self) -> int:
        self._lots += 1
        return self._lots

    def _want(self, connection: sqlite3.Connection, now: float) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO sharers (pool, boot_id, sharer, wants_until) VALUES (?, ?, ?, ?)",
            (*self._pool, self._me, now + self._window_s * _WANTS),
        )

    def _hold(self, connection: sqlite3.Connection, lot: int, slots: int, free_at: float) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO lots (pool, boot_id, sharer, number, slots, free_at) VALUES (?, ?, ?, ?, ?, ?)",
            (*self._pool, self._me, lot, slots, free_at),
        )

    def _held(self, connection: sqlite3.Connection, now: float) -> dict[str, int]:
        """The slots that each process holds; those that are over, or nonsense, are deleted."""
        latest = now + self._sharing.longest_s + 2 * self._window_s
        connection.execute(
            "DELETE FROM lots WHERE pool = ? AND boot_id = ? AND (free_at <= ? OR free_at > ? OR slots = 0)",
            (*self._pool, now, latest),
        )
        found = connection.execute(
            "SELECT sharer, sum(slots) FROM lots WHERE pool = ? AND boot_id = ? GROUP BY sharer", self._pool
        )
        return {sharer: int(slots) for sharer, slots in found}

    def _wanting(self, connection: sqlite3.Connection, now: float) -> set[str]:
        connection.execute(
            "DELETE FROM sharers WHERE pool = ? AND boot_id = ? AND (wants_until <= ? OR wants_until > ?)",
            (*self._pool, now, now + self._window_s),
        )
        found = connection.execute("SELECT sharer FROM sharers WHERE pool = ? AND boot_id = ?", self._pool)
        return {str(sharer) for (sharer,) in found}

    def _frozen_s(self, connection: sqlite3.Connection, now: float) -> float:
        found = connection.execute("SELECT until FROM freezes WHERE pool = ? AND boot_id = ?", self._pool).fetchone()
        return max(0.0, found[0] - now) if found else 0.0

    def _wait_s(self, connection: sqlite3.Connection, now: float) -> float:
        found = connection.execute("SELECT min(free_at) FROM lots WHERE pool = ? AND boot_id = ?", self._pool)
        (free_at,) = found.fetchone()
        soon = self._window_s * _SOON if free_at is None else free_at - now
        return min(max(soon, self._window_s * _SOON), self._window_s * _LOOK)

    def _unless_alone(self, work: Callable[[sqlite3.Connection, float], T], alone: T) -> T:
        now = self._sharing.clocks.boot()
        if now < self._alone_until:
            return alone
        try:
            with self._sharing.store.transaction(durable=False) as connection:
                return work(connection, now)
        except SyncError as error:
            self._alone_until = self._sharing.clocks.boot() + _ALONE_S
            if not self._told:
                self._told = True
                self._sharing.tell(f"{error.message} Until it can be used, other runs are not taken into account.")
            return alone


def granted_of(wanted: int, limit: int, held: Mapping[str, int], me: str, wanting: Set[str]) -> int:
    """Gives how many slots a process gets: what is free, but no more than its equal part while others want some."""
    free = limit - sum(held.values())
    part = max(1, limit // len(wanting | {me}))
    mine = part if wanting - {me} else limit
    return max(0, min(wanted, free, mine - held.get(me, 0)))
