"""A pydantic model per row and per record, compared field by field."""

import csv
import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from benchmarks.planning.data import FIELDS


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value or None


Text = Annotated[str | None, BeforeValidator(lambda value: value or None)]


class Record(BaseModel):
    """A row or a record."""

    id: str
    name: Text
    status: Text
    ownerEmail: Text  # noqa: N815
    timezone: Text
    primaryLanguage: Text  # noqa: N815
    customerExternalId: Text  # noqa: N815
    appName: Text  # noqa: N815
    appDescription: Text  # noqa: N815
    tagline: Text
    brandVoice: Text  # noqa: N815
    targetGender: Text  # noqa: N815
    metadata: Annotated[dict[str, Any] | None, BeforeValidator(_read)]
    category: Text
    city: Text


def find(folder: Path) -> set[tuple[str, str]]:
    """Validates both sides."""
    with (folder / "live.ndjson").open("rb") as file:
        live = {record.id: record for record in map(Record.model_validate_json, file)}
    with (folder / "sheet.csv").open(encoding="utf-8", newline="") as file:
        rows = [Record.model_validate(row) for row in csv.DictReader(file)]
    return {(row.id, name) for row in rows for name in FIELDS if getattr(row, name) != getattr(live[row.id], name)}
