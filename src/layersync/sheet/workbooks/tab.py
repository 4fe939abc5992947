"""From workbook bytes to one tab below its header: everything that happens inside the child process."""

import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

import fastexcel
import polars as pl

from layersync.sheet.damage import is_error_text
from layersync.sheet.suggest import shown
from layersync.sheet.workbooks import ods, xlsx
from layersync.sheet.workbooks.combine import Combined, check_area, combine
from layersync.sheet.workbooks.exchange import Answer, Request
from layersync.sheet.workbooks.facts import Facts, Range, Tab
from layersync.sheet.workbooks.pick import pick_tab
from layersync.sheet.workbooks.unreadable import Unreadable, damaged, inside
from layersync.sheet.workbooks.xml_pass import has_part
from layersync.sheet.workbooks.zip_check import open_archive, unpacking

_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument."
_SPREADSHEET: Final = (_OPEN_DOCUMENT + b"spreadsheet", _OPEN_DOCUMENT + b"spreadsheet-template")


@dataclass(frozen=True, slots=True)
class _Read:
    """A tab before it was put together; `stale` tells that the values of its formulas are not to be trusted."""

    tab: Tab
    facts: Facts
    from_1904: bool = False
    stale: bool = False


def read_tab(raw: bytes, request: Request) -> Answer:
    """Reads one tab (reliability 2.D); raises Unreadable."""
    read = _look(raw, request.tab)
    with inside(read.tab.name):
        check_area(read.facts)
        whole = combine(_parse(raw, read), read.facts, from_1904=read.from_1904)
        if whole.cells.estimated_size() > request.max_text:
            message = f"holds more than {request.max_text:,} bytes of text"
            raise Unreadable(message, "remove what layersync does not need")
        return _below_header(whole, read, request.header_row)


def _look(raw: bytes, wanted: str | None) -> _Read:
    archive = open_archive(raw)
    if has_part(archive, xlsx.CONTENT_TYPES):
        part = xlsx.workbook_part(archive)
        tab = pick_tab(xlsx.read_tabs(archive, part), wanted)
        with inside(tab.name):
            facts = xlsx.read_facts(archive, tab)
        return _Read(tab, facts, *xlsx.read_settings(archive, part))
    if has_part(archive, "mimetype"):
        return _look_into_ods(archive, wanted)
    raise Unreadable("is a zip archive, not a sheet", "unpack it and give the sheet itself")


def _look_into_ods(archive: zipfile.ZipFile, wanted: str | None) -> _Read:
    with unpacking():
        kind = archive.read("mimetype").strip()
    if kind not in _SPREADSHEET:
        raise Unreadable("is an OpenDocument file, but no spreadsheet", "save the sheet as .ods, .xlsx or CSV (UTF-8)")
    ods.refuse_encrypted(archive)
    tables = ods.read_tables(archive, wanted)
    tab = pick_tab(list(tables), wanted)
    return _Read(tab, tables[tab])


def _parse(raw: bytes, read: _Read) -> pl.DataFrame:
    try:
        # no rows skipped: the first line is row 1 whatever it holds
        sheet = fastexcel.read_excel(raw).load_sheet(read.tab.name, header_row=None, skip_rows=0, dtypes="string")
        return sheet.to_polars()
    except fastexcel.FastExcelError as failure:
        raise _unknown_error(str(failure), read.facts) or damaged(str(failure).partition("\n")[0]) from None


def _unknown_error(failure: str, facts: Facts) -> Unreadable | None:
    """Names the first cell with the error value that the parser does not know, as newer programs have them."""
    for (row, column), text in sorted(facts.texts.items()):
        if f"'{text}'" in failure:
            message = f"holds the error value {shown(text)}, which cannot be read"
            return Unreadable(message, "correct the formula, or type the value", row=row, column=column)
    return None


class _Body(NamedTuple):
    """The rows below the header that hold anything: their lines in the tab (from 0), and their cells."""

    at: pl.Series
    cells: pl.DataFrame


def _below_header(whole: Combined, read: _Read, header_row: int) -> Answer:
    if header_row > whole.cells.height:
        raise Unreadable(f"has {whole.cells.height} rows, but header_row is {header_row}", "correct header_row")
    header = list(whole.cells.row(header_row - 1))
    if not any(text.strip() for text in header):
        raise Unreadable("is to be the header row, but is blank", "set header_row", row=header_row)
    body = _body(whole, header_row)
    width = _width(header, body, whole.damage.filter(pl.col("at") >= header_row - 1))
    columns = body.cells.columns[:width]
    return Answer(
        tab=read.tab.name,
        hidden_tab=read.tab.hidden,
        header=header[:width],
        bad_headers=_bad_headers(header, whole.damage, header_row),
        merged=[merged for merged in read.facts.merged if _touches(merged, header_row, whole.cells.height, width)],
        hidden_rows=len(read.facts.hidden_rows.intersection((body.at + 1).to_list())),
        hidden_columns=_hidden_columns(read.facts, width),
        stale_formulas=read.facts.formulas if read.stale else 0,
        blank_rows=whole.cells.height - header_row - body.cells.height,
        cells=body.cells.select(columns),
        numbers=whole.numbers.select(columns)[body.at],
        damage=_moved(whole.damage, body.at),
        rows=pl.DataFrame({"row": (body.at + 1).cast(pl.UInt32)}),
    )


def _body(whole: Combined, header_row: int) -> _Body:
    filled = whole.cells.select(pl.any_horizontal(pl.all().str.strip_chars() != "")).to_series()
    filled = filled.scatter(whole.damage["at"].unique(), True)
    at = filled.arg_true()
    at = at.filter(at >= header_row)
    return _Body(at, whole.cells[at])


def _moved(damage: pl.DataFrame, kept: pl.Series) -> pl.DataFrame:
    """Gives the damage with `at` as a line of the kept rows."""
    lines = pl.DataFrame({"at": kept.cast(pl.UInt32)}).with_row_index("line")
    return damage.join(lines, on="at", maintain_order="left").select(pl.col("line").alias("at"), "column", "kind")


def _width(header: list[str], body: _Body, damage: pl.DataFrame) -> int:
    """The number of columns up to the last that has a header or data."""
    filled: list[int] = [index for index, text in enumerate(header) if text.strip()]
    filled += [index for index, cells in enumerate(body.cells.iter_columns()) if (cells.str.strip_chars() != "").any()]
    filled += damage["column"].unique().to_list()
    return max(filled) + 1


def _bad_headers(header: list[str], damage: pl.DataFrame, header_row: int) -> list[int]:
    bad: Collection[int] = set(damage.filter(pl.col("at") == header_row - 1)["column"])
    return [index for index, text in enumerate(header) if index in bad or is_error_text(text)]


def _touches(merged: Range, header_row: int, last_row: int, width: int) -> bool:
    return merged.last_row >= header_row and merged.first_row <= last_row and merged.first_column < width


def _hidden_columns(facts: Facts, width: int) -> list[int]:
    spans = facts.hidden_columns
    return [index for index in range(width) if any(first <= index <= last for first, last in spans)]
