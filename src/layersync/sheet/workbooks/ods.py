"""OpenDocument workbooks: their tabs, and what the XML of each says of its cells."""

import re
import zipfile
from typing import Final
from xml.parsers import expat

from layersync.sheet.damage import is_error_text
from layersync.sheet.workbooks.cell_text import exact_text
from layersync.sheet.workbooks.facts import Facts, Kind, Range, Tab, check_column, packed
from layersync.sheet.workbooks.unreadable import Unreadable
from layersync.sheet.workbooks.xml_pass import Attributes, has_part, local, run_pass

CONTENT: Final = "content.xml"

_MANIFEST: Final = "META-INF/manifest.xml"
_HIDDEN: Final = ("collapse", "filter")
_DURATION: Final = re.compile(r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")
_SPACES: Final = {"text:s": " ", "text:tab": "\t", "text:line-break": "\n"}
_VALUED: Final = {
    **dict.fromkeys(("float", "percentage", "currency"), Kind.NUMBER),
    "date": Kind.DATE,
    "boolean": Kind.BOOLEAN,
}
_CELLS: Final = ("table:table-cell", "table:covered-table-cell")


def refuse_encrypted(archive: zipfile.ZipFile) -> None:
    """Raises Unreadable for a workbook with a password (reliability D8)."""
    if has_part(archive, _MANIFEST):
        found: list[str] = []
        run_pass(archive, _MANIFEST, lambda _: _Names(found))
        if "encryption-data" in found:
            raise Unreadable("is protected by a password", "save it without a password")


def read_tables(archive: zipfile.ZipFile, only: str | None) -> dict[Tab, Facts]:
    """Reads every tab in order; of those not named `only`, if that is given, just that they exist."""
    listeners: list[_ContentListener] = []

    def listen(parser: expat.XMLParserType) -> "_ContentListener":
        listeners.append(_ContentListener(parser, only))
        return listeners[0]

    try:
        run_pass(archive, CONTENT, listen)
    except Unreadable as reason:
        reason.tab = listeners[0].tab
        raise
    return listeners[0].tables


class _Names:
    def __init__(self, found: list[str]) -> None:
        self._found = found

    def start(self, name: str, _: Attributes) -> None:
        self._found.append(local(name))


class _ContentListener:
    """Notes the cells of each row as they start, and all of a row as often as it is repeated when it ends."""

    def __init__(self, parser: expat.XMLParserType, only: str | None) -> None:
        self.tables: dict[Tab, Facts] = {}
        self._parser = parser
        self._only = only
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._facts: Facts | None = None
        self.tab: str | None = None
        self._row = 0
        self._row_repeats = 1
        self._column = 0
        self._columns = 0
        self._cells: list[tuple[int, Kind, str]] = []
        self._cell: Attributes = {}
        self._text: list[str] = []
        self._paragraphs = 0
        self._notes = 0
        self._starts = {
            "style:style": self._start_style,
            "style:table-properties": self._table_properties,
            "table:table": self._start_table,
            "table:table-column": self._start_column,
            "table:table-row": self._start_row,
            **dict.fromkeys(_CELLS, self._start_cell),
        }
        self._ends = {
            "table:table": self._end_table,
            "table:table-row": self._end_row,
            **dict.fromkeys(_CELLS, self._end_cell),
        }
        parser.EndElementHandler = self._end

    def start(self, name: str, attributes: Attributes) -> None:
        action = self._starts.get(name)
        if action is not None:
            action(attributes)
        elif name == "office:annotation":
            self._notes += 1
        elif name == "text:p" and not self._notes:
            self._paragraphs += 1
            self._parser.CharacterDataHandler = self._characters
            self._text.append("\n" if self._text else "")
        elif name in _SPACES:
            self._text.append(_SPACES[name])

    def _end(self, name: str) -> None:
        if name == "text:p":
            self._parser.CharacterDataHandler = None
        elif name == "office:annotation":
            self._notes -= 1
        elif name in self._ends:
            self._ends[name]()

    def _characters(self, text: str) -> None:
        self._text.append(text)

    def _start_style(self, attributes: Attributes) -> None:
        self._style = attributes.get("style:name", "")

    def _table_properties(self, attributes: Attributes) -> None:
        if attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def _start_table(self, attributes: Attributes) -> None:
        name = attributes.get("table:name", "")
        tab = Tab(name, CONTENT, attributes.get("table:style-name", "") in self._hidden_styles)
        self.tab = name
        facts = self.tables[tab] = Facts()
        self._facts = facts if self._only in {None, name} else None
        self._row = self._columns = 0

    def _end_table(self) -> None:
        self.tab = None
        self._facts = None

    def _start_column(self, attributes: Attributes) -> None:
        repeats = _repeats(attributes, "table:number-columns-repeated")
        if self._facts is not None and attributes.get("table:visibility") in _HIDDEN:
            self._facts.hidden_columns.append((self._columns, self._columns + repeats - 1))
        self._columns += repeats

    def _start_row(self, attributes: Attributes) -> None:
        self._row_repeats = _repeats(attributes, "table:number-rows-repeated")
        self._column = 0
        self._cells = []
        if self._facts is not None and attributes.get("table:visibility") in _HIDDEN and self._row_repeats < 1 << 19:
            self._facts.hidden_rows.update(range(self._row + 1, self._row + 1 + self._row_repeats))

    def _start_cell(self, attributes: Attributes) -> None:
        self._cell = attributes
        self._text = []
        self._paragraphs = 0

    def _end_cell(self) -> None:
        cell = self._cell
        first = self._column
        self._column += _repeats(cell, "table:number-columns-repeated")
        if self._facts is None:
            return
        noted = _kind(cell, "".join(self._text), self._paragraphs)
        if noted is not None:
            check_column(self._row + 1, self._column - 1)
            self._cells += [(column, *noted) for column in range(first, self._column)]
        rows, columns = (_repeats(cell, f"table:number-{what}-spanned") for what in ("rows", "columns"))
        if rows > 1 or columns > 1:
            self._facts.merged.append(Range(self._row + 1, first, self._row + rows, first + columns - 1))
        if "table:formula" in cell:
            self._facts.formulas += self._row_repeats

    def _end_row(self) -> None:
        facts = self._facts
        if facts is not None and self._cells:
            facts.check_size(len(self._cells) * self._row_repeats)
            for row in range(self._row + 1, self._row + 1 + self._row_repeats):
                facts.cells.extend(packed(row, column, kind) for column, kind, _ in self._cells)
                facts.texts.update({(row, column): text for column, _, text in self._cells if text})
        self._row += self._row_repeats


def _kind(cell: Attributes, text: str, paragraphs: int) -> tuple[Kind, str] | None:
    """Gives the kind of a cell, and its text for those that a parser drops; None for a cell without content."""
    kind = cell.get("office:value-type", "")
    if cell.get("calcext:value-type") == "error" or (kind == "string" and is_error_text(text)):
        return Kind.ERROR, text
    if kind == "time":
        return Kind.GIVEN, _clock(cell.get("office:time-value", ""))
    exact = exact_text(cell.get("office:value", "")) if _VALUED.get(kind) is Kind.NUMBER else None
    if exact is not None:
        return Kind.EXACT, exact
    if kind in _VALUED:
        return _VALUED[kind], ""
    # LibreOffice writes an empty paragraph for a formula whose value is the empty text
    if not kind and "table:formula" in cell and not paragraphs:
        return Kind.EMPTY_FORMULA, ""
    return (Kind.WORDS, "") if text or cell.get("office:string-value") else None


def _clock(duration: str) -> str:
    """Gives `PT13H30M00S` as `13:30:00`, to the nearest second; what is no such duration stays as it is."""
    parts = _DURATION.fullmatch(duration)
    if parts is None:
        return duration
    sign, hours, minutes, seconds, rest = parts.groups()
    total = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + round(float(f"0.{rest or 0}"))
    return f"{sign}{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}"


def _repeats(attributes: Attributes, name: str) -> int:
    given = attributes.get(name)
    return max(1, int(given)) if given else 1
