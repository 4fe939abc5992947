"""A draft as an Excel workbook that a spreadsheet cannot damage: every cell is text, choices are drop-downs."""

import io
import re
from collections.abc import Mapping
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # it comes without types

from layersync.export.columns import Heading
from layersync.export.draft import Draft, Fault
from layersync.resources.field import Kind
from layersync.values.rules import SheetRules

_AT: Final = 49  # Excel's own number for the format @: whatever is typed stays text
_TEXT: Final = {"num_format": _AT, "valign": "top"}
_HEADER: Final = {**_TEXT, "bold": True, "bg_color": "#E8EDF3", "bottom": 1}
_AS_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NARROWEST, _WIDEST, _ROOM_FOR_BUTTON = 8, 48, 4
_NOT_IN_TAB_NAMES: Final = re.compile(r"[\[\]:*?/\\]|\A'|'\Z")
_NOT_IN_XML: Final = re.compile("[\ufffe\uffff]")
_TAB_LENGTH: Final = 31
_CHOICES_LENGTH: Final = 255  # what Excel takes, commas included


def workbook(draft: Draft, rules: SheetRules, notes: Mapping[str, str]) -> bytes:
    """Gives the bytes; `notes` says by path what a column may hold, and stands at its header."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {**_AS_TEXT, "in_memory": True}) as book:
        sheet = book.add_worksheet(tab_name(rules))
        text, bold = book.add_format(_TEXT), book.add_format(_HEADER)
        top = rules.header_row - 1
        for index, column in enumerate(draft.columns):
            cells = [row[index] for row in draft.rows]
            sheet.set_column(index, index, _width(column.header, cells), text)
            sheet.write_string(top, index, column.header, bold)
            _note(sheet, top, index, notes.get(column.name))
            _drop_down(sheet, top + 1, index, len(cells), _choices(column, rules))
            for at, cell in enumerate(cells):
                if cell:
                    sheet.write_string(top + 1 + at, index, cell, text)
        sheet.freeze_panes(top + 1, 1)
        sheet.autofilter(top, 0, top + len(draft.rows), len(draft.columns) - 1)
    return file.getvalue()


def unwritable(draft: Draft) -> tuple[Fault, ...]:
    """Finds the cells that a workbook cannot hold although a CSV file can: XML has no place for two characters."""
    cells = ((at, index, cell) for at, row in enumerate(draft.rows) for index, cell in enumerate(row))
    found = ((at, index, _NOT_IN_XML.search(cell)) for at, index, cell in cells)
    return tuple(
        Fault(at, index, f"no workbook can hold the character U+{ord(hit[0]):04X}") for at, index, hit in found if hit
    )


def tab_name(rules: SheetRules) -> str:
    """Gives the tab that the job reads, or one named like the job, as Excel allows it."""
    return _NOT_IN_TAB_NAMES.sub("_", rules.tab or rules.job)[:_TAB_LENGTH]


def _width(header: str, cells: list[str]) -> float:
    """Wide enough for the header and for most cells; long texts run out of sight rather than off the screen."""
    lines = (line for cell in cells for line in cell.splitlines())
    longest = max(map(len, lines), default=0)
    return min(max(longest + 1, len(header) + _ROOM_FOR_BUTTON, _NARROWEST), _WIDEST)


def _choices(column: Heading, rules: SheetRules) -> tuple[str, ...]:
    form = column.path.form
    if form.kind is not Kind.ENUM:
        return ()
    return (*form.choices, rules.clear_token) if form.nullable else form.choices


def _drop_down(sheet: Any, row: int, index: int, rows: int, choices: tuple[str, ...]) -> None:
    if not rows or not choices or len(",".join(choices)) > _CHOICES_LENGTH:
        return
    sheet.data_validation(
        row,
        index,
        row + rows - 1,
        index,
        {
            "validate": "list",
            "source": list(choices),
            "error_title": "Not one of the choices",
            "error_message": "Choose from the list, or leave the cell blank to leave the field alone.",
        },
    )


def _note(sheet: Any, row: int, index: int, note: str | None) -> None:
    if note:
        sheet.write_comment(row, index, note, {"x_scale": 1.6, "author": "layersync"})
