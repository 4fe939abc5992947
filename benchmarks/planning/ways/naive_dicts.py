"""What one would write first: csv.DictReader, json, and a comparison of dicts."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

Record = dict[str, object]


def rows(folder: Path) -> Iterator[Record]:
    """The rows of the sheet, metadata as an object, empty cells as null."""
    with (folder / "sheet.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {
                name: json.loads(cell) if name == "metadata" and cell else cell or None for name, cell in row.items()
            }


def sheet(folder: Path) -> None:
    """Reads the rows, and lets go of each."""
    for _ in rows(folder):
        pass


def live_by_id(folder: Path) -> dict[str, Record]:
    """The live records by id."""
    with (folder / "live.ndjson").open("rb") as file:
        return {record["id"]: record for record in map(json.loads, file)}


def find(folder: Path) -> set[tuple[str, str]]:
    """Compares every row."""
    live = live_by_id(folder)
    return {
        (str(row["id"]), name)
        for row in rows(folder)
        for name, value in row.items()
        if value != live[str(row["id"])][name]
    }
