"""What a program writes as CSV, in any dialect, is read back as it was; the spans of the rows are its very bytes."""

import codecs
import csv
import io
import unicodedata
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from layersync.resources.field import Field
from layersync.resources.ident import IdForm
from layersync.resources.resource import Listing, Resource
from tests.sheet.build import an_id, read

LETTERS = Resource(
    name="letters",
    noun="letter",
    id_field="letterId",
    id_forms=(IdForm.UUID,),
    key_fields=("letterId",),
    identity=(),
    item_path="/letters/{id}",
    listing=Listing(path="/letters", page_limit=1, lookups={}),
    fields=(Field(name="text", multiline=True), Field(name="reply", multiline=True), Field(name="subject")),
    read_only=(),
)
HEADER = ["letterId", "text", "reply", "subject"]
FIELDS = HEADER[1:]

LINES = st.text(st.sampled_from([*"\",;|\t\n\r'=ab \\é漢", "\U0001f363", "\u0301"]), max_size=8)
LINE = LINES.map(lambda text: "".join(char for char in text if char not in "\n\r\t"))
ROWS = st.lists(st.tuples(LINES, LINES, LINE), min_size=1, max_size=6)


@dataclass(frozen=True)
class Style:
    """How a program writes its sheets."""

    delimiter: str
    end: str
    quoting: int
    mark: bytes
    encoding: str
    ends_last_line: bool

    def write(self, rows: list[tuple[str, str, str]]) -> bytes:
        # csv.writer does not quote a line break of another kind than its own
        foreign = any(char not in self.end for row in rows for cell in row for char in cell if char in "\r\n")
        quoting = csv.QUOTE_ALL if foreign else self.quoting
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, delimiter=self.delimiter, lineterminator=self.end, quoting=quoting)
        writer.writerow(HEADER)
        writer.writerows([an_id(number), *row] for number, row in enumerate(rows))
        text = buffer.getvalue() if self.ends_last_line else buffer.getvalue().removesuffix(self.end)
        return self.mark + text.encode(self.encoding)


UTF_8 = st.sampled_from([(b"", "utf-8"), (codecs.BOM_UTF8, "utf-8")])
UTF_16 = st.sampled_from([(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
STYLES = st.builds(
    lambda coding, **more: Style(mark=coding[0], encoding=coding[1], **more),
    coding=UTF_8 | UTF_16,
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ends_last_line=st.booleans(),
)


def stated(cell: str) -> str | None:
    """What a cell of free text states: nothing if blank, else its text with LF and in NFC."""
    text = unicodedata.normalize("NFC", cell.replace("\r\n", "\n").replace("\r", "\n"))
    return text if cell.strip() else None


@given(ROWS, STYLES)
def test_what_was_written_is_read_back(rows: list[tuple[str, str, str]], style: Style) -> None:
    desired = read(style.write(rows), LETTERS)
    assert desired.rows.select(FIELDS).rows() == [tuple(map(stated, row)) for row in rows]
    assert desired.rows["_row"].to_list() == list(range(2, len(rows) + 2))


@given(ROWS, STYLES)
def test_header_and_rows_are_the_bytes_of_the_sheet(rows: list[tuple[str, str, str]], style: Style) -> None:
    raw = style.write(rows)
    grid = read(raw, LETTERS).grid
    spans = [grid.header_span, *grid.positions.select("start", "end").iter_rows()]
    assert b"".join(raw[start:end] for start, end in spans) == raw


@given(ROWS, STYLES, st.data())
def test_the_header_and_any_rows_of_a_sheet_are_a_sheet(
    rows: list[tuple[str, str, str]], style: Style, data: st.DataObject
) -> None:
    raw = style.write(rows)
    whole = read(raw, LETTERS)
    number = data.draw(st.integers(0, len(rows) - 1))
    start, end = whole.grid.positions.select("start", "end").row(number)
    part = read(raw[slice(*whole.grid.header_span)] + raw[start:end], LETTERS)
    assert part.rows.select("_key", *FIELDS).row(0) == whole.rows.select("_key", *FIELDS).row(number)


@given(ROWS, STYLES)
def test_the_line_of_a_row_is_where_it_starts(rows: list[tuple[str, str, str]], style: Style) -> None:
    desired = read(style.write(rows), LETTERS)
    text = style.write(rows)[len(style.mark) :].decode(style.encoding)
    lines = list(io.StringIO(text, newline=""))
    for number, line in enumerate(desired.rows["_line"]):
        assert an_id(number) in lines[line - 1]


def test_blank_rows_and_rows_above_the_header_keep_the_numbering() -> None:
    raw = f"My letters;;;\r\n\r\nletterId;text\r\n\r\n{an_id(1)};a\r\n;\r\n{an_id(2)};b"
    desired = read(raw, LETTERS, header_row=3)
    assert desired.rows.select("_row", "_line").rows() == [(5, 5), (7, 7)]
    assert desired.grid.header_span == (0, raw.index("letterId;text\r\n") + len("letterId;text\r\n"))
