"""A plan: all changes of one job, and all that won't change, with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from layersync.values.change import Change
from layersync.values.drift import Drift
from layersync.values.explanation import RowExplained
from layersync.values.guards import Hold
from layersync.values.problem import Problem
from layersync.values.reads import Reads
from layersync.values.refusal import Refusal

if TYPE_CHECKING:
    import polars as pl


class PlanState(StrEnum):
    """What the plan says of a row."""

    CHANGE = "change"
    UNCHANGED = "unchanged"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REFUSED = "refused"
    HELD = "held"
    SKIPPED = "skipped"
    NOT_ATTEMPTED = "not_attempted"  # nothing was decided: the job ended before that


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What carrying out costs: requests, seconds at this key's tier and share, and what today's cap leaves over.

    `reads` are those right before a PATCH, of what fits into today. `writes_per_minute` is the pace that `seconds` was
    reckoned with, None where nobody states it.
    """

    writes: int
    reads: int = 0
    seconds: float
    writes_left_today: int
    carried_over: int
    writes_per_minute: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """What one job would do.

    `changes` stand in the order in which they are sent, each after those that it waits for. `rows` has one line per row
    of the sheet: `row` UInt32, `line` UInt32, `key`, `id`, `name`, `state` (a `PlanState`), `cell`, `message`,
    `what_to_do`, all String, null where there is nothing to say. `holds` are the guards that tripped. `matched` counts
    the rows that met a live record.
    `quarantined` are the changes, by row, that the API refused before and that are not sent again.
    `drifts` are the cells that somebody changed elsewhere, whatever was done about each; `explained` is
    the answer to `--explain`. `reads` is how the live records were read that this was made from, None for a plan that
    came from a file. `undoes` is the run whose records this plan puts back as they were, None where a sheet made it.
    `decided` is false for a job that ended before it was planned: there are only its rows to tell of.
    """

    job: str
    resource: str
    key_field: str
    source: str
    tab: str | None
    sheet_sha256: str
    data_rows: int
    matched: int
    partial: bool
    changes: tuple[Change, ...]
    rows: "pl.DataFrame"
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()
    holds: tuple[Hold, ...] = ()
    price: Price | None = None
    quarantined: Mapping[int, Refusal] = field(default_factory=dict)
    drifts: tuple[Drift, ...] = ()
    explained: tuple[RowExplained, ...] = ()
    reads: Reads | None = None
    undoes: str | None = None
    decided: bool = True

    @property
    def held_whole(self) -> bool:
        """True when a guard holds the job: nothing of it is sent."""
        return any(hold.rows is None for hold in self.holds)

    @property
    def held_rows(self) -> frozenset[int]:
        """The rows that guards hold one by one."""
        return frozenset().union(*(hold.rows for hold in self.holds if hold.rows is not None))

    @property
    def to_send(self) -> tuple[Change, ...]:
        """The changes that no guard holds, in order."""
        if self.held_whole:
            return ()
        held = self.held_rows
        return tuple(change for change in self.changes if change.row not in held)
