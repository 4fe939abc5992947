"""Which rows can differ at all: whole columns compared at once, so that Python looks at few rows."""

import re
from collections.abc import Sequence

import polars as pl

from layersync.plan.fields import cells_at
from layersync.plan.spelling import escapes_in, same_value
from layersync.resources.field import Field, Kind, Write
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR
from layersync.values.desired import Column, Desired, Role, RowState
from layersync.values.live import Live

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_TEXT = r"^(?:[\[{]|-?\d|true$|false$)"
_OBJECT = r"^[\[{]"


def matched_rows(desired: Desired, live: Live) -> pl.DataFrame:
    """Gives the usable rows of the sheet that a live record answers to.

    Columns: `_index` UInt32, the row's place in `desired.rows`; `_at` UInt32, its record's place in `live.records`.
    Only the keys are joined, by their hashes, and then compared: that takes less than half of what joining text does.
    Values are gathered a column at a time, which costs a fraction of a wide join.
    """
    usable = desired.rows.lazy().select("_key", "_state").with_row_index("_index")
    usable = usable.filter(pl.col("_state").is_in([RowState.OK.value, RowState.LIMIT.value]))
    hashes = live.records.lazy().select(hash=pl.col("_key").hash()).with_row_index("_at")
    rows = usable.select("_index", hash=pl.col("_key").hash())
    # the order of the right side costs half as much as that of the left
    pairs = hashes.join(rows, on="hash", maintain_order="right").select("_index", "_at").collect()
    keys = live.records["_key"].rechunk()[pairs["_at"]]
    return pairs.filter(desired.rows["_key"].rechunk()[pairs["_index"]] == keys)


def candidates(matched: pl.DataFrame, desired: Desired, live: Live, form: Resource) -> pl.DataFrame:
    """Keeps the lines of `matched` of which some cell may differ from the record.

    Adds a Boolean column for each of the sheet's, named by its path: whether that cell may differ. Equal text is
    trusted, unequal text is not: Unicode form and types are `edits.compare_row`'s business. JSON that is only spelled
    in another way is sorted out here: an API may spell all of it in another way than we do. Of a record that is known
    to say what its row does only the fields that are kept are looked at: the sheet states parts of them.
    """
    kept = [column for column in desired.columns if column.field in live.fields.kept]
    found = _differing(kept, matched, desired, live, form)
    open_lines = live.fields.source.gather(matched["_at"]) != matched["_index"].cast(pl.Int32)
    some = matched.with_columns(**found).filter(pl.any_horizontal(open_lines, *found))
    others = [column for column in desired.columns if column.field not in live.fields.kept]
    some = some.with_columns(**_differing(others, some, desired, live, form))
    return some.filter(pl.any_horizontal(pl.lit(value=False), *(column.path for column in desired.columns)))


def _differing(
    columns: Sequence[Column], matched: pl.DataFrame, desired: Desired, live: Live, form: Resource
) -> dict[str, pl.Series]:
    """Tells of each column, by its path, where a cell may differ."""
    # all at once: a column in each thread, of which nothing else is kept
    differing = pl.collect_all(
        _pairs(column, matched, desired, live).select(
            pl.col("cell").is_not_null() & _unequal(column, form, clears=_clears(column, desired))
        )
        for column in columns
    )
    found = {column.path: differs.to_series() for column, differs in zip(columns, differing, strict=True)}
    for column in columns:
        # what would change nothing is no difference, but may be another value than the one that is expected
        if not column.keys and column.role is Role.MANAGED and form.field(column.field).is_json:
            at = found[column.path].arg_true()
            same = _same_values(_pairs(column, matched[at], desired, live).collect(), form.field(column.field))
            found[column.path].scatter(at.filter(same), False)
    return found


def _pairs(column: Column, matched: pl.DataFrame, desired: Desired, live: Live) -> pl.LazyFrame:
    """The cells of a column and what is live in its field, by line of `matched`: `cell` and `live`."""
    # in one piece: gathering from many pieces takes twenty times as long
    cells = pl.lit(desired.rows[column.path].rechunk()).gather(pl.col("_index"))
    return matched.lazy().select(cell=cells, live=cells_at(live.fields, column.field, pl.col("_at")))


def _same_values(pairs: pl.DataFrame, field: Field) -> pl.Series:
    """Tells where cell and live are one JSON value; mostly only escapes make them look different."""
    alike = pairs["cell"].str.replace_many(escapes_in(pairs["cell"])) == pairs["live"]
    open_places = (~alike.fill_null(value=False)).arg_true()
    others = pairs[open_places].iter_rows()
    same = [live is not None and same_value(cell, live, field) for cell, live in others]
    return pl.repeat(value=True, n=len(pairs), eager=True).scatter(open_places, same)


def _clears(column: Column, desired: Desired) -> bool:
    return bool(column.keys) and bool((desired.rows[column.path] == CLEAR).any())


def _unequal(column: Column, form: Resource, *, clears: bool) -> pl.Expr:
    cell, live = pl.col("cell"), pl.col("live")
    wanted = pl.when(cell == CLEAR).then(None).otherwise(cell)
    if not column.keys:
        return wanted.ne_missing(live)
    if not all(_PLAIN_KEY.fullmatch(key) for key in column.keys):
        return pl.lit(value=True)
    held = live.str.json_path_match("$." + ".".join(column.keys))
    looks_equal_only = _looks_equal_only(column, held, form).fill_null(value=False)
    unequal = wanted.ne_missing(held) | looks_equal_only
    return unequal | _clears_in_vain(column).fill_null(value=False) if clears else unequal


def _clears_in_vain(column: Column) -> pl.Expr:
    """Tells where a key is to be cleared of what may be no object: of a value on its way, or a field that is not shown.

    Where nothing stands at all there is nothing to clear; so only what is there has to be looked at: also JSON that
    polars does not read, in which it finds no key (half characters, long numbers, lists in lists in lists).
    """
    cell, live = pl.col("cell"), pl.col("live")
    no_object = ~live.str.starts_with("{") | (live.is_not_null() & live.str.json_path_match("$").is_null())
    if len(column.keys) > 1:
        no_object = no_object | live.str.json_path_match(f"$.{column.keys[0]}").is_not_null()
    return (cell == CLEAR) & no_object


def _looks_equal_only(column: Column, held: pl.Expr, form: Resource) -> pl.Expr:
    """Tells where a value read out of JSON as text may be of another type than the cell of the same text."""
    field = form.field(column.field)
    if field.key(column.keys[0]).kind is Kind.LIST:
        return pl.col("live").str.contains(f'"{column.keys[0]}":"', literal=True)
    return held.str.contains(_OBJECT if field.write is Write.REPLACE else _NOT_TEXT)
