"""Records of a page that say what the sheet states: nothing of them has to be read."""

from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import repeat
from typing import NamedTuple

import msgspec
import polars as pl
from msgspec import UNSET

from layersync.plan.excerpt import Cut
from layersync.plan.lines import Escapes, Lines
from layersync.plan.numbers import column
from layersync.plan.slots import UNREADABLE, Excerpt, Unfit, line_type
from layersync.plan.spelling import escapes_in
from layersync.values.cell import CLEAR
from layersync.values.desired import Desired

_ROWS_AT_ONCE = 4_000  # rows that are written out as JSON in one piece: only its hash is kept
_LOOKED_AT = 2_000  # rows, spread over the sheet, whose escapes are looked for before all others

_write_lines = msgspec.json.Encoder().encode_lines
_tidy = msgspec.json.Encoder(order="deterministic")


class Others(NamedTuple):
    """Records that say something else than the sheet: where they stand among those that were compared, and as JSON."""

    places: list[int]
    texts: list[bytes]


class Stated:
    """What the sheet states of the fields in `Cut.stated`, as a record holds it that says the same.

    `rows` are the places in `desired.rows` of the lines that are asked for; `columns` has the cells of all rows, by
    field, null where the value is to be null. Rows and records are compared as JSON, by a
    hash of 64 bits, letter by letter but for the order of keys. A record that spells its text in another way is
    not found to be the same: then it is read like one that differs. All this is done by a thread of its own, beside
    everything else, the rows first: polars leaves Python free for other things meanwhile.
    """

    def __init__(self, desired: Desired, rows: pl.Series, cut: Cut) -> None:
        paths = {column.field: column.path for column in desired.columns}
        self.columns = {name: _held(desired.rows[paths[name]]) for name in cut.stated}
        objects = [name for name in cut.stated if name in cut.json]
        self._lines = Lines([name for name in cut.stated if name not in cut.json], objects)
        self._rows = rows
        self._sheet_rows = len(desired.rows)
        self._cut = cut
        self._line = msgspec.json.Decoder(line_type(self._lines.texts, self._lines.objects))
        self._beside = ThreadPoolExecutor(1)
        self._hashes = self._beside.submit(self._hashed)

    def compare(self, pages: Sequence[bytes], lines: "array[int]") -> "Future[Others]":
        """Has records that were `written` held against what the sheet states on these lines.

        Takes its time when the rows are still hashed, or other records compared. The result raises Unfit for what is
        not UTF-8.
        """
        return self._beside.submit(self._compared, pages, lines)

    def places(self, lines: pl.Series) -> pl.Series:
        """The places in `desired.rows` of these lines, Int32; numbers below 0 stay as they are."""
        if len(self._rows) == self._sheet_rows:
            return lines
        places = self._rows.cast(pl.Int32).gather(lines.set(lines < 0, None))
        return places.zip_with(lines >= 0, lines)

    def written(self, glances: Sequence[Excerpt], marks: Iterable[str]) -> bytes:
        """The stated fields of records as JSON, a line each: what was not read stands there as it came.

        The other fields are let go of; `marks` are those that any of them shows.
        """
        for name in (*self._cut.told, *marks):
            deque(map(setattr, glances, repeat(self._cut.slot(name)), repeat(UNSET)), maxlen=0)
        return _write_lines(glances)

    def _compared(self, pages: Sequence[bytes], lines: "array[int]") -> Others:
        """Compares records: whole lines, and objects by their pieces; what is left more closely.

        As few queries as can be: after each of them this thread has to wait for its turn with Python.
        """
        if not self.columns:
            return Others([], [])
        rows = pl.LazyFrame({"row": self._hashes.result().gather(column(lines))})
        records = pl.concat([_lines(pages), rows], how="horizontal").with_row_index("place")
        text = pl.col("text")
        same = (text.hash() == pl.col("row")) | (self._lines.hash(text) == pl.col("row"))
        try:
            others = _without(records, same).collect()
        except pl.exceptions.ComputeError:
            _refuse_other_than_utf8(pages)
            raise
        if self._lines.objects and len(others):
            tidied = pl.Series("text", self._tidied(others["text"].to_list()), dtype=pl.String)
            others = _without(others.lazy().with_columns(tidied), same).collect()
        return Others(others["place"].to_list(), [text.encode() for text in others["text"]])

    def _tidied(self, texts: Sequence[str]) -> Sequence[str]:
        """Lines with their objects in the spelling of rows; as they are where one can't be read, and reading tells."""
        try:
            return _tidy.encode_lines(self._line.decode_lines("\n".join(texts))).decode().split("\n")[:-1]
        except UNREADABLE:
            return texts

    def _hashed(self) -> pl.Series:
        """The hash of every row that is asked for: by pieces, or of the whole line where that is not enough.

        The escapes of a few rows are mostly those of all: looking for them in all takes as long as replacing them.
        """
        if not self.columns:
            return pl.Series(dtype=pl.UInt64)
        rows = pl.DataFrame(self.columns)
        hashes = _some_at_once(rows, self._lines.hash_of_row(self._escapes(rows[:: 1 + len(rows) // _LOOKED_AT])))
        others = hashes.is_null().arg_true()
        if len(others):
            rest = rows[others]
            hashes = hashes.scatter(others, _some_at_once(rest, self._lines.of_row(self._escapes(rest)).hash()))
        return hashes.gather(self._rows)

    def _escapes(self, rows: pl.DataFrame) -> Escapes:
        return {name: escapes_in(rows[name]) for name in self._lines.objects}


def _some_at_once(rows: pl.DataFrame, hashed: pl.Expr) -> pl.Series:
    """Hashes rows: several threads write them out, a piece each, of which nothing else is kept."""
    starts = range(0, max(1, len(rows)), _ROWS_AT_ONCE)
    found = pl.collect_all([rows.lazy().slice(start, _ROWS_AT_ONCE).select(hashed) for start in starts])
    return pl.concat(found, rechunk=True).to_series()


def _without(records: pl.LazyFrame, same: pl.Expr) -> pl.LazyFrame:
    """Drops the records that are the same; a filter would look for each place in a line as often as it is named."""
    return records.with_columns(same=same.fill_null(value=False)).filter(~pl.col("same"))


def _refuse_other_than_utf8(pages: Sequence[bytes]) -> None:
    try:
        b"".join(pages).decode()
    except UnicodeDecodeError:
        raise Unfit("it is not UTF-8") from None


def _lines(pages: Sequence[bytes]) -> pl.LazyFrame:
    texts = pl.LazyFrame({"text": pages}, schema={"text": pl.Binary})
    lines = texts.select(pl.col("text").cast(pl.String).str.split("\n").explode())
    return lines.filter(pl.col("text") != "")  # what comes after the last line


def _held(cells: pl.Series) -> pl.Series:
    cleared = cells == CLEAR
    return cells.set(cleared, None) if cleared.any() else cells
