"""Cells that come a few at a time, filed as columns a batch at a time."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

_AT_ONCE = 4_000  # lines that wait to become columns: enough to make that cheap, few enough to hold


class Files:
    """Lines of some columns, counted from 0; `frame_of` makes a frame of those that wait, given by column."""

    def __init__(self, frame_of: Callable[[Mapping[str, list[Any]]], pl.DataFrame], columns: Sequence[str]) -> None:
        self.lines = 0
        self._frame_of = frame_of
        self._filed: list[pl.DataFrame] = []
        self._first: list[int] = []
        self._waiting: dict[str, list[Any]] = {name: [] for name in columns}
        self._waits_from = 0

    def add(self, lines: int, cells: Sequence[Sequence[Any]]) -> None:
        """Takes a number of lines: their cells, a sequence for each column."""
        if self.lines - self._waits_from >= _AT_ONCE:
            self._file()
        for waiting, more in zip(self._waiting.values(), cells, strict=True):
            waiting.extend(more)
        self.lines += lines

    def at(self, line: int, column: str) -> Any:
        """One cell."""
        if line >= self._waits_from:
            return self._waiting[column][line - self._waits_from]
        batch = bisect_right(self._first, line) - 1
        return self._filed[batch][column][line - self._first[batch]]

    def all(self) -> pl.DataFrame:
        """Everything that was added."""
        if self.lines > self._waits_from or not self._filed:
            self._file()
        return pl.concat(self._filed, rechunk=False)

    def _file(self) -> None:
        self._filed.append(self._frame_of(self._waiting))
        self._first.append(self._waits_from)
        self._waiting = {name: [] for name in self._waiting}
        self._waits_from = self.lines
