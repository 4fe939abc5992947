"""Files that would stop, fill or fool the parser are refused in plain words, by a program that goes on."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from layersync.sheet.workbooks.exchange import Request
from layersync.sheet.workbooks.process import parse_in_child
from layersync.sheet.workbooks.unreadable import Unreadable
from tests.sheet.build import an_id, refused
from tests.sheet.workbooks.make import (
    number,
    ods,
    ods_cell,
    ods_parts,
    parsed,
    row,
    sheet_xml,
    texts,
    xlsx,
    xlsx_parts,
    zipped,
)

GOOD = texts(1, "planetId", "title") + texts(2, an_id(1), "Mars")
SHARED = (
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="{}"><si><t>{}</t></si></sst>'
)
STRINGS_TARGET = (
    '<Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>'
)
STOPPED = "the parser stopped"


def with_strings(strings: str, rows: str = GOOD) -> dict[str, str]:
    parts = xlsx_parts({"Planets": sheet_xml(rows)})
    relations = parts["xl/_rels/workbook.xml.rels"].replace("</Relationships>", STRINGS_TARGET)
    return parts | {"xl/_rels/workbook.xml.rels": relations, "xl/sharedStrings.xml": strings}


def twice() -> bytes:
    buffer = io.BytesIO(xlsx(GOOD))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", sheet_xml(""))
    return buffer.getvalue()


def many_parts() -> bytes:
    return zipped(xlsx_parts({"Planets": sheet_xml(GOOD)}) | {f"extra/{at}": "" for at in range(2_001)})


def large_part(size: int, **more: str) -> bytes:
    return zipped(xlsx_parts({"Planets": sheet_xml(GOOD)}) | {"xl/media/image1.png": bytes(size), **more})


def encrypted_entry() -> bytes:
    raw = bytearray(xlsx(GOOD))
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    return bytes(raw)


def encrypted_ods() -> bytes:
    parts = ods_parts("")
    return zipped(parts | {"META-INF/manifest.xml": '<m:x xmlns:m="m"><m:encryption-data/></m:x>'})


def with_type(kind: str) -> bytes:
    parts = xlsx_parts({"Planets": sheet_xml(GOOD)})
    types = parts["[Content_Types].xml"]
    return zipped(parts | {"[Content_Types].xml": types.replace("officedocument.spreadsheetml.sheet.main+xml", kind)})


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "b">]>'

# made when they are wanted: some are large
REFUSED_BEFORE_PARSING: list[tuple[Callable[[], bytes], str]] = [
    (twice, "is in it twice"),
    (many_parts, "more than 2,000"),
    (lambda: large_part(201_000_000), "unpacks to"),
    (lambda: large_part(20_000_000), "packed more than 200:1"),
    (encrypted_entry, "protected by a password"),
    (encrypted_ods, "protected by a password"),
    (lambda: with_type("sheet.binary.macroEnabled.main"), ".xlsb"),
    (lambda: with_type("officedocument.wordprocessingml.document.main+xml"), "no Excel workbook"),
    (lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}), "no spreadsheet"),
    (lambda: zipped({"planets.csv": "planetId"}), "zip archive"),
    (lambda: zipped({}), "zip archive"),
    (lambda: xlsx(GOOD)[:-30], "cannot be unpacked"),
    (lambda: b"PK\x03\x04", "cannot be unpacked"),
    (lambda: zipped(with_strings(DOCTYPE + SHARED.format(1, "&a;"))), "DOCTYPE"),
    (lambda: zipped(xlsx_parts({"Planets": DOCTYPE + sheet_xml(GOOD)})), "DOCTYPE"),
    (lambda: zipped(with_strings("") | {"xl/theme/x.xml": (" " * 2_000_000 + DOCTYPE).encode("utf-16")}), "DOCTYPE"),
    (lambda: zipped(with_strings(" " * ((1 << 20) - 4) + DOCTYPE)), "DOCTYPE"),
    (lambda: zipped({"[Content_Types].xml": "<a/>"}), "no Excel workbook"),
]


@pytest.mark.parametrize(("make", "said"), REFUSED_BEFORE_PARSING, ids=[said for _, said in REFUSED_BEFORE_PARSING])
def test_D2_D3_D4_D8_what_the_zip_shows_is_refused_before_any_parser(make: Callable[[], bytes], said: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parsed(make())
    assert said in refusal.value.message
    assert refusal.value.what_to_do


def test_small_parts_may_be_packed_as_well_as_they_like() -> None:
    assert parsed(large_part(9_000_000)).header == ["planetId", "title"]


LONG = texts(1, "planetId", "title") + row(2, number("A2", 1), '<c r="B2" t="s"><v>0</v></c>')
WIDE = '<table:table-row table:number-rows-repeated="1048576">{}</table:table-row>'
CELL = ods_cell("x", more='table:number-columns-repeated="200"')


def miscounted() -> bytes:
    return zipped(with_strings(SHARED.format("9999999999999", "a"), LONG))


BOMBS: list[tuple[str, Callable[[], bytes], str]] = [
    ("declared count", miscounted, STOPPED),
    (
        "far cell",
        lambda: xlsx(GOOD + row(1_048_576, number("XFD1048576", 1))),
        "Planets!XFD1048576 is beyond column GR",
    ),
    (
        "far cell in reach",
        lambda: xlsx(GOOD + row(1_048_576, number("GR1048576", 1))),
        "Planets!GR1048576 is in use, so far",
    ),
    ("long string", lambda: zipped(with_strings(SHARED.format(1, "x" * 199_000_000), LONG)), "packed more than"),
    ("repeated cells", lambda: ods(WIDE.format(CELL)), "more than 10,000,000 cells"),
]


@pytest.mark.parametrize(("make", "said"), [pytest.param(make, said, id=name) for name, make, said in BOMBS])
def test_D1_a_file_that_would_end_the_parser_ends_nothing_else(make: Callable[[], bytes], said: str) -> None:
    refusal = refused(make())
    assert said in refusal.message
    assert refusal.what_to_do


def test_D1_a_child_that_takes_too_long_is_ended() -> None:
    raw = xlsx(GOOD + "".join(texts(at, str(at)) for at in range(3, 30_000)))
    with pytest.raises(Unreadable, match=r"stopped after 0\.05 seconds"):
        parse_in_child(raw, Request(tab=None, header_row=1, max_text=1_000_000), seconds=0.05)


def test_the_child_says_nothing_and_knows_no_key(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A child that crashes prints a trace: none of it is seen; and no secret is in its environment."""
    spy = tmp_path / "sitecustomize.py"
    spy.write_text(f"import os\nopen({str(tmp_path / 'env')!r}, 'w').write(repr(dict(os.environ)))\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("LAYERS_API_KEY", "canary")
    assert STOPPED in refused(miscounted()).message
    assert "canary" not in (tmp_path / "env").read_text(encoding="utf-8")
    assert capfd.readouterr() == ("", "")


def may_leave_the_network() -> bool:
    tool = shutil.which("unshare")
    asked = [tool or "", "--map-root-user", "--net", "true"]
    return tool is not None and subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not may_leave_the_network(), reason="the system lets nobody leave the network")
def test_H11_the_child_has_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = tmp_path / "network"
    look = f"open({str(told)!r}, 'w').write(os.readlink('/proc/self/ns/net'))"
    (tmp_path / "sitecustomize.py").write_text(f"import atexit, os\natexit.register(lambda: {look})\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    parse_in_child(xlsx({"Planets": sheet_xml(GOOD)}), Request(tab=None, header_row=1, max_text=1_000_000))
    assert told.read_text("utf-8").startswith("net:")
    assert told.read_text("utf-8") != str(Path("/proc/self/ns/net").readlink())
