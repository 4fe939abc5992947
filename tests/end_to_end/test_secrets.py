"""The API key stands in no output, whatever a command does and whatever the server says (reliability, 2.G)."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.end_to_end.place import Place, Ran, unpacked
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
CANARY = "lp_test_CANARY%/+canary=0123456789"
FORMS = [
    CANARY,
    json.dumps(CANARY)[1:-1],
    quote(CANARY, safe=""),
    base64.b64encode(CANARY.encode()).decode(),
    base64.urlsafe_b64encode(CANARY.encode()).decode(),
    base64.b64encode(CANARY.encode()).decode().rstrip("="),
    base64.b64encode(f"Bearer {CANARY}".encode()).decode(),
    base64.b64encode(f"{CANARY}:".encode()).decode(),
]


@pytest.fixture
def guarded(place: Place, api: Traffic) -> Place:
    """A place whose key is the canary."""
    place.configure(
        api.url,
        "[run]\nformats = ['csv', 'json', 'html', 'xlsx', 'markdown', 'junit']\n"
        "[jobs.projects]\nsource = 'projects.csv'",
    )
    place.table([{"id": ACME, "tagline": "new"}, {"id": HALDEN, "brandVoice": "Warmth"}])
    return replace(place, environ={**place.environ, "LAYERS_API_KEY": CANARY})


def leaks(ran: Ran, folder: Path) -> Iterator[str]:
    """Every place in which some form of the key stands: what was said, and every byte of every file left behind."""
    said = {"stdout": ran.out.encode(), "stderr": ran.err.encode()}
    files = {str(path): unpacked(path) for path in folder.rglob("*") if path.is_file()}
    for where, content in {**said, **files}.items():
        # a JSON report may escape what stands in it
        texts = (content, content.decode(errors="replace").encode("ascii", "backslashreplace"))
        if any(form.encode() in text for form in FORMS for text in texts) or b"CANARY" in content:
            yield where


COMMANDS = [
    ("sync", "-n"),
    ("sync", "-v", "--log-format", "json"),
    ("plan", "--format", "json", "--out", "saved.json"),
    ("whoami",),
    ("check",),
    ("sync", CANARY),
    ("sync", "--allow", CANARY),
    ("sync", "--api-key", CANARY),
    ("sync", f"--token={CANARY}"),
    ("sync", "--api-key-file", CANARY),
    ("sync", "--base-url", f"http://user:{CANARY}@127.0.0.1:9"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words).replace(CANARY, "KEY"))
def test_no_command_tells_the_key(guarded: Place, words: tuple[str, ...]) -> None:
    assert list(leaks(guarded.call(*words), guarded.folder)) == []


def test_the_server_got_the_key_all_the_same(guarded: Place, api: Traffic) -> None:
    """Without this, the tests here would pass for a key that goes nowhere."""
    assert guarded.call("sync").counts == {"changed": 1, "invalid": 1}
    assert api.methods()["PATCH"] == 1


ECHOES = {
    "whoami, 401": ({"path": "/v1/whoami"}, 401, 6),
    "whoami, 404": ({"path": "/v1/whoami"}, 404, 6),
    "reading, 500": ({"path": "/v1/projects/*"}, 500, 8),
    "PATCH, 422": ({"method": "PATCH"}, 422, 3),
    "PATCH, 401": ({"method": "PATCH"}, 401, 6),
    "PATCH, 503": ({"method": "PATCH"}, 503, 3),
}


@pytest.mark.parametrize(("rule", "status", "code"), ECHOES.values(), ids=ECHOES)
def test_a_server_that_echoes_the_key_does_not_bring_it_into_any_output(
    guarded: Place, api: Traffic, rule: dict[str, str], status: int, code: int
) -> None:
    told = f"no: {' '.join(FORMS)}"
    error = {
        "code": CANARY,
        "message": told,
        "requestId": f"req_{CANARY}",
        "details": {"fieldErrors": {CANARY: [told]}},
    }
    api.faults({**rule, "do": {"status": status, "body": {"error": error}, "headers": {"X-Request-Id": CANARY}}})
    ran = guarded.call("sync", "-v")
    assert ran.code == code
    assert list(leaks(ran, guarded.folder)) == []


def test_a_server_that_names_us_by_the_key_does_not_bring_it_into_any_output(guarded: Place, api: Traffic) -> None:
    identity = {
        "organizationId": f"org_{CANARY}",
        "organizationName": CANARY,
        "rateLimitTier": CANARY,
        "apiKeyId": CANARY,
        "scopes": [CANARY],
    }
    api.faults({"path": "/v1/whoami", "do": {"status": 200, "body": identity}})
    for words in (("sync",), ("whoami",)):
        assert list(leaks(guarded.call(*words), guarded.folder)) == []


def test_records_that_hold_the_key_do_not_bring_it_into_any_output(guarded: Place, api: Traffic) -> None:
    api.edit("projects", ACME, tagline=CANARY, name=CANARY)
    assert list(leaks(guarded.call("sync"), guarded.folder)) == []


def test_an_object_of_a_record_that_holds_the_key_is_not_written_back_without_it(guarded: Place, api: Traffic) -> None:
    """The API replaces `metadata` as a whole, and of the key only that it is there is known."""
    guarded.table([{"id": ACME, "metadata.crm_id": "C-1"}, {"id": HALDEN, "tagline": "new"}])
    api.edit("projects", ACME, metadata={"token": CANARY, "crm_id": "C-0"})
    api.edit("projects", HALDEN, tagline=CANARY)
    ran = guarded.call("sync", "-v")
    assert (ran.code, ran.outcomes) == (3, {2: "refused", 3: "changed"})
    assert guarded.call("undo", "latest", "--yes").outcomes == {3: "refused"}
    assert api.project(ACME)["metadata"] == {"token": CANARY, "crm_id": "C-0"}
    assert api.project(HALDEN)["tagline"] == "new"
    assert list(leaks(ran, guarded.folder)) == []
