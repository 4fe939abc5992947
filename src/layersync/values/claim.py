"""A claim on a budget that several processes share: what one transaction of the state file came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A lot of `granted` slots under a number, or how long to wait until asking again is worth it.

    `lot` is None for slots that nobody keeps a record of. `sharers` counts the processes that want some of the budget
    now, this one among them, and `held` the slots that all have in the window; `closed_s` is how long a 429 that one of
    them met keeps all from sending.
    """

    lot: int | None = None
    granted: int = 0
    wait_s: float = 0.0
    sharers: int = 1
    closed_s: float = 0.0
    held: int = 0
