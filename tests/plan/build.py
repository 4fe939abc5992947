"""Builds the values that plan/ decides over, from plain dicts."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from layersync.plan.compose import plan_of
from layersync.plan.live import live_of
from layersync.resources import RESOURCES
from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR, canonical, normal
from layersync.values.desired import Column, Desired, Role, RowState
from layersync.values.drift import DriftRules
from layersync.values.grid import Grid, letter
from layersync.values.guards import GuardLimits, Limit
from layersync.values.live import Fetched, Holder, Live
from layersync.values.memory import Memory
from layersync.values.plan import Plan
from layersync.values.problem import Problem
from layersync.values.target import Budget

PROJECTS = RESOURCES["projects"]
INFLUENCERS = RESOURCES["influencers"]
BUDGET = Budget(tier="standard", reads=120, writes=60, writes_per_day=10_000)
WIDE = GuardLimits(max_changes=Limit(count=10**6), max_shrink=Limit(count=10**6), archive=99, clears=99, research=99)


def an_id(number: int) -> str:
    """A UUID that is the same for the same number."""
    return str(uuid.UUID(int=number + 1, version=4))


def project(number: int, **fields: object) -> dict[str, object]:
    """A full project record."""
    blank = {field.name: None for field in PROJECTS.fields}
    return {**blank, "id": an_id(number), "name": f"Project {number}", "status": "active", "timezone": "UTC"} | fields


def influencer(number: int, **fields: object) -> dict[str, object]:
    """A full influencer record."""
    blank = {field.name: None for field in INFLUENCERS.fields}
    return {**blank, "influencerId": f"inf_{an_id(number)}", "name": f"Person {number}", "personality": {}} | fields


def column(path: str, index: int, role: Role = Role.MANAGED) -> Column:
    """A column of the sheet by its dotted path."""
    field, *keys = path.split(".")
    return Column(path, field, tuple(keys), letter(index), path, role)


def desired(
    form: Resource,
    rows: Sequence[Mapping[str, object]],
    *,
    roles: Mapping[str, Role] | None = None,
    key: str | None = None,
    states: Mapping[int, RowState] | None = None,
    problems: Sequence[Problem] = (),
    partial: bool = False,
) -> Desired:
    """A checked sheet: each row maps the key field and paths to values; `CLEAR` clears, an absent path is blank."""
    key = key or form.id_field
    paths = list(dict.fromkeys(path for row in rows for path in row if path != key))
    columns = tuple(column(path, index + 1, (roles or {}).get(path, Role.MANAGED)) for index, path in enumerate(paths))
    by_id = key == form.id_field
    frame = {
        "_row": pl.Series(range(2, len(rows) + 2), dtype=pl.UInt32),
        "_line": pl.Series(range(2, len(rows) + 2), dtype=pl.UInt32),
        "_key": pl.Series([normal_id(str(row[key]), ANY_ID) if by_id else row[key] for row in rows], dtype=pl.String),
        "_key_text": pl.Series([row[key] for row in rows], dtype=pl.String),
        "_state": pl.Series(
            [(states or {}).get(number, RowState.OK).value for number in range(2, len(rows) + 2)], dtype=pl.String
        ),
    }
    for one in columns:
        frame[one.path] = pl.Series([_cell(row.get(one.path), one, form) for row in rows], dtype=pl.String)
    return Desired(
        job=form.name,
        resource=form.name,
        key_field=key,
        key_letter="A",
        grid=_grid(rows, key, columns),
        columns=columns,
        rows=pl.DataFrame(frame),
        problems=tuple(problems),
        partial=partial,
    )


@dataclass(frozen=True)
class Reading:
    """What was read, before a sheet says which columns of it matter."""

    records: Mapping[str, Fetched]
    missing: frozenset[str]
    holders: tuple[Holder, ...] = ()

    def live(self, sheet: Desired, form: Resource) -> Live:
        """The same as columns."""
        columns = live_of(self.records, sheet.columns, form, sheet.key_field)
        return replace(columns, missing=self.missing, holders=self.holders)


def reading(
    form: Resource, records: Sequence[Mapping[str, object]], *, key: str | None = None, missing: Sequence[str] = ()
) -> Reading:
    """What was read: records by normalised key."""
    key = key or form.id_field
    by_key = {
        str(normal_id(str(one[key]), ANY_ID) if key == form.id_field else one[key]): Fetched(one, 0.0)
        for one in records
    }
    return Reading(records=by_key, missing=frozenset(missing))


def plan(
    sheet: Desired,
    live: Reading,
    form: Resource,
    limits: GuardLimits = WIDE,
    memory: Memory | None = None,
    on_drift: DriftRules | None = None,
) -> Plan:
    """The plan, with guards out of the way unless they are given."""
    return plan_of(sheet, live.live(sheet, form), memory or Memory(), form, limits, on_drift or DriftRules())


def _cell(value: object, one: Column, form: Resource) -> str | None:
    if value is None or value == CLEAR:
        return CLEAR if value == CLEAR else None
    return value if isinstance(value, str) else canonical(normal(value))


def _grid(rows: Sequence[Mapping[str, object]], key: str, columns: Sequence[Column]) -> Grid:
    numbers = pl.Series("row", range(2, len(rows) + 2), dtype=pl.UInt32)
    written = {"A": [str(row[key]) for row in rows]}
    written |= {one.letter: [str(row.get(one.path) or "").replace(CLEAR, "<clear>") for row in rows] for one in columns}
    return Grid(
        source="sheet.csv",
        tab=None,
        header=(key, *(one.header for one in columns)),
        cells=pl.DataFrame(written, schema=dict.fromkeys(written, pl.String)),
        positions=pl.DataFrame({"row": numbers, "line": numbers}),
        raw=b"",
        header_span=(0, 0),
        encoding="utf-8",
        delimiter=",",
        sha256="0" * 64,
    )
