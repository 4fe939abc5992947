"""What the sandbox answers: JSON bodies and the error envelope."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A complete answer, before the headers that every answer carries are added."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class ApiError(Exception):
    """A refusal in the documented envelope (API facts, section 3)."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: JsonObject | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = dict(headers or {})

    def answer(self, request_id: str) -> Answer:
        """The envelope as an answer; its requestId is the one of the X-Request-Id header."""
        error: JsonObject = {"code": self.code, "message": self.message, "requestId": request_id}
        if self.details is not None:
            error["details"] = self.details
        return Answer(self.status, encode({"error": error}), self.headers)


def invalid(message: str, field_errors: Mapping[str, list[str]]) -> ApiError:
    """422 VALIDATION with `details.fieldErrors` (influencer page, responses)."""
    return ApiError(422, "VALIDATION", message, details={"fieldErrors": dict(field_errors)})


def not_found(what: str) -> ApiError:
    """404 NOT_FOUND: absent, deleted, or in another organization."""
    return ApiError(404, "NOT_FOUND", f"{what} not found.")


def encode(value: object) -> bytes:
    """The one JSON form that goes over the wire and into the files."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def same(one: object, other: object) -> bool:
    """Whether two values are the same JSON. Python's == would take true for 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def decode(raw: bytes) -> Any:
    """Strict JSON: UTF-8 only, no NaN, no infinite numbers, no lone surrogates.

    Raises ValueError for anything else, nesting beyond the interpreter's depth included.
    """
    try:
        value = json.loads(raw.decode(), parse_constant=_refuse, parse_float=_finite)
        encode(value)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is out of range")
    return number
