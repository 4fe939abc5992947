"""What really happened, in order: the only witness that the checker believes besides the reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Record = Mapping[str, object]


@dataclass(slots=True, kw_only=True)
class Sent:
    """A request that a process put on the wire; times are true seconds, whatever any clock of the process says.

    `base` is what the journal says that a PATCH was made from, by path; None where the disk did not hold its intent for
    good at that moment. `arrivals` are the times at which the server took it up, `answer` is the status that came back
    at `answered`, None where none did. `shown` is the record in that answer, `listed` those of a list by id; `pause_s`
    is what a 429 asked for, None where it said nothing sensible. `left` is False where there was no connection.
    """

    run: str
    at: float
    method: str
    path: str
    key: str | None = None
    body: bytes | None = None
    base: Mapping[str, object] | None = None
    arrivals: list[float] = field(default_factory=list)
    answered: float | None = None
    answer: int | None = None
    shown: Record | None = None
    listed: Mapping[str, Record] = field(default_factory=dict)
    pause_s: float | None = None
    left: bool = True

    @property
    def perhaps(self) -> bool:
        """Whether, for all that a process can know, it may have been carried out."""
        return self.left and self.answer != 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A change that a PATCH made to a record: `before` and `after` are the whole record."""

    at: float
    id: str
    by: Sent
    before: Record
    after: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A change that somebody else made."""

    at: float
    id: str
    before: Record
    after: Record


@dataclass(slots=True)
class History:
    """Everything, in the order of true time."""

    sent: list[Sent] = field(default_factory=list)
    changes: list[Applied | Edited] = field(default_factory=list)
