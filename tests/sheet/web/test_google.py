"""Google Sheets, against a stand-in on this machine: which export is asked for, and what a private sheet says."""

import asyncio

import pytest

from layersync.errors import InputUnusable
from layersync.sheet.download import Patience
from layersync.sheet.google import Google, export_hosts, read_google
from layersync.sheet.web import Origin
from layersync.values.google_sheet import GoogleSheet
from tests.sheet.web.conftest import CSV, Said, Server

SHEET = GoogleSheet(key="KEY", gid="7")
LIMIT = 1000


def read(server: Server, patience: Patience, tab: str | None = None, sheet: GoogleSheet = SHEET) -> bytes:
    google = Google(docs=server.url, drive=server.url)
    return asyncio.run(read_google(sheet, tab, LIMIT, patience, google=google, environ={}))


def refusal(server: Server, patience: Patience) -> InputUnusable:
    with pytest.raises(InputUnusable) as caught:
        read(server, patience)
    return caught.value


@pytest.mark.parametrize(
    ("tab", "path"),
    [(None, "/spreadsheets/d/KEY/export?format=csv&gid=7"), ("Projects", "/spreadsheets/d/KEY/export?format=xlsx")],
)
def test_the_tab_of_the_link_is_asked_for_as_CSV_and_one_with_a_name_as_workbook(
    tab: str | None, path: str, server: Server, patience: Patience
) -> None:
    assert read(server, patience, tab) == CSV
    (asked,) = server.asked
    assert asked.path == path
    assert not {"authorization", "cookie"} & set(asked.headers)


@pytest.mark.parametrize(
    "said",
    [
        Said(302, b"", {"Location": "https://accounts.google.com/ServiceLogin?continue=x"}),
        Said(200, b"<!DOCTYPE html>", {"Content-Type": "text/html"}),
        Said(401, b""),
        Said(403, b""),
    ],
)
def test_a_private_sheet_is_told_as_such(said: Said, server: Server, patience: Patience) -> None:
    server.say(said)
    told = refusal(server, patience)
    assert told.message == "Google Sheet KEY (gid 7): the sheet is private"
    assert "share it with anyone who has the link, or use a service account" in told.what_to_do
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Said(400, b""), "Google Sheet KEY (gid 7) has no such tab"),
        (Said(404, b""), "there is no sheet at Google Sheet KEY (gid 7)"),
        (Said(302, b"", {"Location": "https://evil.example/"}), "leads to evil.example"),
        (Said(302, b"", {"Location": "https://google.com.evil.example/"}), "leads to google.com.evil.example"),
    ],
)
def test_other_answers_are_told_apart(said: Said, message: str, server: Server, patience: Patience) -> None:
    server.say(said)
    assert message in refusal(server, patience).message


@pytest.mark.parametrize(
    ("there", "follows"),
    [
        (Origin("https", "doc-0k-9c-sheets.googleusercontent.com", None), True),
        (Origin("https", "docs.google.com", None), True),
        (Origin("http", "doc-0k-9c-sheets.googleusercontent.com", None), False),
        (Origin("https", "doc-0k-9c-sheets.googleusercontent.com", 8443), False),
        (Origin("https", "googleusercontent.com.evil.example", None), False),
        (Origin("https", "evilgoogleusercontent.com", None), False),
        (Origin("https", "accounts.google.com", None), False),
        (Origin("https", "evil.example", None), False),
    ],
)
def test_a_redirect_may_lead_to_the_hosts_of_exports_only(there: Origin, follows: bool) -> None:
    assert export_hosts(Origin("https", "docs.google.com", None), there) is follows
