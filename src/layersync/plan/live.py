"""Live records as columns: the form in which they meet the sheet."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, count
from typing import Any

import polars as pl

from layersync.plan.excerpt import Cut
from layersync.plan.files import Files
from layersync.plan.live_cells import damaged, json_column, normal_ids, shows, text_column, without_absent
from layersync.plan.slots import Excerpt, Glance, Unfit
from layersync.plan.stated import Stated
from layersync.resources.resource import Resource
from layersync.values.desired import Column, Role
from layersync.values.live import Fetched, Live

_COMPARED_AT_ONCE = 4_000
_PAGES_HELD = 50  # a glance holds on to its whole page


class Shelf:
    """Takes excerpts as they come and files them as columns, a batch at a time; lines are counted from 0.

    Of a record that says what the sheet states, that alone is kept: its columns are made of those of the sheet.
    """

    def __init__(self, cut: Cut, stated: Stated | None = None) -> None:
        self.cut = cut
        self.lines = 0
        self._stated = stated
        self._told = Files(self._told_of, ("_key", "_read_at", *cut.told, *cut.marks))
        self._read = Files(self._read_of, cut.stated)
        self._looked_at = _LookedAt()
        self._source = array("l")  # by line: that of the sheet, or the one in `_read`, counted down from -1
        self._whole = pl.DataFrame()

    def put(
        self, keys: Sequence[str], excerpts: Sequence[Excerpt], read_at: float | None, asked: Sequence[int] = ()
    ) -> int:
        """Takes records by key; gives the line of the first. `asked` are their lines in the sheet, where known.

        Raises StoppedEarly for a value that nothing can hold.
        """
        first = self.lines
        self.lines += len(excerpts)
        told = [self._cells_of(name, excerpts) for name in self.cut.told]
        marks = [self.cut.shown_by(mark, excerpts) for mark in self.cut.marks]
        self._told.add(len(excerpts), [keys, [read_at] * len(excerpts), *told, *marks])
        self._source.extend([0] * len(excerpts))
        if self._stated is not None and asked and isinstance(excerpts[0], Glance):
            self._looked_at.add(range(first, self.lines), excerpts, asked, self._stated.texts_of(excerpts))
            if len(self._looked_at.lines) >= _COMPARED_AT_ONCE or self._looked_at.pages >= _PAGES_HELD:
                self._compare()
        else:
            self._keep(range(first, self.lines), excerpts)
        return first

    @property
    def read(self) -> int:
        """How many records were read: the others say what the sheet states."""
        self._compare()
        return self._read.lines

    def id_at(self, line: int) -> str:
        """The id of the record on a line, as the API writes it."""
        return str(self._told.at(line, self.cut.form.id_field))

    def frame(self) -> pl.DataFrame:
        """Everything that was put, in the columns of `Live.records`."""
        if len(self._whole) != self.lines or not self.lines:
            self._compare()
            self._whole = self._assembled()
        return self._whole

    def _compare(self) -> None:
        """Keeps those that say what the sheet states as that, and the others with their cells."""
        looked_at, self._looked_at = self._looked_at, _LookedAt()
        if self._stated is None or not looked_at.lines:
            return
        said = self._stated.said_by(looked_at.glances, looked_at.texts, looked_at.asked)
        for line, asked in compress(zip(looked_at.lines, looked_at.asked, strict=True), said):
            self._source[line] = asked
        differs = [not same for same in said]
        self._keep([*compress(looked_at.lines, differs)], [*compress(looked_at.glances, differs)])

    def _keep(self, lines: Sequence[int], excerpts: Sequence[Excerpt]) -> None:
        for line, at in zip(lines, count(-1 - self._read.lines, -1), strict=False):
            self._source[line] = at
        self._read.add(len(excerpts), [self._cells_of(name, excerpts) for name in self.cut.stated])

    def _cells_of(self, name: str, excerpts: Sequence[Excerpt]) -> list[Any]:
        try:
            return self.cut.cells_of(name, excerpts)
        except Unfit as error:
            raise damaged(f"{name} holds what cannot be read: {error}", self.cut.form.name) from None

    def _told_of(self, cells: Mapping[str, list[Any]]) -> pl.DataFrame:
        """What is kept of every record: a column for each field that is `told`, and one for each mark."""
        return pl.DataFrame(
            {
                "_key": pl.Series(cells["_key"], dtype=pl.String),
                "_read_at": pl.Series(cells["_read_at"], dtype=pl.Float64),
                **{name: self._column(name, cells[name]) for name in self.cut.told},
                **{mark: pl.Series(cells[mark], dtype=pl.Boolean) for mark in self.cut.marks},
            }
        )

    def _read_of(self, cells: Mapping[str, list[Any]]) -> pl.DataFrame:
        return pl.DataFrame({name: self._column(name, cells[name]) for name in self.cut.stated})

    def _column(self, name: str, cells: Sequence[Any]) -> pl.Series:
        if name in self.cut.json:
            return json_column(name, cells, self.cut.form.name, parted=name in self.cut.told)
        return text_column(cells)

    def _assembled(self) -> pl.DataFrame:
        told, columns = self._told.all(), self._stated_columns()
        columns |= {name: told[name] for name in self.cut.told}
        ids = {one.field: normal_ids(columns[one.field]) for one in self.cut.columns if one.role is Role.IDENTITY}
        unstamped = pl.repeat(None, n=self.lines, dtype=pl.String, eager=True)
        return pl.DataFrame(
            {
                "_key": told["_key"],
                "_id": columns[self.cut.form.id_field],
                "_name": without_absent(columns["name"]),
                "_generation": self._generations({**{mark: told[mark] for mark in self.cut.marks}, **columns}),
                "_read_at": told["_read_at"],
                "_stamp": without_absent(told[self.cut.stamp]) if self.cut.stamp else unstamped,
                **{one.field: ids.get(one.field, columns[one.field]) for one in self.cut.columns},
            }
        )

    def _stated_columns(self) -> dict[str, pl.Series]:
        """Columns of all records; cells of the sheet are not copied, so those that are the same take no room."""
        read = self._read.all()
        if self._stated is None:
            return {name: read[name] for name in self.cut.stated}
        source = pl.Series(list(self._source), dtype=pl.Int64)
        source = source.zip_with(source >= 0, self._stated.lines - 1 - source)
        pairs = ((name, self._stated.cells(name), read[name]) for name in self.cut.stated)
        # in one piece: gathering from two takes ten times as long
        return {name: pl.concat([cells, own]).rechunk().gather(source) for name, cells, own in pairs}

    def _generations(self, columns: Mapping[str, pl.Series]) -> pl.Series:
        """Names the first generation of which a record shows a mark, as `Resource.generation` does."""
        found = pl.repeat(None, self.lines, dtype=pl.String, eager=True)
        for generation in reversed(self.cut.form.generations):
            for mark in generation.marks:
                shown_here = columns[mark] if mark in self.cut.marks else shows(columns[mark])
                name = pl.repeat(generation.name, len(found), dtype=pl.String, eager=True)
                found = name.zip_with(shown_here, found)
        return found


class _LookedAt:
    """Records of pages that wait to be compared with the sheet."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.glances: list[Excerpt] = []
        self.asked: list[int] = []
        self.texts: list[bytes] = []
        self.pages = 0

    def add(
        self, lines: Iterable[int], glances: Sequence[Excerpt], asked: Sequence[int], texts: Sequence[bytes]
    ) -> None:
        self.lines += lines
        self.glances += glances
        self.asked += asked
        self.texts += texts
        self.pages += 1


def live_of(records: Mapping[str, Fetched], columns: Sequence[Column], form: Resource, key_field: str) -> Live:
    """Files records that were read as a whole, by normalised key."""
    shelf = Shelf(Cut(columns, form, key_field))
    for key, one in records.items():
        shelf.put([key], [shelf.cut.of(one.record)], one.read_at)
    return Live(resource=form.name, records=shelf.frame())
