"""What the API holds now of the records that a sheet names: the other half of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layersync.values.fields import Fields
from layersync.values.reads import FullRecord, Reads

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Fetched:
    """One record as the API answered it, and when that read finished (seconds of the run's clock)."""

    record: Mapping[str, object]
    read_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A record that was seen with a value of a unique field; `value` in NFC, `id` as the API writes it."""

    field: str
    value: str
    id: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A live key that the sheet does not name, and of which `text`, a key of the sheet, may be the remains.

    `key` and `id` are as the API writes them; `how` says what happened to the key.
    """

    text: str
    key: str
    id: str
    name: str | None
    how: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Live:
    """The live records of one job as columns.

    `records` has one line per record: `_key` String (normalised, what the sheet's key is matched with), `_id` String
    (as the API writes it), `_name` String, `_generation` String (null where the record does not tell), `_read_at`
    Float64, and `_stamp` String (its own word for when it changed last; null where it shows none). `fields` has what
    stands in the API fields that the sheet names, of the same records. `missing` are the keys that the API answered
    for with "not found"; `ambiguous` those that more than one record answers to. `complete` is true when a whole
    listing was read. `holders` are records that came by and hold a value which the sheet states for a unique field;
    those of `records` need not be among them. `originals` are records that came by, unnamed, and that a damaged key of
    the sheet may mean. `reads` is how all this was read; `_read_at` is null for records that were not read but
    remembered. `read_in_full` is what a later run may remember.
    """

    resource: str
    records: "pl.DataFrame"
    fields: Fields
    missing: frozenset[str] = frozenset()
    ambiguous: frozenset[str] = frozenset()
    complete: bool = False
    holders: tuple[Holder, ...] = ()
    originals: tuple[Original, ...] = ()
    reads: Reads = field(default_factory=Reads)
    read_in_full: tuple[FullRecord, ...] = ()
