"""Live records as columns: the form in which they meet the sheet."""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from msgspec import UNSET

from layersync.errors import StoppedEarly
from layersync.plan.excerpt import Cut, Excerpt
from layersync.plan.spelling import tidy
from layersync.resources.ident import ANY_ID, id_pattern
from layersync.resources.resource import Resource
from layersync.values.cell import ABSENT, canonical, encode_text
from layersync.values.desired import Column, Role
from layersync.values.live import Fetched, Live

_FILED_AT_ONCE = 4_000  # excerpts that wait to become columns: enough to make that cheap, few enough to hold
_LARGE_NUMBER = r"[eE]\+?\d{3}|\d{300}"
_ANY_ID = id_pattern(ANY_ID)


class Shelf:
    """Takes excerpts as they come and files them as columns, a batch at a time; lines are counted from 0."""

    def __init__(
        self, columns: Sequence[Column], form: Resource, key_field: str, *, stamped: bool = False, placed: bool = False
    ) -> None:
        self.cut = Cut(columns, form, key_field, stamped=stamped, placed=placed)
        self._form = form
        self._shown = tuple(dict.fromkeys(column.field for column in columns))
        self._ids = frozenset(column.field for column in columns if column.role is Role.IDENTITY)
        self._parted = frozenset(column.field for column in columns if column.keys) & self.cut.json
        self._filed: list[pl.DataFrame] = []
        self._first: list[int] = []
        self._keys: list[str] = []
        self._read_at: list[float | None] = []
        self._cells: dict[str, list[Any]] = {name: [] for name in (*self.cut.fields, *self.cut.marks)}
        self.lines = 0

    def put(self, keys: Sequence[str], excerpts: Sequence[Excerpt], read_at: float | None) -> int:
        """Takes records by key; gives the line of the first. Raises StoppedEarly for a number that is too large."""
        if len(self._keys) >= _FILED_AT_ONCE:
            self._file()
        first = self.lines
        self._keys += keys
        self._read_at += [read_at] * len(excerpts)
        for name, cells in zip(self._cells, self.cut.columns_of(excerpts), strict=False):  # no excerpts, no columns
            self._cells[name] += cells
        self.lines += len(excerpts)
        return first

    def id_at(self, line: int) -> str:
        """The id of the record on a line, as the API writes it."""
        batch = bisect_right(self._first, line) - 1
        if batch >= 0 and line - self._first[batch] < len(self._filed[batch]):
            return str(self._filed[batch]["_id"][line - self._first[batch]])
        return str(self._cells[self._form.id_field][line - self.lines])

    def frame(self) -> pl.DataFrame:
        """Everything that was put, in the columns of `Live.records`."""
        if self._keys or not self._filed:
            self._file()
        return pl.concat(self._filed, rechunk=False)

    def _file(self) -> None:
        self._first.append(self.lines - len(self._keys))
        self._filed.append(self._frame())
        self._keys, self._read_at, self._cells = [], [], {name: [] for name in self._cells}

    def _frame(self) -> pl.DataFrame:
        columns = {name: self._column(name, self._cells[name]) for name in self.cut.fields}
        ids = {name: _normal_ids(columns[name]) for name in self._ids}
        return pl.DataFrame(
            {
                "_key": pl.Series(self._keys, dtype=pl.String),
                "_id": columns[self._form.id_field],
                "_name": _shown(columns["name"]),
                "_generation": self._generations(columns),
                "_read_at": pl.Series(self._read_at, dtype=pl.Float64),
                **{name: ids.get(name, columns[name]) for name in self._shown},
            }
        )

    def _column(self, name: str, cells: Sequence[Any]) -> pl.Series:
        if name not in self.cut.json:
            return _texts(cells)
        if name in self._parted:
            cells = [cell if cell is None or cell == ABSENT else tidy(cell) or cell for cell in cells]
        texts = pl.Series(cells, dtype=pl.String)
        for text in texts.filter(texts.str.contains(_LARGE_NUMBER)):
            self._refuse_endless(name, text)
        return texts

    def _refuse_endless(self, name: str, text: str) -> None:
        try:
            canonical(json.loads(text))
        except ValueError:
            told = f"the listing of {self._form.name} is damaged: a number in {name} is too large"
            raise StoppedEarly(told, "run again later; tell Layers if it stays") from None

    def _generations(self, columns: Mapping[str, pl.Series]) -> pl.Series:
        """Names the first generation of which a record shows a mark, as `Resource.generation` does."""
        found = pl.repeat(None, len(self._keys), dtype=pl.String, eager=True)
        for generation in reversed(self._form.generations):
            for mark in generation.marks:
                shows = _shows(columns[mark]) if mark in columns else [cell is not UNSET for cell in self._cells[mark]]
                name = pl.repeat(generation.name, len(found), dtype=pl.String, eager=True)
                found = name.zip_with(pl.Series(shows, dtype=pl.Boolean), found)
        return found


def live_of(records: Mapping[str, Fetched], columns: Sequence[Column], form: Resource, key_field: str) -> Live:
    """Files records that were read as a whole, by normalised key."""
    shelf = Shelf(columns, form, key_field)
    for key, one in records.items():
        shelf.put([key], [shelf.cut.of(one.record)], one.read_at)
    return Live(resource=form.name, records=shelf.frame())


def _texts(cells: Sequence[Any]) -> pl.Series:
    """A column of text; the few values of other kinds, which the API should not send, are marked as such."""
    try:
        return pl.Series(cells, dtype=pl.String)
    except TypeError:
        return pl.Series([cell if isinstance(cell, str) else encode_text(cell) for cell in cells], dtype=pl.String)


def _shows(cells: pl.Series) -> pl.Series:
    return cells.ne_missing(ABSENT)


def _shown(cells: pl.Series) -> pl.Series:
    """An absent field as null."""
    return cells.set(~_shows(cells), None)


def _normal_ids(cells: pl.Series) -> pl.Series:
    """`ident.normal_id`, of a whole column; an absent field stays absent."""
    ids = cells.str.extract(_ANY_ID, 1)
    bare = ids.str.to_lowercase().zip_with(ids.str.contains("-", literal=True), ids)
    return cells.zip_with(~_shows(cells), bare)
