"""Checks of a PATCH body: one per field, all problems of a body at once."""

import re
import zoneinfo
from collections.abc import Callable, Collection, Mapping
from functools import cache

from layersync.sandbox.answers import JsonObject, decode, encode, invalid

# A check returns what is wrong with a value, None if nothing is. The wording is the sandbox's own except
# "Invalid enum value", which the influencer page shows.
Check = Callable[[object], str | None]

_LANGUAGE_TAG = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*")


def read_body(raw: bytes, content_type: str) -> JsonObject:
    """The JSON object of a body; raises 422 VALIDATION if it is none."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise invalid("Invalid body.", {"body": ["Expected Content-Type application/json"]})
    try:
        body = decode(raw)
    except ValueError:
        raise invalid("Invalid body.", {"body": ["Expected JSON"]}) from None
    if not isinstance(body, dict):
        raise invalid("Invalid body.", {"body": [f"Expected object, received {_kind(body)}"]})
    return body


def check_body(body: JsonObject, checks: Mapping[str, Check]) -> None:
    """Raises 422 VALIDATION naming every field that is unknown, read-only or wrong, or an empty body."""
    if not body:
        raise invalid("Invalid body.", {"body": ["At least one field is required"]})
    errors = {name: [problem] for name, value in body.items() if (problem := _problem(name, value, checks))}
    if errors:
        raise invalid("Invalid body.", errors)


def text(shortest: int = 0, longest: int | None = None) -> Check:
    """A string whose length, counted in code points, lies in the range."""

    def check(value: object) -> str | None:
        if not isinstance(value, str):
            return f"Expected string, received {_kind(value)}"
        if len(value) < shortest:
            return f"String must contain at least {shortest} character(s)"
        if longest is not None and len(value) > longest:
            return f"String must contain at most {longest} character(s)"
        return None

    return check


def one_of(values: Collection[str]) -> Check:
    def check(value: object) -> str | None:
        return None if isinstance(value, str) and value in values else "Invalid enum value"

    return check


def nullable(inner: Check) -> Check:
    return lambda value: None if value is None else inner(value)


def json_object(max_bytes: int | None = None) -> Check:
    """An object; `max_bytes` counts its compact UTF-8 form."""

    def check(value: object) -> str | None:
        if not isinstance(value, dict):
            return f"Expected object, received {_kind(value)}"
        if max_bytes is not None and len(encode(value)) > max_bytes:
            return f"Object must be at most {max_bytes} bytes of JSON"
        return None

    return check


def email(value: object) -> str | None:
    if not isinstance(value, str):
        return f"Expected string, received {_kind(value)}"
    # Not loaded before it is needed: people wait for the sandbox to start.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        return "Invalid email"
    return None


def timezone(value: object) -> str | None:
    return None if isinstance(value, str) and value in _timezones() else "Invalid IANA timezone"


def language(value: object) -> str | None:
    import langcodes  # noqa: PLC0415 - as above

    if isinstance(value, str) and _LANGUAGE_TAG.fullmatch(value) and langcodes.tag_is_valid(value):
        return None
    return "Invalid BCP-47 language tag"


def _problem(name: str, value: object, checks: Mapping[str, Check]) -> str | None:
    check = checks.get(name)
    return "Unknown or read-only field" if check is None else check(value)


@cache
def _timezones() -> frozenset[str]:
    # On some systems the zone folder holds files that are no zone names.
    return frozenset(zoneinfo.available_timezones() - {"Factory", "localtime", "posixrules"})


def _kind(value: object) -> str:
    for kind, name in ((bool, "boolean"), (str, "string"), (int, "number"), (float, "number"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "object"
