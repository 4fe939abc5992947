"""Puts together what the parser gives and what the XML says: text cells at their true places, and the damaged ones."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from layersync.sheet.marks import EMPTY_FORMULA, LOST_DIGITS, UNREADABLE, UNREAL_DATE
from layersync.sheet.workbooks.cell_text import DATE, readable
from layersync.sheet.workbooks.facts import Facts, Kind, packed
from layersync.sheet.workbooks.unreadable import Unreadable, damaged
from layersync.values.grid import letter

_MAX_AREA: Final = 12_000_000
# Excel keeps 15 digits of a number
_TOO_LONG: Final = r"^-?\d{16,}(?:\.|$)"
_NUMBERS: Final = (Kind.NUMBER, Kind.EXACT)
_VALUED: Final = (*_NUMBERS, Kind.DATE, Kind.BOOLEAN, Kind.WORDS)


@dataclass(frozen=True, slots=True)
class Combined:
    """A tab from its first row and column on.

    `cells`: one String column per column of the tab, named by its letter, no nulls; line 0 is row 1.
    `numbers`: Boolean, the same shape and names: the cell holds a number.
    `damage`: `at` UInt32 (line of `cells`), `column` UInt16, `kind` String (as in `sheet.marks`).
    """

    cells: pl.DataFrame
    numbers: pl.DataFrame
    damage: pl.DataFrame


def check_area(facts: Facts) -> None:
    """Raises Unreadable for a tab without content, and for one that is too large to be held as a table."""
    if not facts.cells:
        raise Unreadable("has no cells with content", "check the export that wrote it")
    last_row, last_column = facts.table().select(pl.col("at", "column").max().cast(pl.Int64)).row(0)
    last_row += 1
    if last_row * (last_column + 1) > _MAX_AREA:
        message = "is in use, so far from the first cell that too many stand between them"
        what_to_do = "remove what stands far from the data"
        raise Unreadable(message, what_to_do, row=last_row, column=last_column)


def combine(parsed: pl.DataFrame, facts: Facts, *, from_1904: bool) -> Combined:
    """Checks that both agree on which cells have content, and where; raises Unreadable if they don't.

    `parsed` has one String column per column of the tab from the first one with content, and starts at row 1.
    """
    _check_order(facts)
    places = facts.table()
    grid = _placed(parsed, places)
    height, width = grid.shape
    cells, numbers, damages = [], [], []
    for index in range(width):
        column = _Column(grid.to_series(index), places.filter(pl.col("column") == index))
        cells.append(column.read(index, facts.texts, from_1904=from_1904).alias(letter(index)))
        numbers.append(_mask(height, column.of(*_NUMBERS)).alias(letter(index)))
        damages += [(at, index, kind) for kind, ats in column.damages.items() for at in ats]
    schema = {"at": pl.UInt32, "column": pl.UInt16, "kind": pl.String}
    damage = pl.DataFrame(damages, schema, orient="row").sort("at", "column")
    return Combined(pl.DataFrame(cells), pl.DataFrame(numbers), damage)


def _check_order(facts: Facts) -> None:
    cells = pl.Series(facts.cells, dtype=pl.UInt64) // packed(0, 1, 0)
    if not cells.is_sorted():
        cells = cells.sort()
    if (cells == cells.shift(1)).any() or cells[0] < packed(1, 0, 0) // packed(0, 1, 0):
        raise damaged("a cell stands in it twice, or in row 0")


def _placed(parsed: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Moves the parsed columns to their places in the tab, and adds the rows and columns that the parser left out."""
    # the parser sees nothing in a formula without a value, and its table begins and ends with what it sees
    seen = places.filter(pl.col("kind") != Kind.EMPTY_FORMULA)["column"]
    first, last = (seen.min(), seen.max()) if len(seen) else (0, -1)
    if not isinstance(first, int) or not isinstance(last, int) or parsed.width != last - first + 1:
        raise damaged("its cells are not where its XML says")
    height, width = (places.select(pl.col("at", "column").max().cast(pl.Int64) + 1)).row(0)
    if parsed.height > height:
        raise damaged("it has more rows than its XML says")
    blank = pl.repeat(None, height, dtype=pl.String, eager=True)
    columns = dict.fromkeys(range(width), blank)
    for index, series in enumerate(parsed.iter_columns(), first):
        columns[index] = series.extend_constant(None, height - parsed.height)
    return pl.DataFrame([series.alias(letter(index)) for index, series in columns.items()])


def _mask(height: int, ats: pl.Series) -> pl.Series:
    return pl.repeat(False, height, dtype=pl.Boolean, eager=True).scatter(ats, True)


class _Column:
    """One column as the parser gave it, and its cells by the XML."""

    def __init__(self, parsed: pl.Series, places: pl.DataFrame) -> None:
        self._parsed = parsed
        self._places = places
        self.damages: dict[str, list[int]] = {}

    def of(self, *kinds: Kind) -> pl.Series:
        """The lines of the cells of these kinds."""
        return self._places.filter(pl.col("kind").is_in(kinds))["at"]

    def read(self, index: int, texts: dict[tuple[int, int], str], *, from_1904: bool) -> pl.Series:
        """Gives the texts of all cells, and notes the damaged ones."""
        self._compare()
        cells = self._parsed.fill_null("")
        exact = self._exact(index, texts)
        cells = cells.scatter(list(exact), pl.Series(list(exact.values()), dtype=pl.String))
        valued = self.of(*_NUMBERS, Kind.DATE)
        shown, unreal = readable(cells.gather(valued), from_1904=from_1904)
        self._note(UNREAL_DATE, valued.filter(unreal))
        cells = cells.scatter(valued, shown)
        numbers = self.of(*_NUMBERS)
        self._note(LOST_DIGITS, numbers.filter(cells.gather(numbers).str.contains(_TOO_LONG)))
        given = self.of(Kind.ERROR, Kind.GIVEN)
        told = [texts.get((at + 1, index), "") for at in given]
        return cells.scatter(given, pl.Series(told, dtype=pl.String))

    def _exact(self, index: int, texts: dict[tuple[int, int], str]) -> dict[int, str]:
        """The texts of the numbers that the parser rounded, by line; a date has its text from the parser."""
        exact = self.of(Kind.EXACT)
        numbers = exact.filter(~self._parsed.gather(exact).str.contains(DATE).fill_null(value=True))
        return {at: texts[at + 1, index] for at in numbers}

    def _compare(self) -> None:
        here = _mask(len(self._parsed), self._places["at"])
        if (self._parsed.is_not_null() & ~here).any():
            raise damaged("its cells are not where its XML says")
        valued = self.of(*_VALUED)
        self._note(UNREADABLE, valued.filter(self._parsed.gather(valued).is_null()))
        self._note(EMPTY_FORMULA, self.of(Kind.EMPTY_FORMULA))

    def _note(self, damage: str, ats: pl.Series) -> None:
        self.damages[damage] = ats.to_list()
