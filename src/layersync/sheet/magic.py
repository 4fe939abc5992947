"""Tells by its first bytes an input that is no sheet at all, so that it is refused by its right name."""

from typing import Final

from layersync.errors import InputUnusable

_AS_SHEET: Final = "save or download it as a workbook (.xlsx, .ods) or as CSV (UTF-8)"
_UNPACK: Final = "unpack it and give the CSV file itself"

_PACKED: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# what a workbook with a password is kept in, as the names inside that container are written
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_PDF: Final = b"%PDF-"
_PAGE_STARTS: Final = (b"<!doctype html", b"<html", b"<?xml", b"<head", b"<script")


def refuse_other_formats(name: str, raw: bytes) -> None:
    """Raises InputUnusable for archives, old or locked workbooks, PDF and web pages (reliability A5, D8).

    A zip passes: a workbook is one.
    """
    for magic, kind in _PACKED:
        if raw.startswith(magic):
            raise InputUnusable(f"{name} is a {kind} archive, not a sheet", _UNPACK)
    if raw.startswith(_OLE) and _LOCKED in raw:
        raise InputUnusable(f"{name} is protected by a password", "save it without a password")
    if raw.startswith(_OLE):
        raise InputUnusable(f"{name} is an old Excel workbook (.xls) or another Office file", _AS_SHEET)
    if raw.startswith(_PDF):
        raise InputUnusable(f"{name} is a PDF, not a sheet", _AS_SHEET)
    _refuse_pages(name, raw)


def _refuse_pages(name: str, raw: bytes) -> None:
    start = raw[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_PAGE_STARTS):
        raise InputUnusable(
            f"{name} is a web page, not a sheet",
            "the download was perhaps a sign-in page: share the sheet, or download it as CSV by hand",
        )
