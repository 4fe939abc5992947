"""What the state file knows of one job, read once per run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from layersync.values.reads import FullRecord
from layersync.values.refusal import Refusal, Unsettled

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChange:
    """A change of a dead run that was sent, perhaps, and never settled.

    `body` are the exact bytes, `base` and `desired` map dotted paths to JSON values; `born` is the wall-clock time
    (seconds since the epoch) of the first send, `age_s` the largest age that any clock gives the key, None = unknown.
    """

    run_id: str
    seq: int
    job: str
    row: int
    resource: str
    key: str
    id: str
    name: str | None
    body: bytes
    base: Mapping[str, object]
    desired: Mapping[str, object]
    idempotency_key: str
    born: float
    age_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """`last_rows`: data rows of the last run that ended well, the baseline of the shrink guard.

    `writes_today`: PATCHes sent with this key since the day of the daily cap began (midnight UTC, unless the server
    showed another moment); `capped_until`: until when the server takes none.
    `open_changes`: those of dead runs that were found still at their base, kept for sending again with the same key and
    bytes.
    `refused` are the changes that the API refused before, by mark; `unsettled` says what did not get through last time.
    `undone` maps records (the normalised id) to the values, by dotted path, that `undo` took back and that no sheet has
    agreed on with live since.
    `ledger` holds the values on which sheet and live last agreed, None where nothing is known: one line per record,
    `_id` String (the normalised id of the record), and one String column per managed path, named by it: the cell as the
    sheet stated it, written as `values.cell` says of desired cells; null = nothing agreed.
    `full_records` are the full records that may stand for a read where a listing shows that they did not move, by
    normalised id; None where the job wants everything read. `all_read` says why there are none of them.
    """

    last_rows: int | None = None
    writes_today: int = 0
    capped_until: datetime | None = None
    open_changes: tuple[OpenChange, ...] = ()
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    unsettled: Unsettled = field(default_factory=Unsettled)
    undone: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    ledger: "pl.DataFrame | None" = field(default=None, compare=False)
    full_records: Mapping[str, FullRecord] | None = None
    all_read: str = ""
