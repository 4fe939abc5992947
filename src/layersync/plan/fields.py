"""How cells are read out of `values.fields`, wherever they stand."""

from dataclasses import replace

import polars as pl

from layersync.values.cell import ABSENT
from layersync.values.fields import Fields
from layersync.values.live import Live


def cells_at(fields: Fields, name: str, lines: pl.Expr) -> pl.Expr:
    """The cells of one field, by line of the record."""
    if name in fields.kept:
        return pl.lit(fields.kept[name]).gather(lines)
    source = pl.lit(fields.source).gather(lines)
    own = pl.lit(fields.own[name]).gather(pl.when(source < 0).then(-1 - source))
    rows = pl.lit(fields.sheet[name]).gather(pl.when(source >= 0).then(source))
    return pl.when(source < 0).then(own).otherwise(rows)


def cells_of(fields: Fields, name: str) -> pl.Series:
    """The cells of one field, of all records."""
    if name in fields.kept:
        return fields.kept[name]
    lines = pl.select(line=pl.int_range(len(fields.source), dtype=pl.UInt32))
    return lines.select(cells_at(fields, name, pl.col("line"))).to_series()


def lines_of(fields: Fields, lines: pl.Series) -> pl.DataFrame:
    """The cells of all fields, a column for each by its name, of some records."""
    names = (*fields.kept, *fields.own)
    return pl.DataFrame({"line": lines}).select(cells_at(fields, name, pl.col("line")).alias(name) for name in names)


def whole(live: Live) -> pl.DataFrame:
    """The columns of `Live.records`, and one for each field."""
    lines = pl.int_range(len(live.records), dtype=pl.UInt32, eager=True)
    return pl.concat([live.records, lines_of(live.fields, lines)], how="horizontal")


def taken(fields: Fields, lines: pl.Series) -> Fields:
    """The fields of some records, in the order of `lines`."""
    kept = {name: cells.gather(lines) for name, cells in fields.kept.items()}
    return replace(fields, kept=kept, source=fields.source.gather(lines))


def any_absent(fields: Fields, name: str) -> bool:
    """Tells that some record does not show a field; one that says what a sheet does shows it."""
    cells = fields.kept[name] if name in fields.kept else fields.own[name]
    return bool((cells == ABSENT).any())
