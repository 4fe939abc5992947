"""A1-A7 of reliability.md: marks, encodings, control characters, archives under a sheet's name, sizes."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
from collections.abc import Iterator

from tests.corpus.case import Case, column, committed, sheet, uuid

MARK = codecs.BOM_UTF8
PLAIN = sheet("id,name", "{1},Acme Fit", "{2},Beta Run")
ACCENTS = sheet("id,name,tagline", "{1},Café Zoë,Über alles", "{2},Beta Run,plain")


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("projects.csv"), PLAIN)
    return buffer.getvalue()


def in_utf16(text: str, codec: str, mark: bytes = b"") -> bytes:
    return mark + text.encode(codec)


def marks() -> Iterator[Case]:
    yield committed("A01", "one-mark", 0)
    yield committed("A01", "two-marks", 4)
    yield Case("A01", "no-mark", 0, PLAIN)
    yield Case("A01", "mark-before-quoted-header", 0, MARK + PLAIN.replace("id,", '"id",', 1).encode())
    below_title = "Projects\n" + PLAIN.replace("id,", '"\ufeffid",', 1)
    yield Case("A01", "mark-below-a-title", 4, below_title, job={"header_row": 2})
    yield Case("A01", "mark-before-second-header", 4, PLAIN.replace("name", "\ufeffname", 1))
    yield Case("A01", "mark-before-every-line", 3, "".join("\ufeff" + line for line in PLAIN.splitlines(True)))
    yield Case("A01", "mark-in-a-cell", 0, PLAIN.replace("Acme", "\ufeffAcme"))
    yield Case("A01", "two-sheets-joined", 3, MARK + PLAIN.encode() + MARK + PLAIN.encode())
    yield Case("A01", "mark-of-utf8-with-declared-cp1252", 0, MARK + ACCENTS.encode(), job={"encoding": "windows-1252"})
    yield Case("A01", "mark-after-a-blank-line", 4, b"\n" + MARK + PLAIN.encode())


def wide() -> Iterator[Case]:
    yield committed("A02", "utf16le-mark", 0)
    yield committed("A02", "utf16be-mark", 0)
    yield committed("A02", "utf16le-no-mark", 4)
    yield committed("A02", "utf16be-no-mark", 4)
    yield Case("A02", "utf16le-two-marks", 4, in_utf16(PLAIN, "utf-16-le", codecs.BOM_UTF16_LE * 2))
    yield Case("A02", "utf16-declared", 0, in_utf16(ACCENTS, "utf-16-le"), job={"encoding": "utf-16"})
    yield Case("A02", "utf16be-declared-le-given", 4, in_utf16(PLAIN, "utf-16-le"), job={"encoding": "utf-16-be"})
    yield Case("A02", "utf16le-odd-bytes", 4, in_utf16(PLAIN, "utf-16-le", codecs.BOM_UTF16_LE)[:-1])
    half = in_utf16("id,name\n" + uuid(1) + ",Ac", "utf-16-le", codecs.BOM_UTF16_LE) + b"\x00\xd8" + b"m\0e\0\n\0"
    yield Case("A02", "utf16le-half-a-pair", 4, half)
    tabs = ACCENTS.replace(",", "\t").replace("\n", "\r\n")
    yield Case("A02", "excel-unicode-text", 0, in_utf16(tabs, "utf-16-le", codecs.BOM_UTF16_LE), suffix="txt")
    yield Case("A02", "utf32le", 4, codecs.BOM_UTF32_LE + PLAIN.encode("utf-32-le"))
    yield Case("A02", "utf32be", 4, codecs.BOM_UTF32_BE + PLAIN.encode("utf-32-be"))
    yield Case("A02", "utf7-declared", 4, PLAIN.encode("utf-7"), job={"encoding": "utf-7"})
    yield Case("A02", "ebcdic", 4, PLAIN.encode("cp500"))
    yield Case("A02", "ebcdic-declared", 4, PLAIN.encode("cp500"), job={"encoding": "cp500"})


def narrow() -> Iterator[Case]:
    yield committed("A03", "latin1-cell", 4)
    yield committed("A03", "latin1-header", 4)
    yield committed("A03", "cp1252-smart-quotes", 4)
    yield committed("A03", "cp1252-declared", 0, job={"encoding": "windows-1252"})
    yield committed("A03", "one-latin1-line-in-utf8", 4)
    yield Case("A03", "cp1252-undefined-byte", 4, PLAIN.encode().replace(b"Acme", b"Ac\x81me"))
    undefined = PLAIN.encode().replace(b"Acme", b"Ac\x81me")
    yield Case("A03", "cp1252-declared-undefined-byte", 4, undefined, job={"encoding": "windows-1252"})
    yield Case("A03", "mac-roman", 4, ACCENTS.encode("mac-roman"))
    yield Case("A03", "shift-jis", 4, sheet("id,name", "{1},テスト製品").encode("shift-jis"))
    yield Case("A03", "gb18030", 4, sheet("id,name", "{1},测试产品").encode("gb18030"))
    yield Case("A03", "koi8-r", 4, sheet("id,name", "{1},Проект").encode("koi8-r"))
    yield Case("A03", "koi8-r-declared", 0, sheet("id,name", "{1},Проект").encode("koi8-r"), job={"encoding": "koi8-r"})
    yield Case("A03", "no-such-encoding", 4, PLAIN, job={"encoding": "utf-9"})
    yield Case("A03", "encoding-that-is-no-text", 4, PLAIN, job={"encoding": "base64"})
    for name, piece in {
        "overlong-slash": b"\xc0\xaf",
        "surrogate-in-utf8": b"\xed\xa0\x80",
        "stray-continuation": b"\x80",
        "beyond-unicode": b"\xf4\x90\x80\x80",
        "lone-lead-byte": b"\xe2\x82",
        "byte-ff": b"\xff",
    }.items():
        yield Case("A03", name, 4, PLAIN.encode().replace(b"Acme", b"Ac" + piece + b"me"))
    yield Case(
        "A03", "bad-byte-in-a-left-out-column", 4, sheet("id,name,_n", "{1},Acme,x").encode().replace(b"x", b"\xe9")
    )
    yield Case("A03", "bad-byte-in-the-key", 4, PLAIN.encode().replace(b"0000-4000", b"0000\x96-4000", 1))
    yield Case(
        "A03", "twice-encoded-cells", 3, column("name", "CafÃ© ZoÃ«", "donâ€™t", "Ãœber uns", "Jos\ufffd", "ðŸ˜€ fun")
    )
    yield Case("A03", "capital-a-tilde-is-portuguese", 0, column("name", "AMANHÃ E DEPOIS", "MAÇÃ", "São"))


def controls() -> Iterator[Case]:
    for code in (0, 1, 7, 8, 0x0B, 0x0C, 0x1A, 0x1B, 0x1F, 0x7F, 0x85, 0x9B):
        yield Case("A04", f"control-{code:02x}-in-a-cell", 4, column("name", "Acme", f"Be{chr(code)}ta"))
    yield Case("A04", "nul-in-the-header", 4, PLAIN.replace("name", "na\0me", 1))
    yield Case("A04", "nul-in-the-key", 4, PLAIN.replace("4000", "40\x0000", 1))
    yield Case("A04", "nul-padding-at-the-end", 4, PLAIN + "\0" * 40)
    yield Case("A04", "terminal-colours", 4, column("name", "\x1b[31mred\x1b[0m"))
    yield Case("A04", "tab-in-a-one-line-column", 3, column("name", "Acme\tFit"))
    yield Case("A04", "tab-in-a-multi-line-column", 0, column("appDescription", "a\t" + "long enough " * 10 + "x"))
    yield Case("A04", "control-in-a-left-out-column", 4, sheet("id,name,Notes", "{1},Acme,a\x07b"))
    yield Case("A04", "end-of-file-mark-of-dos", 4, PLAIN + "\x1a")


def formats() -> Iterator[Case]:
    packed = {
        "gzip": gzip.compress(PLAIN.encode(), mtime=0),
        "zip": zipped(),
        "bzip2": bz2.compress(PLAIN.encode()),
        "xz": lzma.compress(PLAIN.encode()),
        "zstd": b"\x28\xb5\x2f\xfd\x04\x58" + b"\0" * 30,
        "7z": b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 30,
        "empty-zip": b"PK\x05\x06" + b"\0" * 18,
        "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        "old-excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "web-page": b"<!DOCTYPE html><html><body>Sign in</body></html>",
        "web-page-after-space": b"\n\n  <HTML><head><title>Google Drive</title>",
        "xml": b'<?xml version="1.0"?><rows/>',
        "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "parquet": b"PAR1\x15\x04\x15\x00" + b"\0" * 40 + b"PAR1",
        "sqlite": b"SQLite format 3\0\x10\0\1\1",
        "rtf": b"{\\rtf1\\ansi\\deff0 {\\fonttbl {\\f0 Courier;}}\n}",
        "json": b'[{"id": "00000000-0000-4000-8000-000000000001", "name": "Acme"}]\n',
        "json-lines": b'{"id": "x", "name": "Acme"}\n{"id": "y", "name": "Beta"}\n',
        "yaml": b"- id: x\n  name: Acme\n",
        "prose": b"Dear team,\nplease find the list attached.\n",
        "conflict-markers": b"<<<<<<< HEAD\n" + PLAIN.encode() + b"=======\n>>>>>>> theirs\n",
        "lfs-pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
    }
    for name, raw in packed.items():
        yield Case("A05", name, 4, raw)
    yield Case("A05", "gzip-bomb", 4, lambda: gzip.compress(b"a," * 5_000_000, mtime=0))


def sources() -> Iterator[Case]:
    for name, source in {
        "directory": ".",
        "all-csv-files": "*.csv",
        "question-mark": "A0?.csv",
        "bucket": "s3://bucket/projects.csv",
        "file-url": "file:///etc/hostname",
        "device-without-end": "/dev/zero",
        "nothing": "missing.csv",
        "near-miss": "A06-near-mis.csv",
    }.items():
        yield Case("A06", name, 4, PLAIN, job={"source": source})


def sizes() -> Iterator[Case]:
    three = sheet("id,name", "{1},Acme", "{2},Beta", "{3},Gamma")
    yield Case("A07", "rows-at-the-limit", 0, three, job={"max_rows": 3})
    yield Case("A07", "rows-over-the-limit", 4, three, job={"max_rows": 2})
    yield Case("A07", "blank-rows-do-not-count", 0, three + "\n,\n" * 9, job={"max_rows": 3})
    yield Case("A07", "bytes-at-the-limit", 0, three, job={"max_bytes": len(three)})
    yield Case("A07", "bytes-over-the-limit", 4, three, job={"max_bytes": len(three) - 1})
    for count, code in ((200, 0), (201, 4)):
        names = ",".join(f"_{number}" for number in range(count - 2))
        wide_row = "x," * (count - 3) + "x"
        yield Case("A07", f"{count}-columns", code, sheet(f"id,name,{names}", f"{{1}},Acme,{wide_row}"))
    yield Case("A07", "100000-columns", 4, lambda: sheet("id,name" + ",x" * 99_998))
    yield Case("A07", "cell-of-32767", 3, lambda: column("appDescription", "x" * 32_767))
    yield Case("A07", "cell-of-32768", 4, lambda: column("appDescription", "x" * 32_768))
    yield Case("A07", "cell-of-a-megabyte", 4, lambda: column("appDescription", "ok", "x" * 1_000_000))
    yield Case("A07", "header-of-a-megabyte", 4, lambda: sheet("id,name," + "x" * 1_000_000, "{1},Acme,y"))
    yield Case("A07", "one-line-of-two-megabytes", 4, lambda: "x" * 2_000_000)
    yield Case("A07", "endless-blank-rows", 4, lambda: PLAIN + "\n" * 1_100_000, job={"max_rows": 9})
    yield Case("A07", "a-million-quotes", 4, lambda: sheet("id,name", "{1}," + '"' * 1_000_001))


CASES = (*marks(), *wide(), *narrow(), *controls(), *formats(), *sources(), *sizes())
