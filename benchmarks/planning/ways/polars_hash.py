"""The floor: read both files, hash the rows, join (id, hash), compare what is left exactly."""

import json
from pathlib import Path

import polars as pl

from benchmarks.planning.data import FIELDS

_METADATA = pl.Struct(
    {"crm": pl.String, "tier": pl.String, "score": pl.Int64, "tags": pl.List(pl.String), "note": pl.String}
)


def find(folder: Path) -> set[tuple[str, str]]:
    """The schema of metadata is known here, which of a free-form object it never is."""
    rows = sheet(folder)
    schema = {name: _METADATA if name == "metadata" else pl.String for name in FIELDS}
    live = pl.read_ndjson(folder / "live.ndjson", schema=schema)
    live = live.with_columns(pl.col("metadata").struct.json_encode())
    ours, theirs = _hashed(rows), _hashed(live)
    rest = ours.join(theirs, on=["id", "hash"], how="anti")
    at = rest.select("id", "mine").join(theirs.select("id", "mine"), on="id", how="inner", suffix="_live")
    wanted, held = rows[at["mine"]], live[at["mine_live"]]
    return {
        (row["id"], name)
        for row, other in zip(wanted.iter_rows(named=True), held.iter_rows(named=True), strict=True)
        for name in FIELDS
        if not _same(name, row[name], other[name])
    }


def sheet(folder: Path) -> pl.DataFrame:
    """The rows, every cell as text."""
    return pl.read_csv(folder / "sheet.csv", infer_schema=False)


def _hashed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("id", hash=frame.hash_rows()).with_row_index("mine")


def _same(name: str, cell: str | None, live: str | None) -> bool:
    if name == "metadata" and cell and live:
        return bool(json.loads(cell) == json.loads(live))
    return (cell or None) == (live or None)
