"""The ledger: for each record of a job the cells on which sheet and live last agreed; what a run adds to it."""

from typing import Final

import polars as pl

from layersync.state.snapshot import Kind
from layersync.values.cell import FORGET

LEDGER: Final = Kind("ledger", 1)
MOST_RECORDS: Final = 1_000_000

_OLD: Final = "\x00old"  # no path holds it


def merged(old: pl.DataFrame | None, new: pl.DataFrame, most: int = MOST_RECORDS) -> pl.DataFrame:
    """Lays what a run settled (`plan.agreed`) over what was known; columns `_id` and one per path.

    A cell that the run says nothing of (null) keeps its value, `FORGET` empties it. A path of which the run states a
    value ends what was known of a path above or below it: `metadata` and `metadata.crm_id` are two ways to say one
    thing. Records that the run did not meet are kept, those met last at the end; of more than `most` the ones
    that were not met for longest are dropped, but none that this run met.
    """
    old = pl.DataFrame(schema={"_id": pl.String}) if old is None else old
    untouched = old.join(new.select("_id"), on="_id", how="anti", maintain_order="left")
    both = new.join(old, on="_id", how="left", suffix=_OLD, maintain_order="left")
    met = both.select("_id", *_laid_over(_paths(new), _paths(old)))
    return pl.concat([untouched, met], how="diagonal").tail(max(most, met.height))


def _paths(cells: pl.DataFrame) -> list[str]:
    return [column for column in cells.columns if column != "_id"]


def _laid_over(new: list[str], old: list[str]) -> list[pl.Expr]:
    """What becomes of every column: those of the run first, then those that only the ledger has."""
    stated = []
    for path in new:
        cell = pl.col(path)
        kept = pl.col(path + _OLD) if path in old else pl.lit(None, dtype=pl.String)
        stated.append(pl.when(cell == FORGET).then(None).otherwise(pl.coalesce(cell, kept)).alias(path))
    for path in (path for path in old if path not in new):
        ended = pl.any_horizontal(pl.lit(value=False), *(_says(other) for other in new if _overlap(path, other)))
        stated.append(pl.when(ended).then(None).otherwise(pl.col(path)).alias(path))
    return stated


def _says(path: str) -> pl.Expr:
    return (pl.col(path) != FORGET).fill_null(value=False)


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other + ".") or other.startswith(one + ".")
