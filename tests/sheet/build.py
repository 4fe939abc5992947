"""A made-up resource with one field of every kind, and a way to read bytes as a sheet of it."""

import tempfile
from pathlib import Path
from uuid import UUID

import pytest

from layersync.errors import InputUnusable
from layersync.resources.field import Field, Kind, Write
from layersync.resources.ident import IdForm
from layersync.resources.resource import Listing, Resource
from layersync.sheet.reading import read_sheet
from layersync.values.desired import Desired
from layersync.values.problem import Problem, Severity
from layersync.values.rules import SheetRules

PLANETS = Resource(
    name="planets",
    noun="planet",
    id_field="planetId",
    id_forms=(IdForm.UUID, IdForm.ULID),
    key_fields=("planetId", "code"),
    identity=("planetId", "starId"),
    id_names=("worldId",),
    item_path="/planets/{id}",
    listing=Listing(path="/planets", page_limit=10, lookups={}),
    fields=(
        Field(name="title", min_length=2, max_length=10),
        Field(name="story", max_length=200, nullable=True, multiline=True),
        Field(name="mood", usual_length=5, nullable=True),
        Field(name="size", kind=Kind.ENUM, choices=("small", "middle", "large"), nullable=True),
        Field(name="contact", kind=Kind.EMAIL),
        Field(name="timezone", kind=Kind.TIMEZONE),
        Field(name="tongue", kind=Kind.LANGUAGE),
        Field(name="code", min_length=1),
        Field(name="moons", kind=Kind.LIST, nullable=True),
        Field(
            name="air",
            kind=Kind.OBJECT,
            write=Write.MERGE,
            keys=(Field(name="gases", kind=Kind.LIST, nullable=True), Field(name="colour", nullable=True)),
        ),
        Field(name="notes", kind=Kind.OBJECT, write=Write.REPLACE, open_keys=True, max_bytes=40, multiline=True),
    ),
    read_only=("mass", "discoveredAt"),
)


def an_id(number: int) -> str:
    """The id of the planet with that number."""
    return str(UUID(int=number))


def rules(source: Path | str, **more: object) -> SheetRules:
    """Reading rules with the id as key."""
    return SheetRules(**{"job": "planets", "source": str(source), "key": "planetId", **more})  # type: ignore[arg-type]


def read(raw: bytes | str, resource: Resource = PLANETS, **more: object) -> Desired:
    """Reads bytes, or text as UTF-8, as a sheet."""
    more.setdefault("key", resource.id_field)
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(raw.encode() if isinstance(raw, str) else raw)
        file.flush()
        return read_sheet(rules(file.name, **more), resource)


def refused(raw: bytes | str, resource: Resource = PLANETS, **more: object) -> InputUnusable:
    """Reads a sheet that must be refused as a whole, and gives the refusal."""
    with pytest.raises(InputUnusable) as refusal:
        read(raw, resource, **more)
    return refusal.value


def messages(refusal: InputUnusable) -> list[str]:
    """What a refusal says, with the places: `B2: ...`."""
    return [f"{problem.cell}: {problem.message}" for problem in refusal.problems] or [refusal.message]


def column(header: str, *cells: str, **more: object) -> Desired:
    """Reads a sheet of ids and one more column, every cell quoted."""
    lines = [f"planetId,{header}"]
    lines += ['{},"{}"'.format(an_id(number), cell.replace('"', '""')) for number, cell in enumerate(cells)]
    return read("\r\n".join(lines) + "\r\n", **more)


def values(desired: Desired, path: str) -> list[str | None]:
    """The desired values of one column."""
    return desired.rows[path].to_list()


def states(desired: Desired) -> list[str]:
    """The states of all rows."""
    return desired.rows["_state"].to_list()


def errors(desired: Desired) -> list[Problem]:
    """The problems that are errors."""
    return [problem for problem in desired.problems if problem.severity is Severity.ERROR]


def only_problem(desired: Desired) -> Problem:
    """The one problem of a sheet that must have exactly one."""
    (problem,) = desired.problems
    return problem
