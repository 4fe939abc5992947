"""D1-D11 of reliability.md: workbooks that stop a parser, hide something, or lose it on the way."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping

from tests.corpus.case import Case, uuid
from tests.sheet.workbooks.make import (
    ODS_TYPE,
    number,
    ods_cell,
    ods_parts,
    ods_row,
    row,
    sheet_xml,
    text,
    texts,
    xlsx_parts,
)

Parts = dict[str, str | bytes]

HEAD = texts(1, "id", "name", "tagline")
ROWS = HEAD + texts(2, uuid(1), "Acme", "x") + texts(3, uuid(2), "Beta", "y")
_FIRST_SHEET = "xl/worksheets/sheet1.xml"
XLSB_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.bin" '
    'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def zipped(parts: Mapping[str, str | bytes], stored: tuple[str, ...] = ()) -> bytes:
    """A zip of these parts, the same bytes every time; `stored` are not packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), content, how)
    return buffer.getvalue()


def parts_of(rows: str = ROWS, before: str = "", after: str = "", settings: str = "") -> Parts:
    return {**xlsx_parts({"Projects": sheet_xml(rows, before, after)}, settings=settings)}


def book(rows: str = ROWS, before: str = "", after: str = "", settings: str = "") -> bytes:
    return zipped(parts_of(rows, before, after, settings))


def tabs(**states: str) -> bytes:
    return zipped(xlsx_parts(dict.fromkeys(states, sheet_xml(ROWS)), states))


def beside(cell: str) -> bytes:
    """A workbook with this cell at B2, beside an id and a tagline."""
    return book(HEAD + row(2, text("A2", uuid(1)), cell, text("C2", "x")) + texts(3, uuid(2), "Beta", "y"))


def _case(hazard: str, name: str, code: int, content: bytes | Callable[[], bytes], **more: object) -> Case:
    return Case(hazard, name, code, content, **{"suffix": "xlsx", **more})  # type: ignore[arg-type]


def stopping() -> Iterator[Case]:
    strings = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" {}><si><t>x</t></si></sst>'
    for name, counts in {
        "shared-strings-claimed": 'count="9999999999999" uniqueCount="9999999999999"',
        "shared-strings-negative": 'count="-1" uniqueCount="-1"',
        "shared-strings-no-number": 'count="many" uniqueCount="1e99"',
    }.items():
        parts = parts_of() | {"xl/sharedStrings.xml": strings.format(counts)}
        parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
            "</Relationships>",
            '<Relationship Id="rS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        yield _case("D01", name, 4 if name == "shared-strings-claimed" else 0, zipped(parts))
    far = ROWS + row(1_048_576, text("XFD1048576", "x"))
    yield _case("D01", "cell-in-the-last-corner", 4, book(far))
    yield _case("D01", "cell-in-the-last-column", 4, book(HEAD + row(2, text("XFD2", "x"))))
    yield _case("D01", "cell-in-the-last-row", 3, book(ROWS + row(1_048_576, text("A1048576", "x"))))
    yield _case("D01", "cell-beyond-the-last-column", 4, book(HEAD + row(2, text("ZZZZ2", "x"))))
    yield _case("D01", "cell-beyond-the-last-row", 4, book(HEAD + row(99_999_999, text("A99999999", "x"))))
    yield _case("D01", "cell-with-a-broken-place", 4, book(HEAD + row(2, text("2A", "x"))))
    yield _case("D01", "dimension-that-lies", 0, book(before='<dimension ref="A1:XFD1048576"/>'))
    yield _case("D01", "string-beyond-the-table", 4, beside('<c r="B2" t="s"><v>999999</v></c>'))
    yield _case("D01", "xml-nested-deep", 0, lambda: book(after="<a>" * 5_000 + "</a>" * 5_000))
    yield _case("D01", "xml-cut-off", 4, zipped(parts_of() | {_FIRST_SHEET: sheet_xml(ROWS)[:-40]}))
    yield _case(
        "D01",
        "sheet-part-missing",
        4,
        zipped({k: v for k, v in parts_of().items() if k != _FIRST_SHEET}),
    )
    yield _case("D01", "sheet-part-empty", 4, zipped(parts_of() | {_FIRST_SHEET: ""}))
    yield _case("D01", "sheet-part-of-zeros", 4, zipped(parts_of() | {_FIRST_SHEET: b"\0" * 4_000}))


def bombs() -> Iterator[Case]:
    large = lambda: zipped(parts_of() | {"xl/media/image1.bin": b"\0" * 30_000_000})  # noqa: E731
    yield _case("D02", "part-packed-1000-to-1", 4, large)
    spaces = lambda: book(after="<a>" + " " * 15_000_000 + "</a>")  # noqa: E731
    yield _case("D02", "sheet-of-spaces", 4, spaces)
    many = lambda: zipped(parts_of() | {f"xl/media/{n}.bin": b"" for n in range(2_001)})  # noqa: E731
    yield _case("D02", "two-thousand-parts", 4, many)
    yield _case("D02", "size-that-lies", 4, lying_size)
    inner = zipped({"a.xlsx": book()}, ("a.xlsx",))
    yield _case("D02", "workbook-in-a-zip", 4, inner)


def lying_size() -> bytes:
    raw = bytearray(book())
    # the size before packing, in the directory's entry of the last part
    at = raw.rindex(b"PK\x01\x02") + 24
    struct.pack_into("<I", raw, at, 10)
    return bytes(raw)


def doubled(second: str) -> bytes:
    buffer = io.BytesIO(book())
    with zipfile.ZipFile(buffer, "a") as archive:
        name = zipfile.ZipInfo("xl/worksheets/sheetX.xml", _EARLIEST)
        archive.writestr(name, sheet_xml(HEAD + texts(2, uuid(3), "Evil", "x")))
    return buffer.getvalue().replace(b"xl/worksheets/sheetX.xml", second.encode())


def tampered() -> Iterator[Case]:
    yield _case("D03", "part-twice", 4, doubled("xl/worksheets/sheet1.xml"))
    yield _case("D03", "part-twice-in-other-case", 4, doubled("xl/worksheets/SHEET1.xml"))
    yield _case("D03", "part-twice-with-backslashes", 4, doubled("xl\\worksheets\\sheet1.xml"))
    yield _case("D03", "part-beside-the-archive", 0, zipped(parts_of() | {"../../evil.txt": "x"}))
    yield _case("D03", "cut-off", 4, book()[:-200])
    yield _case("D03", "bytes-before-the-zip", 4, b"#!/bin/sh\n" + book())
    yield _case("D03", "bytes-after-the-zip", 0, book() + b"\n" * 8)
    flipped = bytearray(book())
    flipped[flipped.index(b"sheet1.xml") + 30] ^= 0xFF
    yield _case("D03", "bit-flipped-inside-a-part", 4, bytes(flipped))
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    for name, doctype in {"billion-laughs": laughs, "file-of-this-machine": outside}.items():
        part = doctype + sheet_xml(HEAD + texts(2, uuid(1), "&a;", "x"))
        yield _case("D04", name, 4, zipped(parts_of() | {_FIRST_SHEET: part}))
    wide = b"\xff\xfe" + (outside + sheet_xml(ROWS)).encode("utf-16-le")
    yield _case("D04", "doctype-in-utf16", 4, zipped(parts_of() | {_FIRST_SHEET: wide}))
    yield _case(
        "D04",
        "doctype-in-an-ods",
        4,
        zipped(an_ods() | {"content.xml": outside + str(an_ods()["content.xml"])}),
        suffix="ods",
    )


def choosing() -> Iterator[Case]:
    yield _case("D05", "two-tabs", 4, tabs(Projects="visible", Archive="visible"))
    yield _case("D05", "two-tabs-one-named", 0, tabs(Projects="visible", Archive="visible"), job={"sheet": "Archive"})
    yield _case(
        "D05",
        "two-tabs-a-slip-in-the-name",
        4,
        tabs(Projects="visible", Archive="visible"),
        job={"sheet": "Archiv"},
    )
    yield _case("D05", "hidden-tab-is-no-choice", 0, tabs(Projects="visible", Old="hidden", Older="veryHidden"))
    yield _case("D05", "only-hidden-tabs", 4, tabs(Projects="hidden"))
    hidden = HEAD + texts(2, uuid(1), "Acme", "x") + row(3, text("A3", uuid(2)), text("B3", "Be"), more=' hidden="1"')
    yield _case("D05", "hidden-row", 3, book(hidden))
    yield _case("D05", "hidden-column", 0, book(before='<cols><col min="2" max="2" hidden="1"/></cols>'))


def merges() -> Iterator[Case]:
    for name, area in {"in-a-row": "A2:C2", "in-a-column": "B2:B3", "in-the-header": "A1:C1"}.items():
        after = f'<mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'
        yield _case("D06", f"merged-{name}", 4, book(after=after))
    below = '<mergeCells count="1"><mergeCell ref="A90:C95"/></mergeCells>'
    yield _case("D06", "merged-below-the-data", 0, book(after=below))


def dropped() -> Iterator[Case]:
    for name, kind in {
        "na": "#N/A",
        "ref": "#REF!",
        "value": "#VALUE!",
        "div0": "#DIV/0!",
        "name": "#NAME?",
        "null": "#NULL!",
        "num": "#NUM!",
    }.items():
        yield _case("D07", f"error-{name}", 3, beside(f'<c r="B2" t="e"><v>{kind}</v></c>'))
    yield _case(
        "D07", "error-in-the-key", 3, book(HEAD + row(2, '<c r="A2" t="e"><v>#N/A</v></c>', text("B2", "Acme")))
    )
    yield _case(
        "D07",
        "error-in-the-header",
        4,
        book(row(1, text("A1", "id"), '<c r="B1" t="e"><v>#REF!</v></c>') + texts(2, uuid(1), "A")),
    )
    yield _case("D07", "formula-without-a-value", 3, beside('<c r="B2"><f>A1&amp;"x"</f></c>'))
    yield _case("D07", "formula-with-a-value", 0, beside('<c r="B2" t="str"><f>A1</f><v>Acme Fit</v></c>'))
    yield _case(
        "D07",
        "formula-without-a-value-left-out-column",
        0,
        book(texts(1, "id", "_n", "name") + row(2, text("A2", uuid(1)), '<c r="B2"><f>A1</f></c>', text("C2", "Acme"))),
    )
    yield _case("D07", "number-that-lost-digits", 3, beside(number("B2", 12345678901234567)))
    yield _case("D07", "number-as-key", 3, book(HEAD + row(2, number("A2", 12345678901234567), text("B2", "Acme"))))
    yield _case("D07", "date-before-march-1900", 3, beside(number("B2", 60, 1)))
    yield _case("D07", "date-as-key", 3, book(HEAD + row(2, number("A2", 45000, 1), text("B2", "Acme"))))
    yield _case("D07", "truth-value", 0, beside('<c r="B2" t="b"><v>1</v></c>'))
    yield _case("D07", "line-break-in-a-one-line-column", 3, beside(text("B2", "Acme\nFit")))
    yield _case("D07", "control-character-escaped", 4, beside(text("B2", "Acme_x0007_Fit")))


def other_formats() -> Iterator[Case]:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000
    for name, raw in {
        "old-excel": ole,
        "password": ole + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500,
        "web-page": b"<html><table><tr><td>id</td></tr></table></html>",
        "word": zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
        "binary-workbook": zipped({"[Content_Types].xml": XLSB_TYPES, "xl/workbook.bin": b"\x83\x01\0"}),
        "slides-of-opendocument": zipped(
            {"mimetype": ODS_TYPE.replace("spreadsheet", "presentation"), "content.xml": "<x/>"}, ("mimetype",)
        ),
        "java-archive": zipped({"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n"}),
        "empty-zip": b"PK\x05\x06" + b"\0" * 18,
        "zeros": b"\0" * 100,
        "nothing": b"",
    }.items():
        yield _case("D08", name, 4, raw)
    plain = f"id,name\n{uuid(1)},Acme\n".encode()
    yield _case("D08", "csv-named-xlsx", 0, plain)
    yield _case("D08", "xlsx-named-csv", 0, book(), suffix="csv")


def placed() -> Iterator[Case]:
    shifted = texts(4, "id", "name").replace('"A4"', '"C4"').replace('"B4"', '"D4"')
    shifted += row(5, text("C5", uuid(1)), text("D5", "Be")) + row(9, text("C9", uuid(2)), text("D9", "Be"))
    yield _case("D09", "header-in-c4", 3, book(shifted), job={"header_row": 4})
    yield _case("D09", "blank-rows-keep-the-numbering", 3, book(HEAD + texts(7, uuid(1), "Be", "x")))
    yield _case("D09", "header-not-where-it-is-said", 4, book(shifted))
    yield _case("D09", "header-only", 4, book(HEAD))
    yield _case("D09", "no-cells", 4, book(""))
    yield _case("D10", "header-twice", 4, book(texts(1, "id", "name", "name") + texts(2, uuid(1), "A", "B")))
    yield _case(
        "D10",
        "column-without-header",
        4,
        book(row(1, text("A1", "id"), text("C1", "name")) + texts(2, uuid(1), "x", "Acme")),
    )
    yield _case("D10", "data-right-of-the-header", 4, book(texts(1, "id", "name") + texts(2, uuid(1), "Acme", "x")))
    unknown = beside('<c r="B2" t="future"><v>1</v></c>')
    for name, kind in {"calc": "#CALC!", "spill": "#SPILL!", "of-tomorrow": "#TOMORROW!"}.items():
        yield _case(
            "D11", f"error-that-the-parser-does-not-know-{name}", 4, beside(f'<c r="B2" t="e"><v>{kind}</v></c>')
        )
    yield _case("D11", "unknown-kind-of-a-cell", 4, unknown)


def an_ods(*rows: str) -> Parts:
    head = ods_row(ods_cell("id"), ods_cell("name"))
    given = rows or (ods_row(ods_cell(uuid(1)), ods_cell("Acme")),)
    return {**ods_parts(f'<table:table table:name="Projects">{head}{"".join(given)}</table:table>')}


def opendocument() -> Iterator[Case]:
    for name, code, cell in (
        ("ods-plain", 0, ods_cell("Acme")),
        ("ods-error", 3, ods_cell("#REF!", more='calcext:value-type="error" office:string-value=""')),
        ("ods-formula-without-a-value", 3, '<table:table-cell table:formula="of:=[.A1]"/>'),
        ("ods-merged", 4, ods_cell("Acme", more='table:number-columns-spanned="2"')),
    ):
        raw = zipped(an_ods(ods_row(ods_cell(uuid(1)), cell)), ("mimetype",))
        yield _case("D08", name, code, raw, suffix="ods")
    endless = ods_row(ods_cell(uuid(1)), ods_cell("Acme"), more='table:number-rows-repeated="1000000000"')
    yield _case("D01", "ods-row-repeated-without-end", 4, zipped(an_ods(endless)), suffix="ods")
    wide = ods_row(ods_cell(uuid(1)), ods_cell("A", more='table:number-columns-repeated="1000000000"'))
    yield _case("D01", "ods-cell-repeated-without-end", 4, zipped(an_ods(wide)), suffix="ods")


CASES = (
    *stopping(),
    *bombs(),
    *tampered(),
    *choosing(),
    *merges(),
    *dropped(),
    *other_formats(),
    *placed(),
    *opendocument(),
)
