"""Workbooks made by hand, XML and all, so that a test can put anything into them."""

import io
import zipfile
from collections.abc import Mapping

from layersync.sheet.workbooks.exchange import Answer, Request
from layersync.sheet.workbooks.tab import read_tab

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/>'
    '<xf numFmtId="21"/></cellXfs></styleSheet>'
)
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    f'manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/></manifest:manifest>'
)
DATE, MOMENT, CLOCK = 1, 2, 3


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def text(place: str, content: str) -> str:
    """A cell of text."""
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{content}</t></is></c>'


def number(place: str, value: object, style: int = 0) -> str:
    """A cell of a number, or a date by its style."""
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def row(index: int, *cells: str, more: str = "") -> str:
    """A row of cells that are written out."""
    return f'<row r="{index}"{more}>{"".join(cells)}</row>'


def texts(index: int, *contents: str) -> str:
    """A row of texts from column A on."""
    return row(index, *(text(f"{chr(65 + at)}{index}", content) for at, content in enumerate(contents)))


def sheet_xml(rows: str, before: str = "", after: str = "") -> str:
    """The part of a tab."""
    return f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def xlsx_parts(tabs: Mapping[str, str], states: Mapping[str, str] | None = None, settings: str = "") -> dict[str, str]:
    """The parts of an .xlsx whose tabs have these sheet parts; `settings` is XML for the workbook part."""
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{at}" state="{(states or {}).get(name, "visible")}" r:id="rId{at}"/>'
        for at, name in enumerate(tabs, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(tabs) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{WORKBOOK_TYPE}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>{settings}'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}</Relationships>',
        "xl/styles.xml": STYLES,
    }
    return parts | {f"xl/worksheets/sheet{at}.xml": part for at, part in enumerate(tabs.values(), 1)}


def xlsx(rows: str, before: str = "", after: str = "", settings: str = "") -> bytes:
    """An .xlsx of one tab, "Planets"."""
    return zipped(xlsx_parts({"Planets": sheet_xml(rows, before, after)}, settings=settings))


def ods_parts(tables: str, styles: str = "") -> dict[str, str]:
    """The parts of an .ods with these table elements."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<office:document-content {names} xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:'
        f'calcext:1.0"><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return {"mimetype": ODS_TYPE, "META-INF/manifest.xml": _MANIFEST, "content.xml": content}


def ods(rows: str, columns: str = "") -> bytes:
    """An .ods of one tab, "Planets"."""
    return zipped(ods_parts(f'<table:table table:name="Planets">{columns}{rows}</table:table>'))


def ods_row(*cells: str, more: str = "") -> str:
    """A row of an .ods."""
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def ods_cell(content: str = "", kind: str = "string", more: str = "") -> str:
    """A cell of an .ods with its paragraph."""
    typed = f'office:value-type="{kind}"' if kind else ""
    return f"<table:table-cell {typed} {more}><text:p>{content}</text:p></table:table-cell>"


def parsed(raw: bytes, tab: str | None = None, header_row: int = 1, max_text: int = 1_000_000) -> Answer:
    """What the child process finds, without a process."""
    return read_tab(raw, Request(tab=tab, header_row=header_row, max_text=max_text))


def cells(answer: Answer) -> list[list[str]]:
    """The cells below the header."""
    return [list(line) for line in answer.cells.rows()]
