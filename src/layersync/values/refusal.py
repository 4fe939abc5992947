"""What the API refused, and what is remembered of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A change that the API refused and that is not sent again while it is the same (contract, section 7).

    `mark` tells the change by its content (`plan.quarantine.mark_of`); `since` (aware) is when it was refused first,
    `message` what the API said then. `patch` is its body, None where it is only remembered and no plan has met it.
    """

    mark: str
    since: datetime
    error_code: str | None
    message: str
    patch: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """What did not get through in the last run of a job.

    `problems` are moments (aware), by the mark of a row's problem (`report.since.mark_of`): when the row had it first.
    `waiting` are the moments since when rows wait to be sent at all, by key as the sheet writes it.
    """

    problems: Mapping[str, datetime] = field(default_factory=dict)
    waiting: Mapping[str, datetime] = field(default_factory=dict)
