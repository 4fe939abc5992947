"""What stands in the fields of live records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fields:
    """The fields of live records that a sheet names, as String columns that `values.cell` describes.

    `kept` has those of which every record's cell is kept, a line for each record; an id field holds the normalised id.
    In every other field a record either has a cell of its own, in `own`, or says what its row does, and then nothing
    of it is kept: `sheet` has the same columns by place in `Desired.rows`, null where the value is to be null.
    `source`, Int32, has a line for each record: the place of that row or, counted down from -1, its line in `own`.
    """

    kept: "Mapping[str, pl.Series]"
    own: "Mapping[str, pl.Series]"
    sheet: "Mapping[str, pl.Series]"
    source: "pl.Series"
