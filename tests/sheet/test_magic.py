"""Inputs that are no text are refused by their right names (A5)."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from tests.sheet.build import an_id, refused

CSV = f"planetId,title\n{an_id(1)},Mars\n".encode()


def zipped(*names: str, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return buffer.getvalue()


FORMATS = [
    (gzip.compress(CSV), "gzip"),
    (lzma.compress(CSV), "xz"),
    (bz2.compress(CSV), "bzip2"),
    (b"\x28\xb5\x2f\xfd" + CSV, "zstd"),
    (zipped("a.csv"), "zip archive"),
    (zipped(), "zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password"),
    (b"%PDF-1.7\n", "PDF"),
    (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    (b"\xef\xbb\xbf \n<HTML><body>Sign in</body></html>", "web page"),
]


@pytest.mark.parametrize(("raw", "name"), FORMATS, ids=[name for _, name in FORMATS])
def test_A5_other_formats_are_refused_by_name(raw: bytes, name: str) -> None:
    refusal = refused(raw)
    assert name in refusal.message
    assert refusal.what_to_do
