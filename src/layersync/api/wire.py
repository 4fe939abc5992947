"""What goes over the wire: a request, an answer, and the two ways in which there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Literal, Protocol

from layersync.values.target import RateClass

OBJECT_BYTES: Final = 1024 * 1024
PAGE_BYTES: Final = 16 * OBJECT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `path` is complete and safe (built by `api.paths`), `body` the exact bytes.

    `most_bytes` is how large the body of its answer may be.
    """

    method: Literal["GET", "PATCH"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    idempotency_key: str | None = None
    most_bytes: int = OBJECT_BYTES

    @property
    def rate_class(self) -> RateClass:
        """Every GET is read-light, a PATCH is write-light (API facts, section 2)."""
        return RateClass.READ if self.method == "GET" else RateClass.WRITE


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; the names of `headers` are in lower case. `flaw` says why there is no body where it was no good."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    flaw: str = ""


class Failure(Enum):
    """How a try ends without an answer that can be read."""

    UNREACHABLE = auto()  # no connection: another try may find one
    UNTRUSTED = auto()  # whoever is there can't show that it is the API
    UNFIT = auto()  # this request can't be put on any wire
    LOST = auto()  # it may have been sent
    UNREADABLE = auto()  # a 200 without the object that was asked for


class NotSent(Exception):
    """The request did not reach the server: the record is unchanged by it."""

    def __init__(self, message: str, failure: Failure = Failure.UNREACHABLE) -> None:
        super().__init__(message)
        self.failure = failure


class AnswerLost(Exception):
    """The request may have reached the server, now or later; what it did is unknown."""

    failure = Failure.LOST


class Transport(Protocol):
    """Carries requests: real HTTP, or a simulated one in tests."""

    async def send(self, request: Request) -> Answer:
        """Sends a request once. Raises NotSent or AnswerLost where no answer came."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


class ReadOnly:
    """A transport that can carry nothing but GET: all that a dry run ever holds."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    async def send(self, request: Request) -> Answer:
        """Sends a GET; refuses everything else before it reaches the wire."""
        if request.method != "GET":
            raise PermissionError(f"a reading client was asked to send {request.method}")
        return await self._inner.send(request)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._inner.close()
