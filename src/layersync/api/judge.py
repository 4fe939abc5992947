"""Judges a try by the one table: done, refused, throttled, unknown, or the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from layersync.api.body import Unreadable, json_object
from layersync.api.meaning import Kind, meaning_of_answer, meaning_of_failure
from layersync.api.rate_headers import reset_s
from layersync.api.retry_after import retry_after_s
from layersync.api.wire import Answer, AnswerLost, Failure, NotSent
from layersync.values.storable import storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The meaning of one try. `tries` is how often a request may be tried in all when tries end like this one.

    `wait_s` is how long to wait before the next, `asked_s` what the server asked for.
    """

    kind: Kind
    message: str = ""
    what_to_do: str = ""
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    wait_s: float | None = None
    asked_s: float | None = None
    tries: int = 1
    replayed: bool = False
    body: Mapping[str, object] = field(default_factory=dict)


_DEFAULT_WAIT_S = 5.0

Parse = Callable[[Answer], Mapping[str, object]]


def judge(answer: Answer, now: datetime, parse: Parse = json_object) -> Judgement:
    """Judges an answer; `now` is the wall clock, for dates in headers. `parse` reads a body or raises Unreadable."""
    if 200 <= answer.status < 300:
        return _success(answer, parse)
    error, wait_s = _error_of(answer), _asked_s(answer, now)
    meaning = meaning_of_answer(answer.status, error.code, wait_s)
    return Judgement(
        kind=meaning.kind,
        message=meaning.message.format(status=answer.status) or error.message,
        what_to_do=meaning.what_to_do,
        status=answer.status,
        code=error.code,
        request_id=error.request_id or answer.headers.get("x-request-id"),
        wait_s=_DEFAULT_WAIT_S if meaning.kind is Kind.THROTTLED and wait_s is None else wait_s,
        asked_s=wait_s,
        tries=meaning.tries,
    )


def judge_failure(error: NotSent | AnswerLost) -> Judgement:
    """Judges a try that brought no answer."""
    meaning = meaning_of_failure(error.failure)
    return Judgement(kind=meaning.kind, message=str(error), what_to_do=meaning.what_to_do, tries=meaning.tries)


def _asked_s(answer: Answer, now: datetime) -> float | None:
    """How long the server asks to wait: by Retry-After, and for a 429 without one by the reset of the limit."""
    asked = retry_after_s(answer.headers, now)
    return reset_s(answer.headers, now) if asked is None and answer.status == 429 else asked


@dataclass(frozen=True, slots=True)
class _Error:
    code: str | None
    message: str
    request_id: str | None


def _success(answer: Answer, parse: Parse) -> Judgement:
    meaning = meaning_of_answer(answer.status, None, None)
    body: Mapping[str, object] = {}
    message = "" if meaning.kind is Kind.DONE else f"the API answered {answer.status}"
    if answer.status == 200:
        try:
            body = parse(answer)
        except Unreadable as error:
            meaning, message = meaning_of_failure(Failure.UNREADABLE), str(error)
    return Judgement(
        kind=meaning.kind,
        message=message,
        status=answer.status,
        request_id=answer.headers.get("x-request-id"),
        tries=meaning.tries,
        replayed=answer.headers.get("idempotent-replayed", "").lower() == "true",
        body=body,
    )


def _error_of(answer: Answer) -> _Error:
    """Reads the error envelope (API facts, section 3); a body of another shape leaves only the status to go by."""
    try:
        error = json_object(answer).get("error")
    except Unreadable:
        error = None
    if not isinstance(error, dict):
        return _Error(None, f"the API answered {answer.status}", None)
    code, message, request_id = (error.get(name) for name in ("code", "message", "requestId"))
    told = storable(_with_details(_text(message) or "", error.get("details")))
    return _Error(_text(code), told, _text(request_id))


def _with_details(message: str, details: object) -> str:
    """Adds what the server says of single fields; all three shapes of `details` occur."""
    said: list[str] = []
    if isinstance(details, dict):
        fields = details.get("fieldErrors")
        if isinstance(fields, dict):
            said += [f"{name}: {_listed(texts)}" for name, texts in fields.items()]
        issues, missing = details.get("issues"), details.get("missingFields")
        if isinstance(issues, list):
            said += [_issue(issue) for issue in issues if isinstance(issue, dict)]
        if isinstance(missing, list):
            said += [f"{name} is missing" for name in missing]
    return f"{message} ({'; '.join(said)})" if said else message


def _issue(issue: Mapping[str, object]) -> str:
    path, message = issue.get("path"), issue.get("message")
    told = ".".join(map(str, path)) if isinstance(path, list) else str(path)
    return f"{told}: {message}" if isinstance(message, str) else told


def _listed(texts: object) -> str:
    return ", ".join(map(str, texts)) if isinstance(texts, list) else str(texts)


def _text(value: object) -> str | None:
    return storable(value) if isinstance(value, str) else None
