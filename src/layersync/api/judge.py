"""The one table of what an answer means: done, refused, throttled, unknown, or the end (reliability 3.4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto

from layersync.api.body import Unreadable, json_object
from layersync.api.retry_after import retry_after_s
from layersync.api.wire import Answer, AnswerLost, NotSent


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
class Judgement:
    """The meaning of one try. `tries` is how often a request may be tried in all when tries end like this one."""

    kind: Kind
    message: str = ""
    what_to_do: str = ""
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    wait_s: float | None = None
    tries: int = 1
    replayed: bool = False
    body: Mapping[str, object] = field(default_factory=dict)


_MANY = 1_000  # as many as the run's `max_attempts` allows
_LONGEST_WAIT_S = 900.0
_DEFAULT_WAIT_S = 5.0


Parse = Callable[[Answer], Mapping[str, object]]


def judge(answer: Answer, now: datetime, parse: Parse = json_object) -> Judgement:
    """Judges an answer; `now` is the wall clock, for dates in headers. `parse` reads a body or raises Unreadable."""
    request_id = answer.headers.get("x-request-id")
    wait_s = retry_after_s(answer.headers, now)
    if 200 <= answer.status < 300:
        return _success(answer, request_id, parse)
    if 300 <= answer.status < 400:
        return Judgement(
            kind=Kind.STOP_RUN,
            message=f"the API answered {answer.status} and points elsewhere: it moved, or a portal is in between",
            what_to_do="check base_url and the network; redirects are never followed",
            status=answer.status,
            request_id=request_id,
        )
    error = _error_of(answer)
    meaning = _meaning(answer.status, error.code, wait_s)
    return replace(
        meaning,
        message=meaning.message or error.message,
        status=answer.status,
        code=error.code,
        request_id=error.request_id or request_id,
    )


def judge_failure(error: NotSent | AnswerLost) -> Judgement:
    """Judges a try that brought no answer."""
    if isinstance(error, AnswerLost):
        return Judgement(kind=Kind.UNKNOWN, message=str(error), tries=_MANY)
    if error.final:
        return Judgement(kind=Kind.STOP_RUN, message=str(error), what_to_do="check base_url and the certificates")
    return Judgement(kind=Kind.NOT_SENT, message=str(error), tries=_MANY)


@dataclass(frozen=True, slots=True)
class _Error:
    code: str | None
    message: str
    request_id: str | None


def _success(answer: Answer, request_id: str | None, parse: Parse) -> Judgement:
    replayed = answer.headers.get("idempotent-replayed", "").lower() == "true"
    if answer.status not in {200, 204}:
        return Judgement(
            kind=Kind.UNKNOWN, message=f"the API answered {answer.status}", status=answer.status, request_id=request_id
        )
    try:
        body = parse(answer) if answer.status == 200 else {}
    except Unreadable as error:
        return Judgement(kind=Kind.UNKNOWN, message=str(error), status=answer.status, request_id=request_id)
    return Judgement(kind=Kind.DONE, status=answer.status, request_id=request_id, replayed=replayed, body=body)


def _meaning(status: int, code: str | None, wait_s: float | None) -> Judgement:  # noqa: PLR0911  a table
    match status, code:
        case 401, _:
            return _end(Kind.STOP_RUN, "the API does not know this key", "check the key: missing, mistyped or rotated?")
        case _, "KILL_SWITCH":
            return _end(Kind.STOP_RUN, "the kill switch is on: this key or organisation is suspended", "ask Layers")
        case 403, "FORBIDDEN_SCOPE":
            return _end(Kind.STOP_JOB, "the key lacks the scope for this resource", "give the key the missing scope")
        case 429, _:
            return _throttled(wait_s)
        case 409, "IDEMPOTENCY_CONFLICT":
            return Judgement(kind=Kind.IN_FLIGHT, tries=_MANY)
        case ((409 | 412), _):
            return Judgement(kind=Kind.CONTESTED)
        case ((408 | 425 | 502 | 503 | 504), _):
            return Judgement(kind=Kind.UNKNOWN, tries=_MANY, wait_s=wait_s)
        case 500, _:
            return Judgement(kind=Kind.UNKNOWN, tries=2, wait_s=wait_s)
        case _ if status >= 500:
            return Judgement(kind=Kind.UNKNOWN)
        case _:
            return Judgement(kind=Kind.REFUSED)


def _end(kind: Kind, message: str, what_to_do: str) -> Judgement:
    return Judgement(kind=kind, message=message, what_to_do=what_to_do)


def _throttled(wait_s: float | None) -> Judgement:
    if wait_s is not None and wait_s > _LONGEST_WAIT_S:
        return Judgement(kind=Kind.CAPPED, wait_s=wait_s)
    return Judgement(kind=Kind.THROTTLED, wait_s=_DEFAULT_WAIT_S if wait_s is None else wait_s, tries=_MANY)


def _error_of(answer: Answer) -> _Error:
    """Reads the error envelope (API facts, section 3); a body of another shape leaves only the status to go by."""
    try:
        error = json_object(answer).get("error")
    except Unreadable:
        error = None
    if not isinstance(error, dict):
        return _Error(None, f"the API answered {answer.status}", None)
    code, message, request_id = (error.get(name) for name in ("code", "message", "requestId"))
    return _Error(_text(code), _with_details(_text(message) or "", error.get("details")), _text(request_id))


def _with_details(message: str, details: object) -> str:
    """Adds what the server says of single fields; all three shapes of `details` occur."""
    said: list[str] = []
    if isinstance(details, dict):
        fields = details.get("fieldErrors")
        if isinstance(fields, dict):
            said += [f"{name}: {_listed(texts)}" for name, texts in fields.items()]
        issues, missing = details.get("issues"), details.get("missingFields")
        if isinstance(issues, list):
            said += [str(issue.get("path")) for issue in issues if isinstance(issue, dict)]
        if isinstance(missing, list):
            said += [f"{name} is missing" for name in missing]
    return f"{message} ({'; '.join(said)})" if said else message


def _listed(texts: object) -> str:
    return ", ".join(map(str, texts)) if isinstance(texts, list) else str(texts)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
