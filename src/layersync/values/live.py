"""What the API holds now of the records that a sheet names: the other half of a plan."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Live:
    """The live records of one job.

    `records` has one line per record: `_key` String (normalised, what the sheet's key is matched with), `_id` String
    (as the API writes it), `_match_id` String (the id, normalised), `_name` String, `_read_at` Float64 (seconds of the
    run's clock when its read finished), and one String column per API field that the job manages or expects, written
    as `values.cell` says. `missing` are the keys that the API answered for with "not found"; `ambiguous` those that
    more than one record answers to. `complete` is true when the whole listing was read.
    """

    resource: str
    records: "pl.DataFrame"
    missing: frozenset[str] = frozenset()
    ambiguous: frozenset[str] = frozenset()
    complete: bool = False
