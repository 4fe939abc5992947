"""A workbook for people: tables with a header that stays, filters, colours, and text that is nothing but text."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any, Final, NamedTuple

import xlsxwriter  # type: ignore[import-untyped]  # it comes without types

from layersync.report.chart import COLOURS
from layersync.report.results_csv import harmless
from layersync.report.xml_text import xml_text
from layersync.values.outcome import Word

LONGEST: Final = 32_000  # a cell of Excel holds 32,767 characters, and is left out where it holds more

_LINE_HEIGHT: Final = 15.0  # in points
_HIGHEST: Final = 12  # a long text is read in its cell, and must not push all else out of sight

Value = str | int | float | Word | None

_INERT: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_AS_TEXT: Final = 49  # Excel's own number for the format @: an id stays what it is when somebody edits it
_CELL: Final = {"num_format": _AS_TEXT, "valign": "top", "text_wrap": True}
_PALE: Final = frozenset({Word.UNCHANGED, Word.SKIPPED, Word.CONVERGED})


class Column(NamedTuple):
    """A column of a table; `width` in characters."""

    title: str
    width: float


class Book:
    """A workbook in memory. The same calls give the same bytes, `made_at` included."""

    def __init__(self, title: str, made_at: datetime) -> None:
        self._file = io.BytesIO()
        self._book: Any = xlsxwriter.Workbook(self._file, _INERT)
        self._book.set_properties(
            {"title": xml_text(title), "created": made_at.astimezone(UTC).replace(tzinfo=None), "author": "layersync"}
        )
        self._text = self._book.add_format(_CELL)
        self._number = self._book.add_format({"valign": "top", "align": "center", "num_format": "0"})
        self._bold = self._book.add_format({**_CELL, "bold": True, "bg_color": "#E8EDF3", "bottom": 1})
        self._words = {word: self._book.add_format({**_CELL, **_colours(word)}) for word in Word}

    def table(self, name: str, columns: Sequence[Column], lines: Iterable[Sequence[Value]], printed: int) -> None:
        """Adds a sheet with one table, whose header stays in sight and can be filtered by.

        On paper are the first `printed` columns: more on one page could not be read.
        """
        sheet = self._sheet(name, columns)
        last = 0
        for index, column in enumerate(columns):
            self._write(sheet, 0, index, column.title, self._bold)
        for last, line in enumerate(lines, 1):
            self._line(sheet, last, line, columns)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, last, printed - 1)
        sheet.autofilter(0, 0, last, len(columns) - 1)

    def page(self, name: str, columns: Sequence[Column], blocks: Iterable[Sequence[Sequence[Value]]]) -> None:
        """Adds a sheet with blocks of lines, each under a line of headings, a blank line between them."""
        sheet = self._sheet(name, columns)
        at = 0
        for heading, *lines in blocks:
            for index, title in enumerate(heading):
                self._write(sheet, at, index, title, self._form(title, self._bold))
            for below, line in enumerate(lines, 1):
                self._line(sheet, at + below, line, columns)
            at += len(lines) + 2

    def raw(self) -> bytes:
        """Closes the workbook and gives its bytes."""
        self._book.close()
        return self._file.getvalue()

    def _sheet(self, name: str, columns: Sequence[Column]) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        return sheet

    def _line(self, sheet: Any, at: int, line: Sequence[Value], columns: Sequence[Column]) -> None:
        sheet.set_row(at, _LINE_HEIGHT * _height(line, columns))
        for index, value in enumerate(line):
            if isinstance(value, (int, float)):
                sheet.write_number(at, index, value, self._number)
            elif value:
                self._write(sheet, at, index, value, self._form(value, self._text))

    def _form(self, value: Value, otherwise: Any) -> Any:
        return self._words[value] if isinstance(value, Word) else otherwise

    def _write(self, sheet: Any, at: int, index: int, value: Value, form: Any) -> None:
        told = value.replace("_", " ") if isinstance(value, Word) else str(value)
        text = xml_text(harmless(told))
        sheet.write_string(at, index, text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…", form)


def _height(line: Sequence[Value], columns: Sequence[Column]) -> int:
    """How many lines of text a row shows; not every program finds that out by itself."""
    texts = ((value, column.width) for value, column in zip(line, columns, strict=False) if isinstance(value, str))
    return min(_HIGHEST, max((ceil(len(text) / (width - 1)) for text, width in texts), default=1) or 1)


def _colours(word: Word) -> dict[str, str]:
    return {"bg_color": COLOURS[word], "font_color": "#000000" if word in _PALE else "#FFFFFF"}
