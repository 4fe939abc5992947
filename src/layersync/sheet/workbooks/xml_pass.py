"""One pass over an XML part of a workbook, event by event, in constant memory."""

import zipfile
from collections.abc import Callable, Mapping
from typing import Final, Protocol
from xml.parsers import expat

from layersync.sheet.workbooks.unreadable import damaged
from layersync.sheet.workbooks.zip_check import unpacking

_PIECE: Final = 1 << 18

Attributes = Mapping[str, str]


class Listener(Protocol):
    """Hears of elements and their text. It may set the handlers of `parser` while it listens."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element starts."""


def run_pass(archive: zipfile.ZipFile, part: str, listen: Callable[[expat.XMLParserType], Listener]) -> None:
    """Sends the events of one part to the listener made by `listen`; raises Unreadable where it is damaged."""
    parser = expat.ParserCreate()
    # a text between two events comes in one piece
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = listen(parser).start
    try:
        with unpacking(), archive.open(_name(archive, part)) as file:
            while piece := file.read(_PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError) as failure:
        # a LookupError is an encoding that nobody knows
        raise damaged(f"{part} is no XML ({failure})") from None


def elements(archive: zipfile.ZipFile, part: str) -> list[tuple[str, Attributes]]:
    """All elements of a small part: local name and attributes."""
    found = _Elements()
    run_pass(archive, part, lambda _: found)
    return found.all


def has_part(archive: zipfile.ZipFile, part: str) -> bool:
    """Tells whether the workbook has that part; case doesn't count."""
    return any(name.lower() == part.lower() for name in archive.namelist())


def local(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]


class _Elements:
    def __init__(self) -> None:
        self.all: list[tuple[str, Attributes]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        self.all.append((local(name), attributes))


def _name(archive: zipfile.ZipFile, part: str) -> str:
    name = next((name for name in archive.namelist() if name.lower() == part.lower()), None)
    if name is None:
        raise damaged(f"the part {part} is missing")
    return name


def _refuse_doctype(*_: object) -> None:
    raise damaged("a part has a DOCTYPE, which no workbook needs")
