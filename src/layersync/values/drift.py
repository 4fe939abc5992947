"""Drift: a live value that is not the one on which sheet and live last agreed, so somebody changed it elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class OnDrift(StrEnum):
    """What is done about a cell whose live value drifted (contract, section 5)."""

    # from the mildest to the strictest
    OVERWRITE = "overwrite"  # the sheet's value is sent
    KEEP = "keep"  # the live value stays, the cell is not sent
    HOLD = "hold"  # nothing of the row is sent


@dataclass(frozen=True, slots=True)
class DriftRules:
    """What a job does about drift: by dotted path, by field, else `default`."""

    default: OnDrift = OnDrift.OVERWRITE
    fields: Mapping[str, OnDrift] = field(default_factory=dict)

    def of(self, path: str) -> OnDrift:
        """The rule of a path: its own, else that of the nearest path above it, else the default."""
        while path:
            if path in self.fields:
                return self.fields[path]
            path = path.rpartition(".")[0]
        return self.default

    def of_all(self, paths: Iterable[str]) -> OnDrift:
        """The strictest rule of several paths that are sent together."""
        return max(map(self.of, paths), key=[*OnDrift].index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One cell that drifted: three JSON values, and what was done about it.

    `field` is the dotted path, `letter` the sheet's column. A cell that sheet and live changed to the same value has
    not drifted: there is nothing left to decide.
    """

    row: int
    field: str
    letter: str
    last_agreed: object
    live: object
    desired: object
    rule: OnDrift
