"""Live records as columns: the form in which they meet the sheet."""

from array import array
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from layersync.plan.excerpt import Cut
from layersync.plan.fields import cells_of
from layersync.plan.files import Files
from layersync.plan.live_cells import damaged, json_column, normal_ids, shows, text_column, texts_alone, without_absent
from layersync.plan.numbers import column
from layersync.plan.slots import Excerpt, Glance, Unfit
from layersync.plan.stated import Others, Stated
from layersync.resources.resource import Resource
from layersync.values.desired import Column, Role
from layersync.values.fields import Fields
from layersync.values.live import Fetched, Live

_COMPARED_AT_ONCE = 8_000
_MOST_ASKED = 6  # lots of records that may wait: the rows of the sheet are hashed first


@dataclass(frozen=True, slots=True)
class _Asked:
    """Records that are held against the sheet meanwhile, and their lines of `keys`."""

    at: "array[int]"
    others: "Future[Others]"


class Shelf:
    """Takes excerpts as they come and files them as columns, a batch at a time; lines are counted from 0.

    `keys` are the normalised keys that records may be put under. Of a record that says what the sheet states, that
    alone is kept.
    """

    def __init__(self, cut: Cut, keys: Sequence[str] | pl.Series, stated: Stated | None = None) -> None:
        self.cut = cut
        self.lines = 0
        self._keys = pl.Series(keys, dtype=pl.String).rechunk()  # gathering from many pieces takes twenty times as long
        self._stated = stated
        self._told = Files(self._told_of, (*cut.told, *cut.marks))
        self._read = Files(self._read_of, cut.stated)
        self._open: list[bytes] = []  # records that are to be held against the sheet, a page each
        self._open_at = array("i")
        self._asked: deque[_Asked] = deque()
        self._at = array("i")  # by line: the place among `keys`
        self._read_at: list[tuple[int, float | None]] = []  # of how many lines, one after the other, and when
        self._source = array("i")  # by line: that of the sheet, or the one in `_read`, counted down from -1
        self._live: Live | None = None

    def put(self, at: Sequence[int], excerpts: Sequence[Excerpt], read_at: float | None) -> int:
        """Takes records over, each under the key at its place among `keys`; gives the line of the first.

        Raises StoppedEarly for a value that nothing can hold.
        """
        first = self.lines
        self.lines += len(excerpts)
        told = [self._cells_of(name, excerpts) for name in self.cut.told]
        marks = {mark: self.cut.shown_by(mark, excerpts) for mark in self.cut.marks}
        self._told.add(len(excerpts), [*told, *marks.values()])
        places = array("i", at)
        self._at += places
        self._read_at.append((len(excerpts), read_at))
        if self._stated is not None and excerpts and isinstance(excerpts[0], Glance):
            self._open_at += places
            self._open.append(self._stated.written(excerpts, [mark for mark, shown in marks.items() if any(shown)]))
            if len(self._open_at) >= _COMPARED_AT_ONCE:
                self._ask(self._stated)
                self._settle(_MOST_ASKED)
        else:
            self._settle()
            self._source.extend(range(-1 - self._read.lines, -1 - self._read.lines - len(excerpts), -1))
            self._keep(excerpts)
        return first

    @property
    def read(self) -> int:
        """How many records were read: the others say what the sheet states."""
        self._settle()
        return self._read.lines

    def id_at(self, line: int) -> str:
        """The id of the record on a line, as the API writes it."""
        return str(self._told.at(line, self.cut.form.id_field))

    def live(self) -> Live:
        """Everything that was put: its `records` and `fields`."""
        if self._live is None or len(self._live.records) != self.lines:
            self._settle()
            told = self._told.all()
            fields = self._fields(told)
            self._live = Live(resource=self.cut.form.name, records=self._records(told, fields), fields=fields)
        return self._live

    def _ask(self, stated: Stated) -> None:
        """Has the open records held against the sheet."""
        self._asked.append(_Asked(self._open_at, stated.compare(self._open, self._open_at)))
        self._open, self._open_at = [], array("i")

    def _settle(self, most: int = 0) -> None:
        """Reads records that don't say what the sheet states, until no more than `most` lots are still to be told."""
        if not most and self._stated is not None and self._open:
            self._ask(self._stated)
        while self._asked and (len(self._asked) > most or self._asked[0].others.done()):
            self._take(self._asked.popleft())

    def _take(self, asked: _Asked) -> None:
        source, first = asked.at, -1 - self._read.lines
        with _told_as_damaged("a record cannot be read", self.cut.form.name):
            others = asked.others.result()
            excerpts = self.cut.reread(others.texts)
        for own, place in enumerate(others.places):
            source[place] = first - own
        self._source += source
        self._keep(excerpts)

    def _keep(self, excerpts: Sequence[Excerpt]) -> None:
        """Files records that the sheet does not speak for."""
        self._read.add(len(excerpts), [self._cells_of(name, excerpts) for name in self.cut.stated])

    def _cells_of(self, name: str, excerpts: Sequence[Excerpt]) -> list[Any]:
        with _told_as_damaged(f"{name} holds what cannot be read", self.cut.form.name):
            return self.cut.cells_of(name, excerpts)

    def _told_of(self, cells: Mapping[str, list[Any]]) -> pl.DataFrame:
        """What is kept of every record: a column for each field that is `told`, and one for each mark."""
        return pl.DataFrame(
            {
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

    def _records(self, told: pl.DataFrame, fields: Fields) -> pl.DataFrame:
        unstamped = pl.repeat(None, n=self.lines, dtype=pl.String, eager=True)
        return pl.DataFrame(
            {
                "_key": self._keys.gather(column(self._at)),
                "_id": told[self.cut.form.id_field],
                "_name": texts_alone(_column_of("name", told, fields)),
                "_generation": self._generations(told, fields),
                "_read_at": self._read_at_column(),
                "_stamp": without_absent(told[self.cut.stamp]) if self.cut.stamp else unstamped,
            }
        )

    def _fields(self, told: pl.DataFrame) -> Fields:
        """Cells of the sheet are not copied, so those that are the same take neither room nor time."""
        named = {one.field: one.role for one in self.cut.columns}
        kept = {name: told[name].rechunk() for name in self.cut.told if name in named}
        kept |= {name: normal_ids(kept[name]) for name, role in named.items() if role is Role.IDENTITY}
        own, source = self._read.all(), column(self._source)
        stated = {name: own[name].rechunk() for name in self.cut.stated}
        if self._stated is None:
            return Fields(kept=kept | stated, own={}, sheet={}, source=source)
        return Fields(kept=kept, own=stated, sheet=self._stated.columns, source=self._stated.places(source))

    def _read_at_column(self) -> pl.Series:
        runs = pl.DataFrame(self._read_at, schema={"lines": pl.UInt32, "read_at": pl.Float64}, orient="row")
        return runs.select(pl.col("read_at").repeat_by("lines").explode()).to_series()

    def _generations(self, told: pl.DataFrame, fields: Fields) -> pl.Series:
        """Names the first generation of which a record shows a mark, as `Resource.generation` does."""
        found = pl.repeat(None, self.lines, dtype=pl.String, eager=True)
        for generation in reversed(self.cut.form.generations):
            for mark in generation.marks:
                held = _column_of(mark, told, fields)
                shown_here = held if mark in self.cut.marks else shows(held)
                name = pl.repeat(generation.name, len(found), dtype=pl.String, eager=True)
                found = name.zip_with(shown_here, found)
        return found


def _column_of(name: str, told: pl.DataFrame, fields: Fields) -> pl.Series:
    return told[name] if name in told.columns else cells_of(fields, name)


@contextmanager
def _told_as_damaged(what: str, resource: str) -> Iterator[None]:
    try:
        yield
    except Unfit as error:
        raise damaged(f"{what}: {error}", resource) from None


def live_of(records: Mapping[str, Fetched], columns: Sequence[Column], form: Resource, key_field: str) -> Live:
    """Files records that were read as a whole, by normalised key."""
    shelf = Shelf(Cut(columns, form, key_field), [*records])
    for at, one in enumerate(records.values()):
        shelf.put([at], [shelf.cut.of(one.record)], one.read_at)
    return shelf.live()
