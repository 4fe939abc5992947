"""Which record holds a claimed value now, in the sheet or outside it, and whether its row would give it up."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from layersync.plan.fields import cells_of
from layersync.resources.ident import ANY_ID, id_pattern, normal_id
from layersync.values.desired import Column, Desired, RowState
from layersync.values.live import Holder, Live


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """A record that holds a value; `row` is its row in the sheet, where it has one.

    `would_move` says that the row states another value, whether or not it can be sent.
    """

    value: str
    id: str
    name: str | None
    row: int | None
    would_move: bool


def keepers_of(
    column: Column, values: Collection[str], desired: Desired, live: Live, holders: Sequence[Holder]
) -> dict[str, list[Keeper]]:
    """Gives the records that hold one of `values`, by value; compared as the API does, in NFC."""
    found: defaultdict[str, list[Keeper]] = defaultdict(list)
    for keeper in (*_among(column, values, desired, live), *_beside(column, desired, live, holders)):
        found[keeper.value].append(keeper)
    return found


def _among(column: Column, values: Collection[str], desired: Desired, live: Live) -> Iterator[Keeper]:
    """Those whose records the sheet names."""
    values_held = cells_of(live.fields, column.field).str.normalize("NFC")
    held = live.records.select("_key", "_id", "_name", value=values_held)
    held = held.filter(pl.col("value").is_in(list(values)))
    yield from _keepers(held, column, desired)


def _beside(column: Column, desired: Desired, live: Live, holders: Sequence[Holder]) -> Iterator[Keeper]:
    """Those that were only seen in passing; a row that is left out or invalid may name one of them all the same."""
    seen = [one for one in holders if one.field == column.field]
    if not seen:
        return
    ids = [normal_id(one.id, ANY_ID) or one.id for one in seen]
    known = live.records.select(id=pl.col("_id").str.extract(id_pattern(ANY_ID), 1).str.to_lowercase())
    frame = pl.DataFrame(
        {
            "_key": pl.Series(ids, dtype=pl.String),
            "_id": pl.Series([one.id for one in seen], dtype=pl.String),
            "_name": pl.Series([one.name for one in seen], dtype=pl.String),
            "value": pl.Series([one.value for one in seen], dtype=pl.String),
        }
    )
    beside = frame.with_columns(id=pl.col("_key").str.to_lowercase()).join(known, on="id", how="anti")
    yield from _keepers(beside, column, desired)


def _keepers(held: pl.DataFrame, column: Column, desired: Desired) -> Iterator[Keeper]:
    rows = desired.rows.filter(pl.col("_key").is_in(held["_key"].to_list()))
    rows = rows.select("_key", "_row", "_state", cell=column.path).unique("_key", keep="first", maintain_order=True)
    found = held.join(rows, on="_key", how="left", maintain_order="left")
    lines = found.select("value", "_id", "_name", "_row", "_state", "cell").iter_rows()
    for value, id_, name, row, state, cell in lines:
        moves = cell is not None and cell != value and state != RowState.SKIPPED.value
        yield Keeper(value=value, id=id_, name=name, row=row, would_move=moves)


def told(keeper: Keeper, noun: str) -> str:
    """Names the record: `project "Acme" (9cb9..., row 12)`."""
    name = f' "{keeper.name}"' if keeper.name else ""
    row = "" if keeper.row is None else f", row {keeper.row}"
    return f"{noun}{name} ({keeper.id}{row})"
