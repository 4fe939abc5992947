"""csv-diff: its own loader, and canonical metadata on both sides, because it compares text."""

import json
from pathlib import Path

from csv_diff import compare, load_csv

from benchmarks.planning.ways.naive_dicts import live_by_id


def find(folder: Path) -> set[tuple[str, str]]:
    """Compares by id."""
    with (folder / "sheet.csv").open(encoding="utf-8", newline="") as file:
        sheet = load_csv(file, key="id", dialect="excel")
    for row in sheet.values():
        row["metadata"] = _canonical(json.loads(row["metadata"]))
    live = {key: {name: _text(value) for name, value in record.items()} for key, record in live_by_id(folder).items()}
    told = compare(live, sheet)
    return {(change["key"], name) for change in told["changed"] for name in change["changes"]}


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else _canonical(value)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)
