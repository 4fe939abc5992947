"""An outcome: how one row went, in the words of contract section 8."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Word(StrEnum):
    """The outcomes that a report can name."""

    UNCHANGED = "unchanged"
    WOULD_CHANGE = "would_change"
    CHANGED = "changed"
    CONVERGED = "converged"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FAILED = "failed"
    HELD = "held"
    NOT_ATTEMPTED = "not_attempted"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


# What a change has come to for good: nothing more of it is sent, whoever carries its plan out again.
SETTLED = frozenset({Word.CHANGED, Word.CONVERGED, Word.CONFLICT, Word.REFUSED, Word.NOT_FOUND})
# What a change has come to when its record is as desired.
DONE = frozenset({Word.CHANGED, Word.CONVERGED})
PROBLEMS = frozenset({Word.INVALID, Word.NOT_FOUND, Word.CONFLICT, Word.REFUSED, Word.FAILED, Word.HELD, Word.UNKNOWN})
# What did not get through: there is something to correct, or to wait for.
LEFT = PROBLEMS | {Word.NOT_ATTEMPTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the change of one row went.

    `patch` is the body that was sent, None where it is that of the plan; `attempts` counts the sends that reached for
    the server and were not throttled; `waited_s` is the time spent waiting for the rate limit and between tries.
    """

    job: str
    row: int
    word: Word
    message: str = ""
    what_to_do: str = ""
    patch: Mapping[str, object] | None = None
    error_code: str | None = None
    http_status: int | None = None
    request_id: str | None = None
    attempts: int = 0
    waited_s: float = 0.0
    idempotency_key: str | None = None
    finished_at: datetime | None = None
