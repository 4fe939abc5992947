"""An intent: a change on its way out, as the journal promises to remember it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intent:
    """A change that may be sent: `body` and `idempotency_key` are the same on every try of it.

    `seq` is its number in the run; `born` the wall-clock time (seconds since the epoch) at which the key was made.
    `resumed` says that a run which died may have sent it before: then an answer may be that of long ago.
    """

    seq: int
    body: bytes
    idempotency_key: str
    born: float
    resumed: bool = False
