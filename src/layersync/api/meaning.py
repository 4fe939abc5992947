"""The one table of what a try may come to and what that means (reliability 3.1 and 3.4, contract 7)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from layersync.api.wire import Failure


class Kind(Enum):
    """What one try came to."""

    DONE = auto()
    REFUSED = auto()  # a definite no to this request
    CONTESTED = auto()  # no to this request in the record's present state: read it
    THROTTLED = auto()  # not done, for the rate alone
    CAPPED = auto()  # not done, and not before long: the class is over for this run
    IN_FLIGHT = auto()  # the same Idempotency-Key is being worked on, or was used for another body
    UNKNOWN = auto()  # done or not, now or later
    NOT_SENT = auto()  # certainly not done
    STOP_JOB = auto()
    STOP_RUN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One row: the tries that it is about, and what they mean.

    It is about answers of `statuses`, those with `code` where it names one and with a Retry-After above `wait_over_s`
    where it has one; or about tries that ended in `failure`. `tries` is how often a request may be tried in all when
    tries end like this. `message` is told instead of the server's; {status} stands for the status.
    """

    name: str
    statuses: Collection[int] = ()
    code: str | None = None
    wait_over_s: float | None = None
    failure: Failure | None = None
    kind: Kind
    tries: int = 1
    message: str = ""
    what_to_do: str = ""

    def holds(self, status: int, code: str | None, wait_s: float | None) -> bool:
        """Tells whether the row is about an answer."""
        return (
            status in self.statuses
            and self.code in {None, code}
            and (self.wait_over_s is None or (wait_s or 0.0) > self.wait_over_s)
        )


MANY: Final = 1_000  # as many as the run's `max_attempts` allows
LONGEST_WAIT_S: Final = 900.0
_ERRORS = range(400, 600)
_PASSING = (408, 425, 502, 503, 504)

# The first row that holds counts.
TABLE: Final = (
    Meaning(name="done", statuses=(200, 204), kind=Kind.DONE),
    Meaning(name="taken on, and any other success", statuses=range(200, 300), kind=Kind.UNKNOWN),
    Meaning(
        name="a redirect",
        statuses=range(300, 400),
        kind=Kind.STOP_RUN,
        message="the API answered {status} and points elsewhere: it moved, or a portal is in between",
        what_to_do="check base_url and the network; redirects are never followed",
    ),
    Meaning(
        name="the kill switch",
        statuses=_ERRORS,
        code="KILL_SWITCH",
        kind=Kind.STOP_RUN,
        message="the kill switch is on: this key or organisation is suspended",
        what_to_do="ask Layers",
    ),
    Meaning(
        name="an unknown key",
        statuses=(401,),
        kind=Kind.STOP_RUN,
        message="the API does not know this key",
        what_to_do="check api.auth and the key: missing, mistyped, rotated?",
    ),
    Meaning(
        name="a missing scope",
        statuses=(403,),
        code="FORBIDDEN_SCOPE",
        kind=Kind.STOP_JOB,
        message="the key lacks the scope for this resource",
        what_to_do="give the key the missing scope",
    ),
    Meaning(name="a cap", statuses=(429,), wait_over_s=LONGEST_WAIT_S, kind=Kind.CAPPED),
    Meaning(name="too many requests", statuses=(429,), kind=Kind.THROTTLED, tries=MANY),
    Meaning(name="a key in flight", statuses=(409,), code="IDEMPOTENCY_CONFLICT", kind=Kind.IN_FLIGHT, tries=MANY),
    Meaning(name="a conflict", statuses=(409, 412), kind=Kind.CONTESTED),
    Meaning(name="trouble for long", statuses=_PASSING, wait_over_s=LONGEST_WAIT_S, kind=Kind.UNKNOWN),
    Meaning(name="a timeout or a proxy's trouble", statuses=_PASSING, kind=Kind.UNKNOWN, tries=MANY),
    # the same 500 again may be a stored answer
    Meaning(name="a server fault", statuses=(500,), kind=Kind.UNKNOWN, tries=2),
    Meaning(name="a definite no", statuses=range(400, 500), kind=Kind.REFUSED),
    Meaning(name="any other answer", statuses=range(1_000), kind=Kind.UNKNOWN),
    Meaning(name="a success that can't be read", failure=Failure.UNREADABLE, kind=Kind.UNKNOWN),
    Meaning(name="no whole answer", failure=Failure.LOST, kind=Kind.UNKNOWN, tries=MANY),
    Meaning(name="no connection", failure=Failure.UNREACHABLE, kind=Kind.NOT_SENT, tries=MANY),
    Meaning(
        name="no trust",
        failure=Failure.UNTRUSTED,
        kind=Kind.STOP_RUN,
        what_to_do="check base_url and the certificates",
    ),
    Meaning(name="a request that nothing can carry", failure=Failure.UNFIT, kind=Kind.REFUSED),
)


def meaning_of_answer(status: int, code: str | None, wait_s: float | None) -> Meaning:
    """The row about an answer; `wait_s` is its Retry-After."""
    return next(row for row in TABLE if row.holds(status, code, wait_s))


def meaning_of_failure(failure: Failure) -> Meaning:
    """The row about a try that brought nothing that can be read."""
    return next(row for row in TABLE if row.failure is failure)
