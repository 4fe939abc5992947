"""Makes a sheet of records as `export` does, and reads and plans it as `plan` does."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from layersync.export.csv_sheet import csv_sheet
from layersync.export.draft import Draft
from layersync.export.settle import settled
from layersync.plan.compose import plan_of
from layersync.resources.resource import Resource
from layersync.sheet.reading import read_sheet
from layersync.sheet.writing import write_key
from layersync.values.cell import normal
from layersync.values.guards import GuardLimits
from layersync.values.live import Fetched
from layersync.values.memory import Memory
from layersync.values.plan import Plan
from layersync.values.rules import SheetRules
from tests.plan.build import reading


def rules_for(form: Resource, **more: object) -> SheetRules:
    """Reading rules with the id as key."""
    return SheetRules(**{"job": form.name, "source": "-", "key": form.id_field, **more})  # type: ignore[arg-type]


def draft_for(form: Resource, records: Sequence[Mapping[str, object]], **more: object) -> Draft:
    """The sheet of the records."""
    with tempfile.TemporaryDirectory() as folder:
        fetched = [Fetched(record, 0.0) for record in records]
        return settled(form, rules_for(form, **more), fetched, Path(folder) / "sheet.csv")


def plan_for(draft: Draft, form: Resource, records: Sequence[Mapping[str, object]], **more: object) -> Plan:
    """What planning the sheet's CSV against the records comes to."""
    rules = rules_for(form, **more)
    keyed = [{**one, rules.key: normal(one[rules.key])} for one in records if write_key(one.get(rules.key))]
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(csv_sheet(draft, rules.header_row))
        file.flush()
        desired = read_sheet(replace(rules, source=file.name), form)
    live = reading(form, keyed, key=rules.key).live(desired, form)
    return plan_of(desired, live, Memory(), form, GuardLimits())


def headers(draft: Draft) -> list[str]:
    """The header row."""
    return [column.header for column in draft.columns]


def cells(draft: Draft, header: str) -> list[str]:
    """One column of cells."""
    index = headers(draft).index(header)
    return [row[index] for row in draft.rows]
