"""DiffSync: two adapters full of models."""

from pathlib import Path
from typing import Any, ClassVar

from diffsync import Adapter, DiffSyncModel

from benchmarks.planning.data import FIELDS
from benchmarks.planning.ways.naive_dicts import live_by_id, rows


class Record(DiffSyncModel):
    """A row or a record."""

    _modelname: ClassVar[str] = "record"
    _identifiers: ClassVar[tuple[str, ...]] = ("id",)
    _attributes: ClassVar[tuple[str, ...]] = FIELDS[1:]
    id: str
    name: str | None
    status: str | None
    ownerEmail: str | None  # noqa: N815
    timezone: str | None
    primaryLanguage: str | None  # noqa: N815
    customerExternalId: str | None  # noqa: N815
    appName: str | None  # noqa: N815
    appDescription: str | None  # noqa: N815
    tagline: str | None
    brandVoice: str | None  # noqa: N815
    targetGender: str | None  # noqa: N815
    metadata: dict[str, Any] | None
    category: str | None
    city: str | None


class Side(Adapter):
    """One side of the comparison."""

    record = Record
    top_level: ClassVar[list[str]] = ["record"]


def find(folder: Path) -> set[tuple[str, str]]:
    """Fills both sides, then asks for the difference."""
    sheet, live = Side(), Side()
    for row in rows(folder):
        sheet.add(Record(**row))
    for record in live_by_id(folder).values():
        live.add(Record(**record))
    diff = sheet.diff_to(live)
    return {
        (element.keys["id"], name) for element in diff.get_children() for name in element.get_attrs_diffs().get("+", {})
    }
