"""Puts what the model refuses into sentences: the key's full name, where it was given, what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from layersync.resources import RESOURCES
from layersync.settings.environment import variable
from layersync.settings.names import all_names, names_under
from layersync.settings.suggest import did_you_mean, listed

FLAGS: dict[tuple[str, ...], str] = {("api", "base_url"): "--base-url", ("run", "report_dir"): "--report-dir"}


@dataclass(frozen=True, slots=True)
class Origins:
    """Who stated what: the file's name, and the tables of environment and flags."""

    file: str
    environment: Mapping[str, Any]
    flags: Mapping[str, Any]

    def name(self, path: Sequence[str]) -> str:
        """Names a key as the person wrote it: a flag, a variable, or a key of the file."""
        if _stated(self.flags, path):
            return FLAGS.get(tuple(path), ".".join(path))
        stated = _stated(self.environment, path)
        return variable(stated) if stated else f"{self.file}: {'.'.join(path)}"

    def writes(self, path: Sequence[str]) -> Callable[[Sequence[str]], str]:
        """Gives how keys are written where this one was stated: as variables, or with dots."""
        return variable if _stated(self.environment, path) else ".".join


def mistakes(error: ValidationError, origins: Origins) -> list[str]:
    """Gives one sentence per wrong key, in the order of the model; none holds a value of a key that is unknown."""
    details = error.errors(include_url=False)
    return list(dict.fromkeys(_sentence(detail, origins) for detail in details))


def _sentence(detail: ErrorDetails, origins: Origins) -> str:
    path = [str(part) for part in detail["loc"] if part != "[key]"]
    if detail["type"] == "extra_forbidden":
        return _unknown(path, origins)
    return f"{origins.name(path)} {_fault(detail)}"


def _fault(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing":
            return f"is missing ({listed(RESOURCES)})"
        case "value_error":
            return str(detail["ctx"]["error"])
        case "literal_error":
            return f"must be {detail['ctx']['expected']}{_nearest_choice(detail)}"
        case "string_pattern_mismatch" if "jobs" in detail["loc"]:
            return "is no name for a job: it holds letters, digits, - and _ only"
        case "string_pattern_mismatch":
            return "holds a character that has no place there"
        case _:
            return detail["msg"].removeprefix("Input ").removeprefix("String ")


def _unknown(path: list[str], origins: Origins) -> str:
    *above, name = path
    return f"{origins.name(path)}: there is no such key{_nearest_key(above, name, origins.writes(path))}"


def _nearest_key(above: Sequence[str], name: str, write: Callable[[Sequence[str]], str]) -> str:
    near = did_you_mean(name, names_under(above), write=lambda known: write((*above, known)))
    elsewhere = [known for known in all_names() if known[-1] == name]
    return f"; did you mean {write(min(elsewhere, key=len))}?" if elsewhere and not near else near


def _nearest_choice(detail: ErrorDetails) -> str:
    choices = [choice.strip().strip("'") for choice in detail["ctx"]["expected"].replace(" or ", ", ").split(",")]
    return did_you_mean(str(detail["input"]), choices)


def _stated(table: Mapping[str, Any], path: Sequence[str]) -> Sequence[str]:
    """The part of a path at which the table states a value; nothing where it states none.

    A variable holds a list or a table as one text, in which there is more of the path.
    """
    inside: Any = table
    for depth, part in enumerate(path):
        if not isinstance(inside, Mapping):
            return path[:depth]
        if part not in inside:
            return ()
        inside = inside[part]
    return path
