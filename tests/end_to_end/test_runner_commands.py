"""No name of a folder, a file or an organisation is obeyed by a CI runner, on stdout or stderr (reliability F3)."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.end_to_end.place import Place, place_in
from tests.end_to_end.traffic import Traffic
from tests.report.runner import obeyed
from tests.report.test_report_html import Page

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HOSTILE = "a\n::error::x ##[group]y"
MISSING = "projects=##[error]no\n::stop-commands::z.csv"

COMMANDS = [
    (["check"], 3),
    (["check", "-q"], 3),
    (["check", "--source", MISSING], 4),
    (["check", "-q", "--source", MISSING], 4),
    (["check", "--format", "json"], 3),
    (["sync", "-n", "--format", "json", "--log-format", "json"], 3),
    (["sync", "-n", "--format", "markdown"], 3),
    (["sync", "-c", "##[x]\n::y::z", "--log-format", "json"], 64),
    (["sync", "-n"], 3),
    (["sync", "-q"], 3),
    (["sync", "-q", "--source", MISSING], 4),
    (["sync", "-c", "##[x]\n::y::z"], 64),
    (["export", "projects", "--to", "##[x]\n::y::z"], 64),
    (["undo", "##[x]\n::y::z"], 64),
]


@pytest.fixture
def hostile(tmp_path: Path) -> Place:
    """A place in a folder whose name has everything that a runner obeys."""
    folder = tmp_path / HOSTILE
    folder.mkdir()
    return place_in(folder)


@pytest.mark.parametrize(("words", "code"), COMMANDS, ids=[" ".join(words)[:20] for words, _ in COMMANDS])
def test_no_path_is_a_command(hostile: Place, api: Traffic, words: list[str], code: int) -> None:
    hostile.configure(api.url)
    hostile.table([{"id": ACME, "tagline": "new", "brandVoice": "Wärm"}])
    ran = hostile.call(*words)
    assert ran.code == code
    assert obeyed(ran.out) == obeyed(ran.err) == []
    if "json" in words and ran.out:
        assert "##[group]y" in str(json.loads(ran.out))
    assert len(ran.err.splitlines()) <= (10 if "-q" in words else 100)


def test_no_word_of_the_api_is_a_command(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    told = {
        "organizationId": "org_1",
        "organizationName": "##[error]x",
        "apiKeyId": "##[k]",
        "scopes": ["##[y]"],
        "rateLimitTier": "part\x1b[31m##[z]",
    }
    api.faults({"path": "/v1/whoami", "do": {"status": 200, "body": told}})
    ran = place.call("whoami")
    assert (ran.code, obeyed(ran.out + ran.err)) == (0, [])
    assert "error]x" in ran.out
    assert "\x1b" not in ran.out + ran.err
    api.faults({"path": "/v1/whoami", "do": {"status": 400, "body": {"error": {"code": "X", "message": "##[x]y"}}}})
    ran = place.call("whoami")
    assert (ran.code, obeyed(ran.out + ran.err)) == (6, [])


def test_no_report_that_is_told_again_is_a_command_and_each_keeps_its_text(place: Place, api: Traffic) -> None:
    told = "##[group]y\n::warning::z"
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": told.partition("\n")[0]}])
    api.edit("projects", ACME, name=told)
    api.faults({"method": "PATCH", "do": {"status": 422, "body": {"error": {"code": "X", "message": told}}}})
    place.call("sync")
    said = {form: place.call("runs", "latest", "--format", form).out for form in ("csv", "html", "junit", "markdown")}
    assert [form for form, out in said.items() if obeyed(out)] == []
    (row,) = csv.DictReader(io.StringIO(said["csv"]))
    assert json.loads(row["after"]) == {"tagline": "##[group]y"}
    assert "##[group]y" in " ".join(ElementTree.fromstring(said["junit"]).itertext())  # noqa: S314  our own
    assert "##[group]y" in " ".join(Page(said["html"]).texts)


@pytest.mark.parametrize("columns", ["0", "1", "7", "30"])
def test_a_terminal_without_room_changes_no_exit_code(place: Place, api: Traffic, columns: str) -> None:
    """Some shells and pseudo terminals say that they have no columns; the changes were sent all the same."""
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": "new " * 20}, {"id": "x", "brandVoice": "Wärm"}])
    for words, code in ((("sync", "-n"), 3), (("check",), 3), (("sync",), 3), (("undo", "latest", "-n"), 0)):
        ran = place.call(*words, COLUMNS=columns)
        assert (ran.code, "unexpected" in ran.err) == (code, False), ran.err
