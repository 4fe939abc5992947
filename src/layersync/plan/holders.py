"""Who holds which value of a unique field: noted as records come by that the sheet does not name."""

from collections.abc import Iterable
from functools import cached_property

import polars as pl

from layersync.plan.excerpt import Cut
from layersync.plan.fields import cells_at, cells_of
from layersync.plan.slots import Excerpt
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR, normal
from layersync.values.desired import Column, Desired, RowState
from layersync.values.fields import Fields
from layersync.values.live import Holder

_USABLE = [RowState.OK.value, RowState.LIMIT.value]


class Holders:
    """Notes the records that hold a value which a usable row states; `columns` are those of unique fields."""

    def __init__(self, desired: Desired, form: Resource) -> None:
        self.columns = unique_columns(desired, form)
        self._rows = desired.rows
        self._values: dict[str, frozenset[str]] = {}
        self._seen: dict[tuple[str, str], dict[str, Holder]] = {}

    def see(self, cut: Cut, records: Iterable[Excerpt]) -> None:
        """Notes which of the stated values these records hold."""
        for record in records if self.columns else ():
            for column in self.columns:
                value = cut.text_of(record, column.field)
                if value is not None and (held := str(normal(value))) in self._stated(column.field):
                    self._note(column.field, held, str(cut.id_of(record)), cut.text_of(record, "name"))

    def open_claims(self, field: str, fields: Fields, places: pl.Series) -> set[str]:
        """The values that rows state, while no record was seen with them.

        `fields` are those of the records that were read; `places` says which of them each usable row names, null where
        there is none. A record that is known to say what its row does holds what that claims.
        """
        stated = pl.DataFrame({"value": self._cells[field], "place": places}).drop_nulls("place")
        if field in fields.own:
            stated = stated.filter(fields.source.gather(stated["place"]) < 0)
        held = stated.with_columns(held=cells_at(fields, field, pl.col("place")))
        differs = pl.col("value").ne_missing(pl.col("held"))
        unequal = held.filter((pl.col("value") != CLEAR) & differs)
        # a sheet is in NFC: what is equal as it stands is left out before the rest is brought into that form
        claims = unequal.with_columns(pl.col("held").str.normalize("NFC")).filter(differs)
        if claims.is_empty():
            return set()
        everyone = pl.DataFrame({"value": cells_of(fields, field).str.normalize("NFC")})
        claims = claims.join(everyone, on="value", how="anti")
        return {value for value in claims["value"] if (field, value) not in self._seen}

    def unseen(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the (field, value) pairs that no record was seen with."""
        return {pair for pair in pairs if pair not in self._seen}

    def all(self) -> tuple[Holder, ...]:
        """Every holder that was seen."""
        return tuple(holder for holders in self._seen.values() for holder in holders.values())

    @cached_property
    def _cells(self) -> pl.DataFrame:
        """What usable rows state; gathered late, for the sheet is still being hashed at first."""
        usable = self._rows.lazy().filter(pl.col("_state").is_in(_USABLE))
        return usable.select(pl.col(column.path).alias(column.field) for column in self.columns).collect()

    def _stated(self, field: str) -> frozenset[str]:
        """The values of a column, gathered when the first stranger comes by: mostly there is none."""
        if field not in self._values:
            self._values[field] = frozenset(self._cells[field].drop_nulls().to_list()) - {CLEAR}
        return self._values[field]

    def _note(self, field: str, value: str, id_: str, name: str | None) -> None:
        self._seen.setdefault((field, value), {})[id_] = Holder(field=field, value=value, id=id_, name=name)


def unique_columns(desired: Desired, form: Resource) -> tuple[Column, ...]:
    """The managed columns of which no two records may share a value."""
    return tuple(column for column in desired.managed if not column.keys and form.field(column.field).unique)
