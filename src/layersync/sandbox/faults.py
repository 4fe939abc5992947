"""Faults: which requests go wrong, and how."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from layersync.sandbox.answers import Answer, ApiError, JsonObject, encode

# Codes for answers that a rule gives without a body. Those of server faults are not documented.
_CODES = {
    400: "VALIDATION",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN_SCOPE",
    404: "NOT_FOUND",
    409: "CONFLICT",
    422: "VALIDATION",
    429: "RATE_LIMITED",
}
_BODILESS = (204, 304)
_GARBAGE = b"<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"


@dataclass(frozen=True)
class Twist:
    """How one request goes wrong: the `do` of a rule. The default does nothing.

    status, headers, body, code: answer this without doing the work; body is raw text or JSON, without it an
        error envelope with `code` is sent.
    redirect: answer with this Location. garbage: answer 200 with an HTML page. Neither does the work.
    drop: close the connection "before" or "after" the work. reset: close it hard; alone it means "before".
    hold: seconds before the work (a late delivery). delay: seconds between the work and the answer.
    truncate: send only this many bytes of the body, then close. drip: seconds between single bytes of the body.
    stale: answer a PATCH with the old record and store nothing.
    lie: store and show these values instead of the ones that a PATCH carries.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    code: str | None = None
    redirect: str | None = None
    garbage: bool = False
    drop: Literal["before", "after"] | None = None
    reset: bool = False
    hold: float = 0.0
    delay: float = 0.0
    truncate: int | None = None
    drip: float = 0.0
    stale: bool = False
    lie: JsonObject = field(default_factory=dict)

    @property
    def drops_before(self) -> bool:
        return self.drop == "before" or (self.reset and self.drop is None)

    def stated(self) -> JsonObject | None:
        """The parts that say something; None for a twist that does nothing."""
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        return {name: value for name, value in parts.items() if value != getattr(NO_TWIST, name)} or None

    def answer(self, request_id: str) -> Answer | None:
        """The answer to give without doing the work; None if the work is to be done."""
        if self.redirect is not None:
            return Answer(self.status or 302, b"", {**self.headers, "Location": self.redirect})
        if self.garbage:
            return Answer(self.status or 200, _GARBAGE, self.headers, "text/html; charset=utf-8")
        if self.status is None and self.body is None:
            return None
        return self._stated_answer(self.status or 200, request_id)

    def _stated_answer(self, status: int, request_id: str) -> Answer:
        if status in _BODILESS:
            return Answer(status, b"", self.headers)
        if isinstance(self.body, str):
            return Answer(status, self.body.encode(), self.headers, "text/plain; charset=utf-8")
        if self.body is not None:
            return Answer(status, encode(self.body), self.headers)
        code = self.code or _CODES.get(status, "INTERNAL")
        return ApiError(status, code, "A fault rule answers.", headers=self.headers).answer(request_id)


NO_TWIST = Twist()


@dataclass
class Rule:
    """A twist and the requests that it meets.

    The matching requests are counted from 1. The rule fires at `first`, then at each `step`-th, `times` times.
    """

    method: str | None
    path: re.Pattern[str]
    first: int
    step: int
    times: int | None
    twist: Twist
    source: JsonObject
    seen: int = 0
    fired: int = 0

    def matches(self, method: str, path: str) -> bool:
        return self.method in (None, method) and self.path.fullmatch(path) is not None

    def due(self) -> bool:
        """Whether the rule fires at the request counted last."""
        since = self.seen - self.first
        if since < 0 or since % self.step:
            return False
        return self.times is None or since // self.step < self.times


class Faults:
    """The rules in force. Each counts every request that matches it; the first that is due decides."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self.rules = list(rules)

    def next_twist(self, method: str, path: str) -> Twist:
        matching = [rule for rule in self.rules if rule.matches(method, path)]
        for rule in matching:
            rule.seen += 1
        for rule in matching:
            if rule.due():
                rule.fired += 1
                return rule.twist
        return NO_TWIST

    def to_json(self) -> list[JsonObject]:
        """The rules as they were given, with how often each was met and fired."""
        return [{**rule.source, "seen": rule.seen, "fired": rule.fired} for rule in self.rules]
