"""Records of a page that say what the sheet states, letter by letter: nothing of them has to be read."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import repeat

import msgspec
import polars as pl
from msgspec import UNSET

from layersync.plan.excerpt import Cut
from layersync.plan.slots import Excerpt
from layersync.plan.spelling import escapes_in
from layersync.values.cell import CLEAR
from layersync.values.desired import Desired

_ROWS_AT_ONCE = 4_000  # rows that are written out as JSON in one piece: only its hash is kept

_write = msgspec.json.Encoder(order="deterministic").encode


class Stated:
    """What the sheet states of the fields in `Cut.stated`, as a record holds it that says the same.

    `rows` are the places in `desired.rows` of the lines that are asked for. Rows and records are compared as JSON, by a
    hash of 64 bits: text in the spelling that writers of JSON share, objects in one of our own. A record that spells
    its text in another way is not found to be the same: then it is read like one that differs. The rows are hashed
    beside everything else that is done, from the start.
    """

    def __init__(self, desired: Desired, rows: pl.Series, cut: Cut) -> None:
        paths = {column.field: column.path for column in desired.columns}
        self._columns = {name: _held(desired.rows[paths[name]]) for name in cut.stated}
        self._rows = rows
        self.lines = len(rows)
        self._texts = [name for name in cut.stated if name not in cut.json]
        self._objects = [name for name in cut.stated if name in cut.json]
        self._told = [cut.slot(name) for name in (*cut.told, *cut.marks)]
        self._hashes = self._hashing()

    @property
    def ready(self) -> bool:
        """Tells that a comparison does not have to wait for the hashes of the rows."""
        return self._hashes.done()

    def said_by(self, texts: Sequence[bytes], lines: pl.Series) -> pl.Series:
        """Tells, as Boolean, which of the records that were `written` say what the sheet states on these lines."""
        if not self._columns:
            return pl.repeat(value=True, n=len(texts), dtype=pl.Boolean, eager=True)
        return pl.Series(texts, dtype=pl.Binary).hash() == self._hashes.result().gather(self._rows.gather(lines))

    def cells(self, field: str) -> pl.Series:
        """What a record that says the same holds in a field, by line."""
        cells = self._columns[field]
        return cells if len(self._rows) == len(cells) else cells.gather(self._rows)

    def written(self, glances: Sequence[Excerpt]) -> list[bytes]:
        """The stated fields of records as JSON: what was not read stands there as it came; the others are let go of."""
        for slot in self._told:
            deque(map(setattr, glances, repeat(slot), repeat(UNSET)), maxlen=0)
        return [*map(_write, glances)]

    def _hashing(self) -> "Future[pl.Series]":
        """Has the rows hashed by a thread of its own: Python is free for other things meanwhile."""
        if not self._columns or not self.lines:
            done: Future[pl.Series] = Future()
            done.set_result(pl.Series(dtype=pl.UInt64))
            return done
        with_one = ThreadPoolExecutor(1)
        hashing = with_one.submit(self._hashed)
        with_one.shutdown(wait=False)
        return hashing

    def _hashed(self) -> pl.Series:
        """The hash of every row of the sheet; several threads write them out, a piece each."""
        rows = pl.DataFrame(self._columns).lazy()
        hashed = self._row().cast(pl.Binary).hash().alias("hash")
        pieces = range(0, len(next(iter(self._columns.values()))), _ROWS_AT_ONCE)
        return pl.concat(pl.collect_all([rows.slice(at, _ROWS_AT_ONCE).select(hashed) for at in pieces]))["hash"]

    def _object(self, name: str) -> pl.Expr:
        cells = pl.col(name).fill_null("null")
        escapes = escapes_in(self._columns[name])
        return cells.str.replace_many(escapes) if escapes else cells

    def _row(self) -> pl.Expr:
        """A row of the sheet as JSON, in the words of `written`."""
        texts = pl.struct(self._texts).struct.json_encode().str.strip_suffix("}") if self._texts else pl.lit("{")
        parts = [texts]
        for name in self._objects:
            comma = "," if len(parts) > 1 or self._texts else ""
            parts += [pl.lit(f'{comma}"{name}":'), self._object(name)]
        return pl.concat_str(*parts, pl.lit("}"))


def _held(cells: pl.Series) -> pl.Series:
    cleared = cells == CLEAR
    return cells.set(cleared, None) if cleared.any() else cells
