"""Every literal example of the two PATCH pages, through the client: what leaves for a sheet that states it, and what
the client makes of each answer.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.end_to_end.place import Place, Ran, place_in
from tests.sandbox.test_seed_pages import INFLUENCER_REQUEST, INFLUENCER_RESPONSE, PROJECT_REQUEST, PROJECT_RESPONSE

JsonObject = dict[str, Any]

KEY = "lp_live_0123456789abcdef"
PRJ = "prj_254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
# the page cuts its ids short
INF = "inf_01HXZ9K4T7QW3M8N5B2V6C0DRE"
PROJ = "proj_01HXZ8Q2M4R6T0V3X5Z7B9D1FG"

IDENTITY = {
    "organizationId": "org_2481fa5c-a404-44ed-a561-565392499abc",
    "organizationName": "Acme",
    "rateLimitTier": "standard",
    "scopes": ["*"],
}


def project(**fields: object) -> JsonObject:
    """The record of the project page's answer, as it may have been before."""
    return {**json.loads(PROJECT_RESPONSE), "timezone": "Europe/Oslo", "ownerEmail": "old@gicgrowth.com", **fields}


def influencer(**fields: object) -> JsonObject:
    """The record of the influencer page's answer, in the shape of GET: what is not set is null."""
    nulls = dict.fromkeys(("ethnicity", "bodyType", "hairColor", "hairStyle", "style", "voiceDescription"))
    before = {"vibe": "calm", "personality": {"traits": ["curious", "warm", "direct"], "humor": "dry"}}
    return {**json.loads(INFLUENCER_RESPONSE), "influencerId": INF, "projectId": PROJ, **nulls, **before, **fields}


def error(status: int, code: str, message: str, **more: object) -> tuple[int, JsonObject]:
    return status, {"error": {"code": code, "message": message, "requestId": "req_01HXZ", **more}}


class Page(ThreadingHTTPServer):
    """A server that answers GET with one record and PATCH with the example of a page; it keeps the PATCHes."""

    record: JsonObject
    answer: tuple[int, JsonObject]
    patches: list[tuple[str, dict[str, str], bytes]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Page

    def do_GET(self) -> None:
        self._say(200, IDENTITY if self.path == "/v1/whoami" else self.server.record)

    def do_PATCH(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.patches.append((self.path, dict(self.headers), body))
        status, answer = self.server.answer
        if status == 200:
            self.server.record = {**self.server.record, **answer}
        self._say(status, answer)

    def _say(self, status: int, body: JsonObject) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("X-Request-Id", "req_01HXZHEADER")
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def page() -> Iterator[Page]:
    server = Page(("127.0.0.1", 0), _Exchange)
    server.daemon_threads = True
    server.patches = []
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_in(tmp_path, KEY)


def sync_project(place: Place, page: Page, auth: str = "bearer", key: str = PRJ, **cells: str) -> Ran:
    """Syncs a sheet that states the request of the project page."""
    place.configure(page.url, api=f'auth = "{auth}"', limits="max_attempts = 1")
    place.table([{"id": key, **(cells or json.loads(PROJECT_REQUEST))}])
    return place.call("sync")


def sync_influencer(place: Place, page: Page, auth: str = "x-api-key", **cells: str) -> Ran:
    """Syncs a sheet that states the request of the influencer page."""
    jobs = "[jobs.influencers]\nsource = 'influencers.csv'"
    place.configure(page.url, jobs, api=f'auth = "{auth}"', limits="max_attempts = 1")
    stated = cells or {"vibe": "precise and energetic", "personality.humor": "observational"}
    place.table([{"influencerId": INF, **stated}], "influencers.csv")
    return place.call("sync")


def only_patch(page: Page) -> tuple[str, dict[str, str], JsonObject]:
    ((path, headers, body),) = page.patches
    return path, headers, json.loads(body)


@pytest.mark.parametrize("written", [PRJ, PRJ.removeprefix("prj_")], ids=["prefixed", "bare"])
def test_project_page_request_leaves_as_the_page_has_it(place: Place, page: Page, written: str) -> None:
    """The page shows the id with prefix in the path and without in the answer: it is sent as the API writes it."""
    page.record = project(id=written)
    page.answer = 200, {**page.record, **json.loads(PROJECT_REQUEST)}
    ran = sync_project(place, page)
    path, headers, body = only_patch(page)
    assert (ran.code, ran.counts) == (0, {"changed": 1})
    assert path == f"/v1/projects/{written}"
    assert body == json.loads(PROJECT_REQUEST)
    assert (headers["Authorization"], headers["Content-Type"]) == (f"Bearer {KEY}", "application/json")
    assert "X-Api-Key" not in headers
    assert "Idempotency-Key" in headers


def test_project_page_response_200_shows_the_change(place: Place, page: Page) -> None:
    page.record, page.answer = project(), (200, json.loads(PROJECT_RESPONSE))
    ran = sync_project(place, page, key=f"prj_{ACME}")
    assert (ran.code, ran.counts, len(page.patches)) == (0, {"changed": 1}, 1)
    (row,) = ran.results["rows"]
    assert row["after"] == json.loads(PROJECT_REQUEST)
    assert row["before"] == {"timezone": "Europe/Oslo", "ownerEmail": "old@gicgrowth.com"}
    assert (row["http_status"], row["request_id"]) == (200, "req_01HXZHEADER")
    assert sync_project(place, page, key=f"prj_{ACME}").counts == {"unchanged": 1}


PROJECT_ERRORS: list[tuple[tuple[int, JsonObject], int, str]] = [
    (error(422, "VALIDATION", "Invalid body.", details={"fieldErrors": {"timezone": ["Invalid"]}}), 3, "refused"),
    (error(400, "VALIDATION", "createdAt is read-only."), 3, "refused"),
    (error(401, "UNAUTHENTICATED", "Missing or invalid key."), 6, "not_attempted"),
    (error(403, "FORBIDDEN_SCOPE", "Key lacks projects:write."), 6, "not_attempted"),
    (error(404, "NOT_FOUND", "Project does not exist in the key's organization."), 3, "refused"),
    (error(409, "CONFLICT", "customerExternalId collides with another project."), 3, "refused"),
]


@pytest.mark.parametrize(("answer", "code", "outcome"), PROJECT_ERRORS, ids=lambda one: str(one)[:24])
def test_project_page_error_table(
    place: Place, page: Page, answer: tuple[int, JsonObject], code: int, outcome: str
) -> None:
    page.record, page.answer = project(), answer
    ran = sync_project(place, page, key=ACME)
    (row,) = ran.results["rows"]
    assert (ran.code, row["outcome"], len(page.patches)) == (code, outcome, 1)
    status, body = answer
    told = body["error"]
    assert (row["http_status"], row["error_code"], row["request_id"]) == (status, told["code"], told["requestId"])
    if outcome == "refused":
        assert told["message"] in row["message"]


def test_project_page_429_is_sent_again_with_the_same_key_and_bytes(place: Place, page: Page) -> None:
    page.record = project()
    page.answer = error(429, "RATE_LIMITED", "Write budget exhausted.")
    answers = iter([page.answer, (200, json.loads(PROJECT_RESPONSE))])
    _answer_in_turn(page, answers)
    ran = sync_project(place, page, key=ACME)
    assert (ran.code, ran.counts) == (0, {"changed": 1})
    (_, first, one), (_, second, other) = page.patches
    assert one == other
    assert first["Idempotency-Key"] == second["Idempotency-Key"]
    (row,) = ran.results["rows"]
    assert row["attempts"] == 1, "a 429 costs no attempt"


def _answer_in_turn(page: Page, answers: Iterator[tuple[int, JsonObject]]) -> None:
    class InTurn(_Exchange):
        def do_PATCH(self) -> None:
            self.server.answer = next(answers)
            super().do_PATCH()

    page.RequestHandlerClass = InTurn


def test_project_page_null_clears_app_name_and_app_description(place: Place, page: Page) -> None:
    page.record = project()
    page.answer = 200, {**page.record, "appName": None, "appDescription": None}
    ran = sync_project(place, page, key=ACME, appName="<clear>", appDescription="<clear>")
    assert ran.counts == {"changed": 1}
    assert only_patch(page)[2] == {"appName": None, "appDescription": None}


def test_project_page_metadata_is_sent_in_full(place: Place, page: Page) -> None:
    page.record = project(metadata={"kept": {"deep": [1]}, "crm": "C-1"})
    page.answer = 200, {**page.record, "metadata": {"kept": {"deep": [1]}, "crm": "C-2"}}
    ran = sync_project(place, page, key=ACME, **{"metadata.crm": "C-2"})
    assert ran.counts == {"changed": 1}
    assert only_patch(page)[2] == {"metadata": {"kept": {"deep": [1]}, "crm": "C-2"}}


def test_influencer_page_request_leaves_as_the_page_has_it(place: Place, page: Page) -> None:
    page.record = influencer()
    page.answer = 200, {**json.loads(INFLUENCER_RESPONSE), "influencerId": INF, "projectId": PROJ}
    ran = sync_influencer(place, page)
    path, headers, body = only_patch(page)
    assert (ran.code, ran.counts) == (0, {"changed": 1})
    assert path == f"/v1/influencers/{INF}"
    assert body == json.loads(INFLUENCER_REQUEST)
    assert (headers["X-Api-Key"], headers["Content-Type"]) == (KEY, "application/json")
    assert "Authorization" not in headers


def test_influencer_page_request_of_one_field_leaves_as_the_page_has_it(place: Place, page: Page) -> None:
    page.record = influencer()
    page.answer = 200, {**page.record, "vibe": "precise and energetic"}
    sync_influencer(place, page, vibe="precise and energetic")
    assert only_patch(page)[2] == {"vibe": "precise and energetic"}


def test_influencer_page_response_200_without_its_nulls_shows_a_cleared_field(place: Place, page: Page) -> None:
    page.record = influencer(style="blazers")
    shown = {**json.loads(INFLUENCER_RESPONSE), "influencerId": INF, "projectId": PROJ}
    page.answer = 200, shown
    assert "style" not in shown
    ran = sync_influencer(
        place, page, **{"vibe": "precise and energetic", "personality.humor": "observational", "style": "<clear>"}
    )
    assert (ran.code, ran.counts) == (0, {"changed": 1})
    assert only_patch(page)[2]["style"] is None


INFLUENCER_ERRORS: list[tuple[tuple[int, JsonObject], int, str, str]] = [
    (
        error(422, "VALIDATION", "Invalid body.", details={"fieldErrors": {"gender": ["Invalid enum value"]}}),
        3,
        "refused",
        "Invalid body. (gender: Invalid enum value)",
    ),
    (error(404, "NOT_FOUND", "Influencer not found."), 3, "refused", "Influencer not found."),
    (error(403, "FORBIDDEN_SCOPE", "Key lacks influencers:write."), 6, "not_attempted", "scope"),
]


@pytest.mark.parametrize(("answer", "code", "outcome", "message"), INFLUENCER_ERRORS, ids=["422", "404", "403"])
def test_influencer_page_error_responses(
    place: Place, page: Page, answer: tuple[int, JsonObject], code: int, outcome: str, message: str
) -> None:
    page.record, page.answer = influencer(), answer
    ran = sync_influencer(place, page)
    (row,) = ran.results["rows"]
    assert (ran.code, row["outcome"], row["error_code"]) == (code, outcome, answer[1]["error"]["code"])
    assert message in row["message"]


def test_influencer_page_personality_key_is_cleared_by_an_explicit_null(place: Place, page: Page) -> None:
    page.record = influencer()
    page.answer = 200, {**page.record, "personality": {"traits": ["curious", "warm", "direct"]}}
    ran = sync_influencer(place, page, **{"personality.humor": "<clear>"})
    assert ran.counts == {"changed": 1}
    assert only_patch(page)[2] == {"personality": {"humor": None}}


@pytest.mark.parametrize("sync", [sync_project, sync_influencer])
def test_8_06_both_pages_name_the_key_in_the_one_header_that_the_settings_say(
    place: Place, page: Page, sync: Callable[..., Ran]
) -> None:
    record = project(id=PRJ.removeprefix("prj_")) if sync is sync_project else influencer()
    for auth, header in (("bearer", "Authorization"), ("x-api-key", "X-Api-Key")):
        page.record, page.answer, page.patches = dict(record), error(404, "NOT_FOUND", "no"), []
        shutil.rmtree(place.folder / ".layersync", ignore_errors=True)  # else what was refused is not sent again
        sync(place, page, auth)
        (_, headers, _), *_ = page.patches
        assert {"Authorization", "X-Api-Key"} & set(headers) == {header}
        assert headers[header].endswith(KEY)


def test_project_page_archiving_and_research_are_told_with_the_change(place: Place, page: Page) -> None:
    pitch = "Single-origin beans from named farms, roasted weekly, and shipped so that the bag never goes stale on you."
    page.record = project()
    page.answer = 200, {**page.record, "status": "archived", "appDescription": pitch}
    place.configure(page.url)
    place.table([{"id": ACME, "status": "archived", "appDescription": pitch}])
    ran = place.call("sync", "--allow", "archive=1")
    (row,) = ran.results["rows"]
    assert row["outcome"] == "changed"
    assert len(row["side_effects"]) == 2


@pytest.mark.parametrize("key", ["lp_test_0123456789abcdef", "lp_live_0123456789abcdef"])
def test_8_16_a_test_key_is_guarded_like_any_other(key: str, page: Page, tmp_path: Path) -> None:
    page.record = project()
    ran = sync_project(place_in(tmp_path, key), page, key=ACME, status="archived")
    assert (ran.code, ran.counts, page.patches) == (5, {"held": 1}, [])
