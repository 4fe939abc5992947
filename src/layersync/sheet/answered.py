"""What an answer from the web means for a sheet: its bytes, or the sentence that says why there are none."""

from typing import Final

from layersync.errors import InputUnusable
from layersync.sheet.web import WebAnswer

_PAGE_STARTS: Final = (b"<!doctype html", b"<html")
_LOGIN_STATUSES: Final = frozenset({401, 403})


def bytes_of(name: str, answer: WebAnswer, private: InputUnusable) -> bytes:
    """Gives the bytes of a sheet. Raises `private` for a login page, InputUnusable for whatever else is no sheet."""
    if answer.status in _LOGIN_STATUSES or (answer.status < 300 and _is_page(answer)):
        raise private
    if answer.leads_to is not None:
        message = f"{name} leads to {answer.leads_to}, and layersync does not follow there"
        raise InputUnusable(message, "give the address where the sheet itself is")
    if answer.status in {404, 410}:
        raise InputUnusable(f"there is no sheet at {name} (HTTP {answer.status})", "check the address")
    if answer.status != 200:
        raise InputUnusable(f"{name} cannot be read: the server answers HTTP {answer.status}", "run again later")
    return answer.body


def _is_page(answer: WebAnswer) -> bool:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    start = answer.body[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return kind in {"text/html", "application/xhtml+xml"} or start.startswith(_PAGE_STARTS)
