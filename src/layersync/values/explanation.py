"""Why a row came out as it did: the answer to `--explain KEY[:FIELD]`, cell by cell."""

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What decided about a cell."""

    BLANK = "blank"  # a blank cell leaves the field alone
    EQUAL = "equal"
    EQUAL_VALUE = "equal_value"  # written differently, yet the same value
    SENT = "sent"
    DRIFT_OVERWRITTEN = "drift_overwritten"
    DRIFT_KEPT = "drift_kept"
    GUARD = "guard"  # it differs, and a guard holds it
    ROW = "row"  # it differs, and the row is not sent for another reason
    WRONG = "wrong"  # this cell is why the row is not sent
    ONLY_COMPARED = "only_compared"  # an `expect` column or an id beside the key
    UNKNOWN = "unknown"  # no record answers to the row, or it is left out
    NO_COLUMN = "no_column"  # the sheet does not manage the field


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained: rows of the sheet, and the one path that was asked for, or None for all."""

    rows: tuple[int, ...]
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A JSON value that somebody stated, null included; where nobody did, None stands in its place."""

    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class CellExplained:
    """One cell: three values, the rule that decided, and why in a sentence. `cell` is empty where there is none."""

    cell: str
    field: str
    desired: Said | None
    live: Said | None
    last_agreed: Said | None
    rule: Rule
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowExplained:
    """One row and its cells; `state` is the outcome that a preview gives it."""

    row: int
    resource: str
    key: str
    id: str | None
    name: str | None
    state: str
    message: str
    cells: tuple[CellExplained, ...]
