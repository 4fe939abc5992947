"""Records of a page that say what the sheet states, letter by letter: nothing of them has to be read."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import attrgetter

import polars as pl
from msgspec import Raw

from layersync.plan.excerpt import Cut
from layersync.plan.slots import Excerpt
from layersync.plan.spelling import tidied, unescaped
from layersync.values.cell import CLEAR
from layersync.values.desired import Desired

_AT_ONCE = 20_000  # rows that are written out as JSON in one piece: only its hash is kept


class Stated:
    """What the sheet states of the fields in `Cut.stated`, as a record holds it that says the same.

    `rows` are the places in `desired.rows` of the lines that are asked for. Rows and records are compared as JSON, by a
    hash of 64 bits: text in the spelling that writers of JSON share, objects in one of our own. A record that spells
    its text in another way is not found to be the same: then it is read like one that differs.
    """

    def __init__(self, desired: Desired, rows: pl.Series, cut: Cut) -> None:
        paths = {column.field: column.path for column in desired.columns}
        self._columns = {name: _held(desired.rows[paths[name]]) for name in cut.stated}
        self._rows = rows
        self.lines = len(rows)
        self._texts = [name for name in cut.stated if name not in cut.json]
        self._objects = [name for name in cut.stated if name in cut.json]
        self._slots = {name: attrgetter(cut.slot(name)) for name in cut.stated}
        self._hashes: pl.Series | None = None

    def texts_of(self, glances: Sequence[Excerpt]) -> list[bytes]:
        """The text that records hold, as `said_by` compares it."""
        parts: list[Iterable[bytes | Raw]] = []
        for name in self._texts:
            before = repeat(b'%s"%s":' % (b"," if parts else b"{", name.encode()), len(glances))
            parts += [before, map(self._slots[name], glances)]
        return [*map(b"".join, zip(*parts, repeat(b"}", len(glances)), strict=True))]

    def said_by(self, glances: Sequence[Excerpt], texts: Sequence[bytes], lines: Sequence[int]) -> list[bool]:
        """Tells which of the records say what the sheet states on these lines."""
        at = self._rows.gather(pl.Series(lines, dtype=pl.UInt32))
        said = [True] * len(glances)
        if self._texts:
            self._hashes = self._hashed() if self._hashes is None else self._hashes
            said = (pl.Series(texts, dtype=pl.Binary).hash() == self._hashes.gather(at)).to_list()
        for name in self._objects:
            ours = unescaped(self._columns[name].gather(at).fill_null("null").to_list())
            theirs = tidied([*map(self._slots[name], glances)])
            said = [one and mine == other for one, mine, other in zip(said, ours, theirs, strict=True)]
        return said

    def cells(self, field: str) -> pl.Series:
        """What a record that says the same holds in a field, by line."""
        cells = self._columns[field]
        return cells if len(self._rows) == len(cells) else cells.gather(self._rows)

    def _hashed(self) -> pl.Series:
        """The hash of every row of the sheet; several threads write them out, a piece each."""
        rows = pl.DataFrame({name: self._columns[name] for name in self._texts}).lazy()
        pieces = range(0, len(self._columns[self._texts[0]]), _AT_ONCE)
        hashed = pl.struct(self._texts).struct.json_encode().cast(pl.Binary).hash().alias("hash")
        return pl.concat(pl.collect_all([rows.slice(at, _AT_ONCE).select(hashed) for at in pieces]))["hash"]


def _held(cells: pl.Series) -> pl.Series:
    cleared = cells == CLEAR
    return cells.set(cleared, None) if cleared.any() else cells
