"""Answers as JSON objects: strict about being JSON, lenient about what is in it (reliability C6)."""

import json
import math
from collections.abc import Mapping

from layersync.api.wire import Answer


class Unreadable(ValueError):
    """The body is not the JSON object that the API documents."""


def json_object(answer: Answer) -> Mapping[str, object]:
    """Gives the object in the body of an answer; raises Unreadable for anything else."""
    refuse_other_types(answer)
    try:
        value = json.loads(answer.body, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the answer is damaged JSON") from error
    if not isinstance(value, dict):
        raise Unreadable("the answer is JSON, but no object")
    return value


def refuse_other_types(answer: Answer) -> None:
    """Raises Unreadable for an answer without a body, or that does not say that it is JSON: a login page, say."""
    if answer.flaw:
        raise Unreadable(answer.flaw)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Unreadable(f"the answer is {kind or 'of no type'} instead of JSON")


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    """A number too large for a float would be infinite, which is no JSON."""
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is too large")
    return number
