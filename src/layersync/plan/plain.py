"""Values of the house as JSON and back: every field of them, so that a new one needs no word here."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, get_type_hints

import polars as pl
from pydantic import TypeAdapter

_JSON: Final = frozenset({type(None), str, bool, int, float, list})


def plain(value: Any, without: AbstractSet[str] = frozenset()) -> Any:  # noqa: PLR0911  a table
    """Turns a value into JSON; `without` are fields of the value itself that are left out."""
    if type(value) in _JSON:
        return value  # nearly every value is: to ask what it is an instance of takes ten times as long
    match value:
        case Mapping() if any(is_dataclass(item) or isinstance(item, datetime) for item in value.values()):
            return {key: plain(item) for key, item in value.items()}
        case None | str() | int() | float() | dict() | list():
            return value  # JSON already: the house itself keeps several things in tuples and sets
        case tuple():
            return [plain(item) for item in value]
        case AbstractSet():
            return sorted(value)
        case Mapping():
            return dict(value)
        case datetime():
            return value.isoformat()
        case _:
            return {name: plain(getattr(value, name)) for name in _names(value.__class__) if name not in without}


@cache
def _names(form: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(form))


@cache
def readers(form: type, without: frozenset[str] = frozenset()) -> Mapping[str, Callable[[Any], Any]]:
    """Gives what reads each field of a dataclass back: its type says how. They raise ValueError."""
    types = get_type_hints(form, localns={"pl": pl})
    return {one.name: TypeAdapter(types[one.name]).validate_python for one in fields(form) if one.name not in without}
