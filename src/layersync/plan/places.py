"""Where on the shelf the items lie that listings showed of the lines of a sheet."""

from array import array
from collections.abc import Callable, Sequence

import polars as pl

from layersync.plan.numbers import column


class Places:
    """By line of `Known.asked`, the place of its slim item: the last one that was shown.

    A line of which two different records were shown is ambiguous; `id_at` tells the id of the record at a place. What
    is noted is worked in when somebody asks, all at once.
    """

    def __init__(self, lines: int, id_at: Callable[[int], str]) -> None:
        self._id_at = id_at
        self._slim = pl.Series([-1], dtype=pl.Int32).new_from_index(0, lines)
        self._ambiguous: set[int] = set()
        self._noted = array("i")
        self._runs: list[tuple[int, int]] = []  # of those lines: the first place, and how many

    def note(self, lines: "array[int]", first: int) -> None:
        """Notes that the items of these lines lie one after the other, from the place `first` on."""
        self._noted.extend(lines)
        self._runs.append((first, len(lines)))

    @property
    def slim(self) -> pl.Series:
        """The places by line, Int32; -1 where no item was shown."""
        self._work_in()
        return self._slim

    @property
    def ambiguous(self) -> set[int]:
        """The lines of which two different records were shown."""
        self._work_in()
        return self._ambiguous

    def _work_in(self) -> None:
        if not self._noted:
            return
        noted = pl.DataFrame({"line": column(self._noted), "place": _numbered(self._runs)})
        self._noted, self._runs = array("i"), []
        if noted["line"].n_unique() < len(noted) or (self._slim.gather(noted["line"]) >= 0).any():
            self._compare(noted)
            noted = noted.unique("line", keep="last")
        self._slim.scatter(noted["line"], noted["place"])

    def _compare(self, noted: pl.DataFrame) -> None:
        """Finds lines of which another record was shown before."""
        again = noted["line"].is_duplicated() | (self._slim.gather(noted["line"]) >= 0)
        last: dict[int, int] = {}
        for line, place in noted.filter(again).iter_rows():
            before = last.get(line, self._slim[line])
            if before >= 0 and self._id_at(before) != self._id_at(place):
                self._ambiguous.add(line)
            last[line] = place


def _numbered(runs: Sequence[tuple[int, int]]) -> pl.Series:
    """The numbers of runs, one run after the other: `(first, how many)`."""
    frame = pl.DataFrame(runs, schema={"first": pl.Int32, "many": pl.Int32}, orient="row")
    numbers = pl.int_ranges("first", pl.col("first") + pl.col("many"), dtype=pl.Int32)
    return frame.select(numbers.explode()).to_series()
