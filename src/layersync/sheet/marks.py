"""What a workbook says of cells beside their text: damaged ones, and numbers where ids belong."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from layersync.resources.resource import Resource
from layersync.sheet.finding import Finding, Note
from layersync.sheet.header import Layout
from layersync.sheet.keys import is_id
from layersync.values.desired import Role
from layersync.values.grid import Grid, letter
from layersync.values.rules import SheetRules

EMPTY_FORMULA: Final = "empty formula"
UNREADABLE: Final = "unreadable"
UNREAL_DATE: Final = "unreal date"
LOST_DIGITS: Final = "lost digits"

_AS_TEXT: Final = "format the column as text and enter the value again"
_NOTES: Final = {
    EMPTY_FORMULA: Note(
        "the cell holds a formula without a value",
        "open the file in a spreadsheet program and save it, or type the value",
    ),
    UNREADABLE: Note("the cell has content that cannot be read", "type the value again"),
    UNREAL_DATE: Note("the cell holds a date before 1900-03-01 or after 9999, or a duration", _AS_TEXT),
    LOST_DIGITS: Note("the number has more digits than a spreadsheet keeps: the last ones are lost", _AS_TEXT),
}
_NUMBER: Final = Note("the id was damaged by the spreadsheet: the cell holds a number", _AS_TEXT)
_LINE_BREAK: Final = Note("the cell holds a line break", "remove it: this field takes one line")


@dataclass(frozen=True, slots=True)
class Marks:
    """`numbers`: Boolean, the shape of the grid's cells: the cell holds a number.

    `damage`: `at` (line of the grid), `column` (index), `kind` String, one of the constants of this module.
    """

    numbers: pl.DataFrame
    damage: pl.DataFrame


def marked(marks: Marks, rules: SheetRules, resource: Resource, grid: Grid, layout: Layout) -> Iterator[Finding]:
    """Finds what is damaged in the columns that mean something to the resource."""
    ids, one_line = _columns(rules, resource, layout)
    used = {*ids, *one_line, *(place.index for place in layout.placed), layout.key, layout.skip}
    for at, column, kind in marks.damage.iter_rows():
        # of a number in a column of ids more is said below
        if column in used and not (kind == LOST_DIGITS and column in ids):
            yield Finding(at, column, _NOTES[kind])
    for index in ids:
        yield from (Finding(at, index, _NUMBER) for at in marks.numbers[letter(index)].arg_true())
    for index in one_line:
        broken = grid.cells[letter(index)].str.contains(r"[\r\n]")
        yield from (Finding(at, index, _LINE_BREAK) for at in broken.arg_true())


def _columns(rules: SheetRules, resource: Resource, layout: Layout) -> tuple[set[int], set[int]]:
    """Gives the columns of ids, and those of text that takes no line breaks."""
    ids = {place.index for place in layout.placed if place.column.role is Role.IDENTITY}
    if layout.key is not None and is_id(resource, rules.key):
        ids.add(layout.key)
    one_line = {place.index for place in layout.placed if not place.form.multiline}
    if layout.key is not None:
        one_line.add(layout.key)
    return ids, one_line
