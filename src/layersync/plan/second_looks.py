"""Which records have to be read in full though a listing showed them: it did not show enough to decide.

Asked once, when `reads` is done. An API may leave out of its lists what is null, or what its pages say is there; and
how a choice is written may depend on a generation of the API that only a full record tells (API facts, 8.1-8.3).
"""

from collections.abc import Sequence

import polars as pl

from layersync.plan.asking import GetRecord, Recall
from layersync.plan.fields import any_absent, lines_of
from layersync.plan.known import Known, usable_rows
from layersync.resources.resource import Resource
from layersync.values.cell import ABSENT
from layersync.values.desired import Column, Desired, Role


def second_looks(known: Known, desired: Desired) -> tuple[GetRecord | Recall, ...]:
    """Gives the records to read: those that do not show what their row states, or else one that tells a generation.

    Those that the listing showed to be as remembered are recalled.
    """
    live = known.shelf.live()
    stated = [one for one in desired.columns if one.role is not Role.IDENTITY and known.form.field(one.field).listed]
    hidden = [column for column in stated if any_absent(live.fields, column.field)]
    spelled = [] if live.records["_generation"].is_not_null().any() else _by_generation(stated, known.form)
    if not hidden and not spelled:
        return ()
    slim = _slim(known)
    cells, records = usable_rows(desired).collect()[slim["line"]], lines_of(live.fields, slim["place"])
    lines = _hidden(cells, records, hidden) or _differing(cells, records, spelled)[:1]
    named = pl.DataFrame({"line": slim["line"], "key": cells["_key"], "id": live.records["_id"][slim["place"]]})[lines]
    unmoved = known.remembered.unmoved
    return tuple(
        Recall(key, unmoved[line]) if line in unmoved else GetRecord(key, record_id)
        for line, key, record_id in named.iter_rows()
    )


def _by_generation(columns: Sequence[Column], form: Resource) -> list[Column]:
    """The columns whose choices are not the same in every generation."""
    return [one for one in columns if any(generation.field(one.field) for generation in form.generations)]


def _slim(known: Known) -> pl.DataFrame:
    """The lines of `asked` that a listing alone answered, and where on the shelf the record of each is."""
    slim = pl.DataFrame({"place": known.places.slim}).with_row_index("line")
    other = pl.Series([*known.full, *known.unclear], dtype=pl.UInt32)
    return slim.filter(pl.col("place") >= 0, ~pl.col("line").is_in(other.implode()))


def _hidden(cells: pl.DataFrame, records: pl.DataFrame, columns: Sequence[Column]) -> list[int]:
    found = [cells[one.path].is_not_null() & (records[one.field] == ABSENT).fill_null(value=False) for one in columns]
    return _places(found)


def _differing(cells: pl.DataFrame, records: pl.DataFrame, columns: Sequence[Column]) -> list[int]:
    return _places([cells[one.path].is_not_null() & cells[one.path].ne_missing(records[one.field]) for one in columns])


def _places(found: Sequence[pl.Series]) -> list[int]:
    return pl.DataFrame(found).select(pl.any_horizontal(pl.all())).to_series().arg_true().to_list() if found else []
