"""Slots of a budget that other processes use, too: claimed from the pool in small lots, given back when used."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from layersync.values.claim import Claim


class Pool(Protocol):
    """The budget of one rate class of one key, as all processes of this machine see it."""

    def join(self, used: int) -> None:
        """Makes this process known, with the slots that it has used so far."""
        ...

    def claim(self, wanted: int, limit: int) -> Claim:
        """Asks for slots of the `limit` in a window, at most the equal part of this process while others wait."""
        ...

    def close(self, lot: int, used: int) -> None:
        """Gives a lot back, of which `used` slots were counted: they leave the window one window from now."""
        ...

    def held(self) -> int:
        """How many slots all processes have in the window."""
        ...

    def freeze(self, wait_s: float) -> None:
        """Tells the others that the server refused a request and wants nobody to send for `wait_s` seconds."""
        ...


Pools = Callable[[str, float], Pool]
"""Makes pools: by the name that tells budgets apart, and the window in seconds."""


@dataclass(slots=True)
class Lot:
    """Slots that were granted at once: `left` of them are free, `used` were or may have been counted by the server."""

    number: int | None
    left: int
    good_until: float
    used: int = 0
    in_flight: int = 0


class Lots:
    """The lots of one gate.

    A transaction a request would be dear at a hundred a second, so a lot is larger where lots are used up quickly. It
    lives for a small part of the window only, for its slots leave the window together, after the last answer.
    """

    _LIFE = 1 / 400  # of the window
    _LARGEST = 64
    _LONGEST_FREEZE_S = 900.0

    def __init__(self, pool: Pool, window_s: float) -> None:
        self._pool = pool
        self._life_s = window_s * self._LIFE
        self._lot: Lot | None = None
        self._size = 1
        self._scarce_until = 0.0
        self.sharers = 1
        self.held = 0  # by the last claim

    def wait_s(self, now: float, limit: int) -> float:
        """How long until it is worth asking again; 0 once there is a slot to take."""
        if self._lot is not None and self._lot.left and now < self._lot.good_until:
            return 0.0
        if now < self._scarce_until:
            return self._scarce_until - now
        self._put_away()
        return self._claimed(now, limit)

    def take(self) -> Lot:
        """Takes the slot that `wait_s` found."""
        assert self._lot is not None  # noqa: S101  it found one
        self._lot.left -= 1
        self._lot.used += 1
        self._lot.in_flight += 1
        return self._lot

    def counted(self, lot: Lot) -> None:
        """The answer is here, and the server counted the request, or may have."""
        lot.in_flight -= 1
        if lot.in_flight:
            return
        if lot is self._lot:
            self._put_away()
        else:
            self._close(lot)

    def returned(self, lot: Lot) -> None:
        """The server did not count it, or it never left."""
        lot.used -= 1
        self.counted(lot)

    def held_now(self) -> int:
        """The slots that all processes of this machine have in the window."""
        return self._pool.held()

    def freeze(self, wait_s: float) -> None:
        """Tells the others of a 429; of one that lasts for hours they had better hear themselves, and end."""
        if wait_s <= self._LONGEST_FREEZE_S:
            self._pool.freeze(wait_s)

    def _claimed(self, now: float, limit: int) -> float:
        claim = self._pool.claim(self._size, limit)
        self.sharers, self.held = claim.sharers, claim.held
        if claim.closed_s > 0 or not claim.granted:
            return max(claim.closed_s, claim.wait_s)
        self._lot = Lot(claim.lot, claim.granted, now + self._life_s)
        # where slots come free one by one, they are gathered for a moment rather than fetched one by one
        self._scarce_until = now + self._life_s if claim.granted < self._size else now
        return 0.0

    def _put_away(self) -> None:
        """Takes no more from the lot at hand, and learns from it how large the next should be."""
        lot, self._lot = self._lot, None
        if lot is None:
            return
        self._size = max(1, lot.used) if lot.left else min(self._size * 2, self._LARGEST)
        if not lot.in_flight:
            self._close(lot)

    def _close(self, lot: Lot) -> None:
        if lot.number is not None:
            self._pool.close(lot.number, lot.used)
