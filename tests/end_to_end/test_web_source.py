"""A sheet at an address, from configuration to report: the key stays with the API, the query with the server."""

import hashlib
import io
from collections.abc import Iterator

import pytest
import xlsxwriter

from tests.end_to_end.place import Place, unpacked
from tests.end_to_end.traffic import Traffic
from tests.sandbox.server import KEY
from tests.sheet.web.conftest import Said, Server, serving

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
SHEET = f"id,tagline\n{ACME},new\n".encode()
QUERY = "token=t0p-secret"


@pytest.fixture
def web() -> Iterator[Server]:
    """The server that has the sheet."""
    with serving() as server:
        server.say(Said(body=SHEET))
        yield server


@pytest.fixture
def linked(place: Place, api: Traffic, web: Server) -> Place:
    """A place whose sheet is at an address."""
    formats = "[run]\nformats = ['csv', 'json', 'html', 'xlsx', 'markdown', 'junit']"
    place.configure(api.url, f"{formats}\n[jobs.projects]\nsource = '{web.url}/projects.csv?{QUERY}'")
    return place


def test_a_sheet_at_an_address_is_synced_and_its_server_sees_no_key(linked: Place, api: Traffic, web: Server) -> None:
    ran = linked.call("sync", "-v", "--log-format", "json")
    assert ran.code == 0
    assert api.project(ACME)["tagline"] == "new"
    (asked,) = web.asked
    assert KEY not in str(asked)
    assert asked.path == f"/projects.csv?{QUERY}"
    (source,) = ran.results["run"]["sources"]
    assert source["path"] == f"{web.url}/projects.csv"
    assert source["sha256"] == hashlib.sha256(SHEET).hexdigest()


@pytest.mark.parametrize("body", [SHEET, b"id,tagline\nno-id,new\n", b"id,tagline\nragged\n", b"<html>", b""])
@pytest.mark.parametrize("words", [("sync", "-n"), ("plan", "--out", "saved.json"), ("check",)])
def test_the_query_of_an_address_stands_in_no_output(
    words: tuple[str, ...], body: bytes, linked: Place, web: Server
) -> None:
    web.say(Said(body=body))
    ran = linked.call(*words)
    (linked.folder / "config.toml").unlink()
    files = b"".join(unpacked(path) for path in linked.folder.rglob("*") if path.is_file())
    assert QUERY not in ran.out + ran.err
    assert QUERY.encode() not in files


def test_a_page_instead_of_a_sheet_ends_the_job_before_the_API_is_asked(
    linked: Place, api: Traffic, web: Server
) -> None:
    web.say(Said(body=b"<!doctype html>", headers={"Content-Type": "text/html"}))
    api.forget()
    ran = linked.call("sync")
    assert ran.code == 4
    assert "web page instead of a sheet" in ran.out + ran.err
    assert api.requests() == []


def test_check_leaves_a_sheet_elsewhere_alone_and_says_so(linked: Place, web: Server) -> None:
    ran = linked.call("check")
    assert ran.code == 0
    assert f"{web.url}/projects.csv" in ran.out
    assert "Skipped: it is not on this machine." in ran.out
    assert web.asked == []
    assert '"skipped": true' in linked.call("check", "--format", "json").out
    assert linked.call("check", "-q").err == ""


@pytest.mark.parametrize(
    "address", ["http://sheets.example/a.csv?" + QUERY, f"https://ann:{QUERY}@sheets.example/a.csv"]
)
def test_an_address_that_no_sheet_may_come_from_is_a_mistake_of_the_configuration(
    address: str, place: Place, api: Traffic
) -> None:
    place.configure(api.url, f"[jobs.projects]\nsource = '{address}'")
    told = place.call("check")
    assert told.code == 64
    assert "jobs.projects.source" in told.err
    place.configure(api.url)
    by_flag = place.call("check", "--source", f"projects={address}")
    assert by_flag.code == 64
    assert "--source projects" in by_flag.err
    assert QUERY not in told.err + by_flag.err


def test_the_bytes_and_not_the_address_say_what_the_sheet_is(linked: Place, web: Server) -> None:
    workbook = io.BytesIO()
    with xlsxwriter.Workbook(workbook) as writer:
        tab = writer.add_worksheet("Projects")
        tab.write_row(0, 0, ["id", "tagline"])
        tab.write_row(1, 0, [ACME, "from a workbook"])
    web.say(Said(body=workbook.getvalue(), headers={"Content-Type": "text/csv"}))
    ran = linked.call("sync", "-n")
    assert ran.code == 0
    assert "from a workbook" in ran.out
