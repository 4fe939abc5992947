"""Who holds which value of a unique field: noted as records come by, for the values that a sheet states."""

from collections.abc import Iterable, Mapping

import polars as pl

from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR, normal
from layersync.values.desired import Column, Desired, RowState
from layersync.values.live import Holder

_USABLE = [RowState.OK.value, RowState.LIMIT.value]


class Holders:
    """`stated` has the (field, value) pairs that usable rows state, with the row's normalised key."""

    def __init__(self, desired: Desired, form: Resource) -> None:
        self._form = form
        columns = unique_columns(desired, form)
        self._fields = tuple(column.field for column in columns)
        self.stated = dict(_stated(desired, columns)) if columns else {}
        self._seen: dict[tuple[str, str], dict[str, Holder]] = {}

    def see(self, records: Iterable[Mapping[str, object]]) -> None:
        """Notes which of the stated values these records hold."""
        for field in self._fields:
            for record in records:
                value = record.get(field)
                if isinstance(value, str) and (field, held := str(normal(value))) in self.stated:
                    self._note(field, held, record)

    def _note(self, field: str, value: str, record: Mapping[str, object]) -> None:
        name, id_ = record.get("name"), str(record[self._form.id_field])
        holder = Holder(field=field, value=value, id=id_, name=name if isinstance(name, str) else None)
        self._seen.setdefault((field, value), {})[id_] = holder

    def unseen(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the (field, value) pairs that no record was seen with."""
        return {pair for pair in pairs if pair not in self._seen}

    def all(self) -> tuple[Holder, ...]:
        """Every holder that was seen."""
        return tuple(holder for holders in self._seen.values() for holder in holders.values())


def unique_columns(desired: Desired, form: Resource) -> tuple[Column, ...]:
    """The managed columns of which no two records may share a value."""
    return tuple(column for column in desired.managed if not column.keys and form.field(column.field).unique)


def _stated(desired: Desired, columns: Iterable[Column]) -> Iterable[tuple[tuple[str, str], str]]:
    usable = desired.rows.filter(pl.col("_state").is_in(_USABLE))
    for column in columns:
        cells = usable.select("_key", column.path).filter(pl.col(column.path) != CLEAR)
        yield from (((column.field, value), key) for key, value in cells.iter_rows())
