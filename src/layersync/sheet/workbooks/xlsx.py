"""Excel workbooks: their tabs, and what the XML of a tab says of its cells."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Final, NoReturn
from xml.parsers import expat

from layersync.sheet.records import MAX_COLUMNS
from layersync.sheet.workbooks.cell_text import exact_text
from layersync.sheet.workbooks.facts import Facts, Kind, Range, Tab, check_column, packed
from layersync.sheet.workbooks.unreadable import Unreadable, damaged
from layersync.sheet.workbooks.xml_pass import Attributes, elements, local, run_pass

CONTENT_TYPES: Final = "[Content_Types].xml"

_MAIN: Final = re.compile(r"(?:spreadsheetml\.(?:sheet|template)|ms-excel\.\w+\.macroEnabled)\.main\+xml\Z")
_BINARY: Final = "sheet.binary"
_AS_XLSX: Final = "save it as an Excel workbook (.xlsx) or as CSV (UTF-8)"
_YES: Final = ("1", "true")
_DIGITS: Final = "0123456789"
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_KINDS: Final = {
    "s": Kind.TEXT,
    "str": Kind.TEXT,
    "inlineStr": Kind.TEXT,
    "n": Kind.NUMBER,
    "d": Kind.DATE,
    "b": Kind.BOOLEAN,
    "e": Kind.ERROR,
}


def workbook_part(archive: zipfile.ZipFile) -> str:
    """Finds the main part; raises Unreadable for an Office file that is no .xlsx (reliability D8)."""
    types = [attributes for _, attributes in elements(archive, CONTENT_TYPES)]
    for attributes in types:
        if _MAIN.search(attributes.get("ContentType", "")):
            return attributes.get("PartName", "").lstrip("/")
    if any(_BINARY in attributes.get("ContentType", "") for attributes in types):
        raise Unreadable("is a binary Excel workbook (.xlsb)", _AS_XLSX)
    raise Unreadable("is an Office file, but no Excel workbook", _AS_XLSX)


def read_tabs(archive: zipfile.ZipFile, part: str) -> list[Tab]:
    """Lists the tabs with cells, in order; sheets that are charts are left out."""
    targets = {key: target for key, kind, target in _relations(archive, part) if kind == "worksheet"}
    return [
        Tab(attributes.get("name", ""), targets[key], attributes.get("state", "visible") != "visible")
        for name, attributes in elements(archive, part)
        if name == "sheet" and (key := _relation(attributes)) in targets
    ]


def read_settings(archive: zipfile.ZipFile, part: str) -> tuple[bool, bool]:
    """Tells whether dates count from 1904, and whether formulas are to be calculated when the file is opened."""
    found = {name: attributes for name, attributes in elements(archive, part) if name in {"workbookPr", "calcPr"}}
    from_1904 = found.get("workbookPr", {}).get("date1904") in _YES
    return from_1904, found.get("calcPr", {}).get("fullCalcOnLoad") in _YES


def read_facts(archive: zipfile.ZipFile, tab: Tab) -> Facts:
    """Reads what the XML of a tab says of its cells."""
    facts = Facts()
    run_pass(archive, tab.part, lambda parser: _TabListener(facts, parser))
    return facts


def _relations(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    folder, name = posixpath.split(part)
    for element, attributes in elements(archive, posixpath.join(folder, "_rels", f"{name}.rels")):
        if element == "Relationship":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            yield attributes.get("Id", ""), attributes.get("Type", "").rpartition("/")[2], target


def _relation(attributes: Attributes) -> str:
    return next((value for name, value in attributes.items() if ":" in name and local(name) == "id"), "")


class _TabListener:
    """Notes a cell as soon as something inside it shows that it has content.

    Cells come by the million: `start` deals with their elements itself.
    """

    def __init__(self, facts: Facts, parser: expat.XMLParserType) -> None:
        self._facts = facts
        self._note = facts.cells.append
        self._parser = parser
        self._row = 0
        self._column = -1
        self._type = "n"
        # `_open`: nothing is noted of the cell yet; `_listening`: the text of its value matters
        self._open = False
        self._listening = False
        self._digits = ""
        self._columns: dict[str, int] = {}
        self._actions = {
            "c": self._cell,
            "v": self._value,
            "is": self._value,
            "f": self._formula,
            "row": self._start_row,
            "mergeCell": self._merged,
            "col": self._hidden,
        }

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "v" and self._open:
            self._value(attributes)
        elif name == "c":
            self._cell(attributes)
        else:
            self._seldom(local(name), attributes)

    def _seldom(self, name: str, attributes: Attributes) -> None:
        action = self._actions.get(name)
        if action is None:
            self._close()
        else:
            action(attributes)

    def _start_row(self, attributes: Attributes) -> None:
        self._close()
        number = attributes.get("r")
        self._row = int(number) if number else self._row + 1
        self._column = -1
        self._facts.check_size()
        if attributes.get("hidden") in _YES:
            self._facts.hidden_rows.add(self._row)

    def _cell(self, attributes: Attributes) -> None:
        if self._listening:
            self._close()
        place = attributes.get("r")
        if place is None:
            self._column += 1
        else:
            letters = place.rstrip(_DIGITS)
            # not refused yet: styled cells without content reach far to the right in many sheets
            self._column = self._columns.get(letters, -1)
            if self._column < 0:
                self._column = self._columns[letters] = _index(letters, self._row)
        self._type = attributes.get("t", "n")
        self._open = True

    def _formula(self, _: Attributes) -> None:
        if self._open:
            self._facts.formulas += 1
            self._open = False
            self._note(self._packed(Kind.EMPTY_FORMULA))
            self._listening = True

    def _value(self, _: Attributes) -> None:
        if self._open:
            self._open = False
            self._note(self._packed(_KINDS.get(self._type) or self._unknown()))
            if self._type == "n":
                self._listening = True
                self._digits = ""
                self._parser.CharacterDataHandler = self._number
        elif self._listening and self._type == "str":
            # a formula may well have the empty text as its value
            self._facts.cells[-1] = self._packed(Kind.TEXT)
        elif self._listening:
            self._digits = ""
            self._parser.CharacterDataHandler = self._value_of_formula
        if self._type == "e":
            self._listening = True
            self._parser.CharacterDataHandler = self._error

    def _packed(self, kind: Kind) -> int:
        if self._column >= MAX_COLUMNS:
            check_column(self._row, self._column)
        return packed(self._row, self._column, kind)

    def _value_of_formula(self, text: str) -> None:
        if text.strip():
            self._facts.cells[-1] = self._packed(_KINDS.get(self._type) or self._unknown())
            if self._type == "n":
                self._number(text)

    def _number(self, text: str) -> None:
        # a text may come in two pieces, and only the whole of it counts
        self._digits += text
        exact, place = exact_text(self._digits), (self._row, self._column)
        if exact is not None:
            self._facts.cells[-1] = self._packed(Kind.EXACT)
            self._facts.texts[place] = exact
        elif place in self._facts.texts:
            self._facts.cells[-1] = self._packed(Kind.NUMBER)
            del self._facts.texts[place]

    def _error(self, text: str) -> None:
        if text.strip():
            self._facts.cells[-1] = self._packed(Kind.ERROR)
            self._facts.texts[self._row, self._column] = text.strip()

    def _unknown(self) -> NoReturn:
        raise damaged(f"it has the unknown type {self._type}", row=self._row, column=self._column)

    def _close(self) -> None:
        self._open = self._listening = False
        self._parser.CharacterDataHandler = None

    def _merged(self, attributes: Attributes) -> None:
        self._close()
        ends = [_REFERENCE.fullmatch(end) for end in attributes.get("ref", "").replace("$", "").split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            first, last = ((int(end[2]), _index(end[1], int(end[2]))) for end in (ends[0], ends[1]))
            self._facts.merged.append(Range(*first, *last))

    def _hidden(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in _YES:
            span = int(attributes.get("min", "1")) - 1, int(attributes.get("max", "1")) - 1
            self._facts.hidden_columns.append(span)


def _index(letters: str, row: int) -> int:
    index = 0
    for char in letters:
        index = index * 26 + ord(char) - ord("A") + 1
    if not letters.isascii() or not letters.isupper() or not 0 < index <= 16_384:
        raise damaged(f"there is no column {letters}", row=row)
    return index - 1
