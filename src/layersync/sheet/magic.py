"""Tells by its first bytes an input that is no text at all, so that it is refused by its right name."""

from typing import Final

from layersync.errors import InputUnusable

_AS_CSV: Final = "this version reads CSV and TSV: save or download the sheet as CSV (UTF-8)"
_UNPACK: Final = "unpack it and give the CSV file itself"

_PACKED: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
)
_ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF: Final = b"%PDF-"
_PAGE_STARTS: Final = (b"<!doctype html", b"<html", b"<?xml", b"<head", b"<script")


def refuse_other_formats(name: str, raw: bytes) -> None:
    """Raises InputUnusable for archives, workbooks, PDF and web pages (reliability A5)."""
    for magic, kind in _PACKED:
        if raw.startswith(magic):
            raise InputUnusable(f"{name} is a {kind} archive, not a sheet", _UNPACK)
    if raw.startswith((_ZIP, _EMPTY_ZIP)):
        raise _zip(name, raw)
    if raw.startswith(_OLE):
        raise InputUnusable(f"{name} is an old Excel workbook (.xls) or another Office file", _AS_CSV)
    if raw.startswith(_PDF):
        raise InputUnusable(f"{name} is a PDF, not a sheet", _AS_CSV)
    _refuse_pages(name, raw)


def _zip(name: str, raw: bytes) -> InputUnusable:
    # the first entry of a workbook is its content list or its type, both near the start
    start = raw[:4096]
    if b"opendocument.spreadsheet" in start:
        return InputUnusable(f"{name} is an OpenDocument workbook (.ods)", _AS_CSV)
    if b"[Content_Types].xml" in start or b"xl/" in start:
        return InputUnusable(f"{name} is an Excel workbook (.xlsx)", _AS_CSV)
    return InputUnusable(f"{name} is a zip archive, not a sheet", _UNPACK)


def _refuse_pages(name: str, raw: bytes) -> None:
    start = raw[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_PAGE_STARTS):
        raise InputUnusable(
            f"{name} is a web page, not a sheet",
            "the download was perhaps a sign-in page: share the sheet, or download it as CSV by hand",
        )
