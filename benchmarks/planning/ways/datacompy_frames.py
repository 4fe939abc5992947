"""datacompy on polars frames; metadata made canonical first, because it compares text."""

import json
from pathlib import Path

import polars as pl
from datacompy import PolarsCompare

from benchmarks.planning.data import FIELDS
from benchmarks.planning.ways.polars_hash import _METADATA


def find(folder: Path) -> set[tuple[str, str]]:
    """Its report says per column how many differ; which ones is read out of its joined frame."""
    sheet = pl.read_csv(folder / "sheet.csv", infer_schema=False)
    schema = {name: _METADATA if name == "metadata" else pl.String for name in FIELDS}
    live = pl.read_ndjson(folder / "live.ndjson", schema=schema)
    live = live.with_columns(pl.col("metadata").struct.json_encode())
    sheet, live = (
        frame.with_columns(pl.col("metadata").map_elements(_canonical, return_dtype=pl.String))
        for frame in (sheet, live)
    )
    told = PolarsCompare(sheet, live, join_columns=["id"], cast_column_names_lower=False)
    found = set()
    for name in FIELDS[1:]:
        ids = told.intersect_rows.filter(~pl.col(f"{name}_match"))["id"]
        found |= {(record, name) for record in ids}
    return found


def _canonical(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)
