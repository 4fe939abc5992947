"""What a sheet states, understood cell by cell: one half of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from layersync.values.grid import Grid
from layersync.values.problem import Problem

if TYPE_CHECKING:
    import polars as pl


class Role(StrEnum):
    """What a column of the sheet is for."""

    MANAGED = "managed"  # compared and sent
    EXPECTED = "expected"  # compared, never sent
    IDENTITY = "identity"  # an id beside the key: compared, never sent


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sheet that means something to the resource.

    `path` is the dotted path (`personality.humor`), `field` the API field and `keys` the rest of the path, empty for
    a column that states the whole field.
    """

    path: str
    field: str
    keys: tuple[str, ...]
    letter: str
    header: str
    role: Role = Role.MANAGED


class RowState(StrEnum):
    """What the check of the sheet alone says of a row."""

    OK = "ok"
    LIMIT = "limit"  # only limits are broken: decided when the live value is known
    INVALID = "invalid"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desired:
    """The checked sheet of one job.

    `rows` has one line per non-blank record, in the sheet's order: `_row` UInt32, `_line` UInt32, `_key` String (the
    normalised key that records are matched by; null where it is unusable), `_key_text` String (as written), `_state`
    String (a `RowState`), and one String column per entry of `columns`, named by its path, written as `values.cell`
    says. `problems` belong to rows, `notices` to the sheet as a whole. `partial` says that the sheet is by its
    nature a part of a sheet (`--key`, a `retry.csv`, no field of `--only-fields`): shares and shrinking mean nothing.
    `missing_keys` are those of `--key` that no row has, `missing_fields` what `--only-fields` names and no column
    states, each with the nearest that one does, or blank. `clear_token` is the cell that sets a field to null.
    """

    job: str
    resource: str
    key_field: str
    key_letter: str
    grid: Grid
    columns: tuple[Column, ...]
    rows: "pl.DataFrame"
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()
    partial: bool = False
    missing_keys: tuple[str, ...] = ()
    missing_fields: Mapping[str, str] = field(default_factory=dict)
    clear_token: str = "<clear>"  # noqa: S105  a word of the sheet, not a secret

    @property
    def managed(self) -> tuple[Column, ...]:
        """The columns that can lead to a patch."""
        return tuple(column for column in self.columns if column.role is Role.MANAGED)
