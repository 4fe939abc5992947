"""Which lines a listing may answer: all of one parent's by the same listing."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl


class Listable:
    """Lines of `Known.asked`, taken off as listings answer for them.

    `parents` has the parent of every line, `spared` says which of them a listing spares a request.
    """

    def __init__(self, parents: pl.Series, spared: pl.Series) -> None:
        self._parents = parents
        self._open = bytearray(spared.cast(pl.UInt8).to_list())
        counted = pl.DataFrame({"parent": parents.filter(spared)}).group_by("parent", maintain_order=True).len()
        self._left: dict[str | None, int] = dict(counted.iter_rows())

    @property
    def left(self) -> Mapping[str | None, int]:
        """How many lines are left, by parent."""
        return self._left

    def take_off(self, lines: Iterable[int]) -> Sequence[int]:
        """Takes these lines off, under whatever parent they are; gives those that were left, each once."""
        is_open, taken = self._open, []
        for line in lines:
            if is_open[line]:
                is_open[line] = 0
                taken.append(line)
        if len(self._left) > 1:
            for parent in self._parents.gather(taken):
                self._left[parent] -= 1
        else:
            self._left = {parent: left - len(taken) for parent, left in self._left.items()}
        return taken

    def give_up(self, parent: str | None) -> list[int]:
        """Takes off all lines of a parent, which has no listing any more; gives them in order."""
        lines = self._lines_of(parent)
        self.take_off(lines)
        del self._left[parent]
        return lines

    def some_of(self, parent: str | None, wanted: int) -> list[int]:
        """Takes off some lines of a parent, spread over the sheet; gives them in order."""
        lines = self._lines_of(parent)
        some = lines[len(lines) // (2 * wanted) :: max(1, len(lines) // wanted)][:wanted]
        self.take_off(some)
        return some

    def _lines_of(self, parent: str | None) -> list[int]:
        if not self._left[parent]:
            return []
        under = self._parents.eq_missing(pl.Series([parent], dtype=pl.String)).arg_true()
        return [line for line in under if self._open[line]]
