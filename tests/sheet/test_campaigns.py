"""Long campaigns against the reader, a few tries of each by default: cuts, lost quotes, mutants (`--campaign N`)."""

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from itertools import chain
from xml.dom import expatbuilder
from xml.dom.minidom import Document, Element

import pytest

from layersync.errors import InputUnusable
from layersync.values.desired import Desired
from layersync.values.grid import letter
from tests.sheet.build import an_id, read
from tests.sheet.test_losses import FIELDS, HEADER, read_or_none, sheet
from tests.sheet.workbooks.make import sheet_xml, texts, xlsx_parts, zipped

ROWS = 1_000
TORN = b'"",;\t|\n\r\'=\\ ab0\x00\x1a\xc3\xa9\xff\xfe\xef\xbb\xbf'


@pytest.fixture(scope="module")
def text() -> str:
    """A sound sheet with every reason for quotes."""
    return sheet(ROWS, csv.QUOTE_MINIMAL)


def spread(count: int, tries: int) -> range:
    """About that many numbers below `count`, evenly spread."""
    return range(0, count, max(1, count // tries))


def content(read_sheet: Desired) -> list[tuple[str | None, ...]]:
    return read_sheet.rows.select("_key", *FIELDS).rows()


def test_A16_no_cut_of_a_sheet_loses_merges_or_shifts_a_row(text: str, campaign: int | None) -> None:
    """A cut is refused, or leaves whole rows: how many are gone is for the shrink guard to judge.

    The last cell may be blank then, which changes nothing.
    """
    raw = text.encode()
    rows = content(read(raw))
    last_bytes = range(len(raw) - 60, len(raw))
    for size in chain(spread(len(raw), campaign or 40), last_bytes):
        cut = read_or_none(raw[:size])
        if cut is None:
            continue
        *kept, last = content(cut)
        assert kept == rows[: len(kept)], size
        assert last in {rows[len(kept)], (*rows[len(kept)][:-1], None)}, size


def test_A12_no_lost_quote_loses_merges_or_shifts_a_row(text: str, campaign: int | None) -> None:
    quotes = [at for at, char in enumerate(text) if char == '"']
    for number in spread(len(quotes), min(campaign or 20, ROWS)):
        at = quotes[number]
        assert read_or_none(text[:at] + text[at + 1 :]) is None, at


def test_mutated_sheets_are_refused_or_read_as_the_strict_reader_of_the_library_does(campaign: int | None) -> None:
    rng = random.Random(20_261_121)
    raw = sheet(5, csv.QUOTE_MINIMAL).encode()
    for number in range(campaign or 200):
        mutant = torn(raw, rng)
        found = read_or_none(mutant)
        if found is not None:
            grid = found.grid
            told = grid.cells.rows()
            assert told == list(strictly(mutant, grid.encoding, grid.delimiter, len(grid.header))), (number, mutant)


def torn(raw: bytes, rng: random.Random) -> bytes:
    """The bytes with one to four places changed, lost, doubled or moved."""
    changed = bytearray(raw)
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(changed)), rng.choice((1, 1, 1, 2, 7, 40))
        piece = changed[at : at + length]
        match rng.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([rng.choice(TORN)])
            case 1:
                changed[at:at] = bytes(rng.choice(TORN) for _ in range(min(length, 2)))
            case 2:
                del changed[at : at + length]
            case 3:
                changed[at:at] = piece
            case _:
                del changed[at : at + length]
                to = rng.randrange(len(changed) + 1)
                changed[to:to] = piece
    return bytes(changed)


def strictly(raw: bytes, encoding: str, delimiter: str, width: int) -> Iterator[tuple[str, ...]]:
    """The rows below the header as the csv module reads them, blank ones left out; a ragged one is an error."""
    decoded = raw.decode(encoding).removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter, strict=True)
    for number, record in enumerate(reader):
        if number and any(cell.strip() for cell in record):
            assert len(record) == width
            yield tuple(record)


def test_mutated_workbooks_are_refused_or_read_as_their_xml_says(campaign: int | None) -> None:
    """The parser may die of a mutant: its process, never ours."""
    rng = random.Random(20_261_121)
    rows = texts(1, *HEADER[:3]) + "".join(texts(at, an_id(at), f"Mars {at}", "plain") for at in (2, 3, 5))
    parts = xlsx_parts({"Planets": sheet_xml(rows)})
    for number in range(max(3, (campaign or 0) // 20)):
        name = rng.choice([*parts, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"])
        mutant = zipped({**parts, name: torn(str(parts[name]).encode(), rng)})
        try:
            found = read(mutant)
        except InputUnusable:
            continue
        assert dict(placed_cells(found)) == dict(cells_of_xml(mutant)), (number, mutant)


def placed_cells(found: Desired) -> Iterator[tuple[str, str]]:
    for row, cells in zip(found.grid.positions["row"], found.grid.cells.iter_rows(named=True), strict=True):
        yield from ((f"{letter}{row}", cell) for letter, cell in cells.items() if cell.strip())


def cells_of_xml(raw: bytes) -> Iterator[tuple[str, str]]:
    """The texts below the header by their places, as the XML of the first tab has them, whatever its namespaces."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        page = expatbuilder.parseString(archive.read("xl/worksheets/sheet1.xml"), namespaces=False)  # noqa: S316  we made it
    for row in named(page, "row"):
        at = -1
        for cell in named(row, "c"):
            column = cell.getAttribute("r").rstrip("0123456789")
            # a cell that does not say where it is follows the one before
            at = next(index for index in range(20_000) if letter(index) == column) if column else at + 1
            shown = "".join(text.data for part in named(cell, "t") for text in part.childNodes)
            if shown.strip() and row.getAttribute("r") != "1":
                yield cell.getAttribute("r") or f"{letter(at)}{row.getAttribute('r')}", shown


def named(node: Document | Element, name: str) -> list[Element]:
    """The elements below a node that have this local name."""
    return [one for one in node.getElementsByTagName("*") if one.tagName.rpartition(":")[2] == name]
