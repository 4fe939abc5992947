"""Reads fault rules from JSON, and says what is wrong with them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from layersync.sandbox.answers import JsonObject
from layersync.sandbox.faults import Rule, Twist

_RULE_KEYS = {"method", "path", "nth", "times", "every", "after", "do"}
_LOWEST_STATUS, _HIGHEST_STATUS = 200, 599

_IsRight = Callable[[Any], bool]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _headers(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _status(value: object) -> bool:
    return type(value) is int and _LOWEST_STATUS <= value <= _HIGHEST_STATUS


_TWIST_PARTS: Mapping[str, tuple[_IsRight, str]] = {
    "status": (_status, f"a status from {_LOWEST_STATUS} to {_HIGHEST_STATUS}"),
    "headers": (_headers, "an object of texts"),
    "body": (lambda value: value is not None, "a text or JSON"),
    "code": (lambda value: isinstance(value, str), "a text"),
    "redirect": (lambda value: isinstance(value, str), "a text"),
    "garbage": (lambda value: isinstance(value, bool), "true or false"),
    "drop": (lambda value: value in ("before", "after"), "before or after"),
    "reset": (lambda value: isinstance(value, bool), "true or false"),
    "hold": (_number, "seconds"),
    "delay": (_number, "seconds"),
    "truncate": (lambda value: type(value) is int and value >= 0, "a number of bytes"),
    "drip": (_number, "seconds"),
    "stale": (lambda value: isinstance(value, bool), "true or false"),
    "lie": (lambda value: isinstance(value, dict), "an object"),
}


def read_rules(value: object) -> list[Rule]:
    """Rules from the JSON of a faults file; raises ValueError saying which rule is wrong and how.

    `nth`: the n-th matching request (once, unless `times` or `every` says otherwise). `after`: all matching
    requests after the first n. `every`: each n-th. `times`: how often at most. `*` in `path` stands for one
    segment or a part of it, `**` for anything.
    """
    if not isinstance(value, list):
        raise ValueError("a faults file is a JSON list of rules")
    return [_read_rule(number, rule) for number, rule in enumerate(value, start=1)]


def _read_rule(number: int, rule: object) -> Rule:
    try:
        if not isinstance(rule, dict):
            raise ValueError("is no object")
        _refuse_unknown(rule, _RULE_KEYS)
        return Rule(
            method=_text(rule, "method"),
            path=_path_pattern(_text(rule, "path") or "**"),
            first=_first(rule),
            step=_count(rule, "every") or 1,
            times=_times(rule),
            twist=_read_twist(rule.get("do")),
            source=rule,
        )
    except ValueError as problem:
        raise ValueError(f"fault rule {number} {problem}") from None


def _text(rule: JsonObject, name: str) -> str | None:
    value = rule.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"has {name} = {value!r}; expected a text")


def _first(rule: JsonObject) -> int:
    nth, after, every = (_count(rule, name) for name in ("nth", "after", "every"))
    if nth is not None:
        return nth
    return after + 1 if after is not None else every or 1


def _times(rule: JsonObject) -> int | None:
    once = rule.get("nth") is not None and rule.get("every") is None
    return _count(rule, "times") or (1 if once else None)


def _count(rule: JsonObject, name: str) -> int | None:
    value = rule.get(name)
    lowest = 0 if name == "after" else 1
    if value is None or (type(value) is int and value >= lowest):
        return value
    raise ValueError(f"has {name} = {value!r}; expected a whole number from {lowest}")


def _read_twist(do: object) -> Twist:
    if not isinstance(do, dict) or not do:
        raise ValueError("has no `do`")
    _refuse_unknown(do, set(_TWIST_PARTS))
    parts = {name: value for name, value in do.items() if value is not None}
    for name, value in parts.items():
        is_right, expected = _TWIST_PARTS[name]
        if not is_right(value):
            raise ValueError(f"has {name} = {value!r}; expected {expected}")
    return Twist(**parts)


def _refuse_unknown(value: JsonObject, known: set[str]) -> None:
    if unknown := sorted(set(value) - known):
        raise ValueError(f"has unknown keys {', '.join(unknown)}; known are {', '.join(sorted(known))}")


def _path_pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*)", text)
    wild = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(wild.get(part) or re.escape(part) for part in parts))
