"""Encodings: found by their mark, stated, or UTF-8; never guessed, never decoded with loss."""

import codecs

import pytest

from tests.sheet.build import an_id, messages, read, refused, values

ID = an_id(1)
TEXT = f"planetId,title\r\n{ID},Café “x”\r\n"

READABLE = [
    ("UTF-8", TEXT.encode(), None),
    ("UTF-8 with BOM", codecs.BOM_UTF8 + TEXT.encode(), None),
    ("UTF-8 with BOM, quoted header", codecs.BOM_UTF8 + TEXT.replace("planetId", '"planetId"').encode(), None),
    ("UTF-8 with BOM, although another is stated", codecs.BOM_UTF8 + TEXT.encode(), "windows-1252"),
    ("UTF-16 LE", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), None),
    ("UTF-16 BE", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), None),
    ("UTF-16 LE without mark, stated", TEXT.encode("utf-16-le"), "utf-16-le"),
    ("windows-1252, stated", TEXT.encode("cp1252"), "windows-1252"),
    ("Mac Roman, stated", TEXT.encode("mac_roman"), "macintosh"),
]


@pytest.mark.parametrize(("raw", "encoding"), [case[1:] for case in READABLE], ids=[case[0] for case in READABLE])
def test_A1_A2_A3_what_is_marked_or_stated_is_read(raw: bytes, encoding: str | None) -> None:
    assert values(read(raw, encoding=encoding), "title") == ["Café “x”"]


def test_A3_multi_byte_encodings_can_be_stated() -> None:
    raw = f"planetId,title\n{ID},表ソ能\n".encode("shift_jis")
    assert values(read(raw, encoding="shift_jis"), "title") == ["表ソ能"]


REFUSED = [
    ("A1 two marks", codecs.BOM_UTF8 * 2 + TEXT.encode(), None, "second byte order mark"),
    ("A1 two marks of UTF-16", codecs.BOM_UTF16_LE * 2 + TEXT.encode("utf-16-le"), None, "second byte order mark"),
    ("A2 UTF-16 LE without mark", TEXT.encode("utf-16-le"), None, "UTF-16"),
    ("A2 UTF-16 BE without mark", TEXT.encode("utf-16-be"), None, "UTF-16"),
    (
        "A2 UTF-16 LE, Cyrillic, without mark",
        f"planetId,title\n{ID},{'Мир' * 400}\n".encode("utf-16-le"),
        None,
        "UTF-16",
    ),
    ("A2 UTF-16 BE, Chinese, without mark", f"code,名\nx,{'火星' * 400}\n".encode("utf-16-be"), None, "UTF-16"),
    ("UTF-32", TEXT.encode("utf-32"), None, "UTF-32"),
    ("UTF-16 cut in half a character", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1], None, "utf-16"),
    ("unknown encoding", TEXT.encode(), "utf-9", ".csv cannot be read: there is no encoding"),
    ("encoding without lines", TEXT.encode(), "utf-7", '.csv: sheets in the encoding "utf-7" cannot be read'),
    ("encoding of bytes", TEXT.encode(), "base64", "cannot be read"),
    ("EBCDIC", TEXT.encode(), "cp037", "cannot be read"),
]


@pytest.mark.parametrize(("raw", "encoding", "word"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_read_surely_is_refused(raw: bytes, encoding: str | None, word: str) -> None:
    assert word in refused(raw, encoding=encoding).message


def test_A3_every_cell_that_is_not_UTF_8_is_named_with_the_likely_encoding() -> None:
    raw = f"planetId,title,mood\r\n{ID},Café,ok\r\n\r\n{an_id(2)},ok,“x”\r\n".encode("cp1252")
    refusal = refused(raw)
    assert [(problem.cell, problem.line) for problem in refusal.problems] == [("B2", 2), ("C4", 4)]
    assert "E9" in refusal.problems[0].message
    assert f"byte {raw.index(0xE9):,}" in refusal.message
    assert "windows-1252" in refusal.what_to_do


def test_A3_a_header_that_is_not_UTF_8_is_named() -> None:
    assert [p.cell for p in refused("planetId;Größe\r\n".encode("cp1252")).problems] == ["B1"]


def test_A16_a_file_cut_inside_a_character_is_told_as_such() -> None:
    raw = f"planetId,title\n{ID},Café".encode()
    assert "cut off" in refused(raw[:-1]).what_to_do


def test_A16_UTF_16_cut_inside_a_character_is_told_as_such() -> None:
    raw = codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")
    assert "cut off" in refused(raw[:-1]).what_to_do


@pytest.mark.parametrize("title", [b"\xed\xa0\x80 caf\xc3\xa9", b"\xe9 caf\xc3\xa9"], ids=["surrogate", "mixed"])
def test_A3_damaged_UTF_8_is_not_taken_for_another_encoding(title: bytes) -> None:
    """Stating windows-1252 for such a sheet would only make every other accent wrong."""
    assert refused(f"planetId,title\n{ID},".encode() + title + b"\n").what_to_do == "save the sheet as CSV (UTF-8)"


@pytest.mark.parametrize("empty", [b"", codecs.BOM_UTF8, b"\n\n", b" \r\n", codecs.BOM_UTF16_LE], ids=repr)
def test_A18_an_empty_file_is_refused(empty: bytes) -> None:
    assert "is empty" in refused(empty).message


def test_A18_a_header_alone_is_refused() -> None:
    assert messages(refused("planetId,title\n\n,\n"))[0].endswith("has 0 data rows below its header")
