"""A sheet that is being written: columns, text cells, and what was left out of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from layersync.export.columns import Heading, headings
from layersync.plan.patch import value_at
from layersync.resources.resource import Resource
from layersync.sheet.writing import write_cell, write_key
from layersync.values.live import Fetched
from layersync.values.rules import SheetRules

_UNWRITABLE = "no cell can hold this value"


class Fault(NamedTuple):
    """Something that a sheet must not say: a cell, a whole row (`column` None), a whole column (`at` None)."""

    at: int | None
    column: int | None
    why: str


class LeftOut(NamedTuple):
    """Something that the sheet does not say: a cell, a whole record (`path` None), a whole column (`record` None)."""

    record: str | None
    path: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Text cells, blank = `""`: one row per record, in the order of `records`; the first column is the key."""

    columns: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    records: tuple[Fetched, ...]
    left_out: tuple[LeftOut, ...] = ()

    def without(self, faults: Collection[Fault]) -> "Draft":
        """Blanks cells; a row goes whole where its key, or a cell that is blank already, is at fault."""
        columns = {fault.column for fault in faults if fault.at is None}
        cells = {(fault.at, fault.column) for fault in faults if fault.at is not None and self._can_blank(fault)}
        gone = {fault.at for fault in faults if fault.at is not None and not self._can_blank(fault)}
        kept = [index for index in range(len(self.columns)) if index not in columns]
        return Draft(
            columns=tuple(self.columns[index] for index in kept),
            rows=tuple(
                tuple("" if (at, index) in cells else row[index] for index in kept)
                for at, row in enumerate(self.rows)
                if at not in gone
            ),
            records=tuple(one for at, one in enumerate(self.records) if at not in gone),
            left_out=(*self.left_out, *self._told(faults, gone)),
        )

    def _can_blank(self, fault: Fault) -> bool:
        return bool(fault.column) and fault.at is not None and self.rows[fault.at][fault.column or 0] != ""

    def _told(self, faults: Collection[Fault], gone: Collection[int | None]) -> Iterator[LeftOut]:
        told: Mapping[tuple[int | None, int | None], str] = {
            (fault.at, None if fault.at in gone and fault.at is not None else fault.column): fault.why
            for fault in reversed(list(faults))
        }
        for (at, column), why in sorted(told.items(), key=lambda one: (one[0][0] or 0, one[0][1] or 0)):
            record = None if at is None else self._called(at)
            yield LeftOut(record, None if column is None else self.columns[column].name, why)

    def _called(self, at: int) -> str:
        return self.rows[at][0] or str(self.records[at].record.get("name"))


def draft_of(form: Resource, rules: SheetRules, records: Sequence[Fetched], whole: Collection[str]) -> Draft:
    """Writes every cell as it should read back; objects in `whole` stand in one JSON column each."""
    columns = headings(form, rules, [one.record for one in records], whole)
    written = [[_cell(one, column, rules) for column in columns] for one in records]
    draft = Draft(columns, tuple(tuple(cell or "" for cell in row) for row in written), tuple(records))
    left = [
        LeftOut(draft.rows[at][0], columns[index].name, _UNWRITABLE)
        for at, row in enumerate(written)
        for index, cell in enumerate(row)
        if cell is None
    ]
    return Draft(draft.columns, draft.rows, draft.records, tuple(left))


def _cell(one: Fetched, column: Heading, rules: SheetRules) -> str | None:
    path = column.path
    value = value_at(one.record, path.field.name, path.keys)
    return write_key(value) if column.is_id else write_cell(value, path.form, rules)
