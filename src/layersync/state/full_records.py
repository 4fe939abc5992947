"""The full records that a job has read: what `fetch = "changed"` compares listings with, instead of reading again."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from layersync.state.snapshot import Kind
from layersync.values.reads import FullRecord

FULL_RECORDS: Final = Kind("records", 1)
MOST_BYTES: Final = 512 * 2**20

_SCHEMA: Final = {"id": pl.String, "stamp": pl.String, "read_at": pl.Float64, "body": pl.Binary}


def trusted(kept: pl.DataFrame | None, now: float, trust_s: float) -> Mapping[str, FullRecord]:
    """Gives the records that were read less than `trust_s` seconds ago, by id; `now` in seconds since the epoch.

    A read that lies in the future was dated by a clock that went wrong, then or now: it is not trusted either.
    """
    if kept is None:
        return {}
    return {
        line[0]: FullRecord(**dict(zip(_SCHEMA, line, strict=True))) for line in _fresh(kept, now, trust_s).iter_rows()
    }


def with_new(
    kept: pl.DataFrame | None, new: Sequence[FullRecord], now: float, trust_s: float, most_bytes: int = MOST_BYTES
) -> pl.DataFrame:
    """Gives what is to be kept from now on: columns `id`, `stamp` String, `read_at` Float64, `body` Binary.

    New records replace old ones, what is not trusted any more goes, and of more than `most_bytes` of bodies the records
    that were read first.
    """
    lines = {name: [getattr(one, name) for one in new] for name in _SCHEMA}
    read = pl.DataFrame(lines, schema=_SCHEMA)
    old = read.clear() if kept is None else _fresh(kept, now, trust_s)
    both = pl.concat([old.join(read.select("id"), on="id", how="anti", maintain_order="left"), read])
    by_age = both.unique("id", keep="last", maintain_order=True).sort("read_at", descending=True, maintain_order=True)
    return by_age.filter(pl.col("body").bin.size().cum_sum() <= most_bytes)


def _fresh(kept: pl.DataFrame, now: float, trust_s: float) -> pl.DataFrame:
    age_s = now - pl.col("read_at")
    return kept.filter((age_s >= 0) & (age_s < trust_s))
