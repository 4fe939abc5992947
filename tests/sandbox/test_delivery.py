"""Faults as a client meets them, over real sockets."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.server import KEY, JsonObject, RunningSandbox, running_sandbox

PROJECT = "f29c1e75-6d0b-4a84-b1c7-e5380d96af12"
PATH = f"/v1/projects/{PROJECT}"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    log = tmp_path_factory.mktemp("log") / "requests.jsonl"
    with running_sandbox("--tier", "partner", "--minute", "1", log=log) as running:
        yield running


@pytest.fixture(autouse=True)
def start_values(sandbox: RunningSandbox) -> None:
    sandbox.set_faults()
    sandbox.edit("projects", PROJECT, tagline="before")


def set_fault(sandbox: RunningSandbox, **do: Any) -> None:
    """The next PATCH goes wrong like this, and no other."""
    sandbox.set_faults({"method": "PATCH", "path": "/v1/projects/*", "nth": 1, "do": do})


def send(client: httpx.Client, key: str | None = None) -> httpx.Response:
    return client.patch(PATH, json={"tagline": "after"}, headers={"Idempotency-Key": key} if key else {})


def tagline(sandbox: RunningSandbox) -> str:
    text: str = sandbox.record("projects", PROJECT)["tagline"]
    return text


def raw_exchange(sandbox: RunningSandbox) -> bytes:
    """All bytes that come back for one PATCH, until the connection ends; ConnectionResetError if it is reset."""
    body = b'{"tagline":"after"}'
    head = (
        f"PATCH {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    url = httpx.URL(sandbox.url)
    with socket.create_connection((url.host, url.port), timeout=5) as connection:
        connection.sendall(head.encode() + body)
        received = b""
        while part := connection.recv(65_536):
            received += part
        return received


@pytest.mark.parametrize(
    ("do", "status", "body"),
    [
        ({"status": 503, "body": "Service Unavailable"}, 503, b"Service Unavailable"),
        ({"status": 200, "body": {"id": "another"}}, 200, b'{"id":"another"}'),
        ({"body": "{"}, 200, b"{"),
        ({"status": 204}, 204, b""),
        ({"status": 520, "body": ""}, 520, b""),
    ],
)
def test_a_stated_answer_is_given_without_the_work(
    sandbox: RunningSandbox, client: httpx.Client, do: JsonObject, status: int, body: bytes
) -> None:
    set_fault(sandbox, **do)
    response = send(client)
    assert (response.status_code, response.content) == (status, body)
    assert response.headers["X-Request-Id"].startswith("req_")
    assert tagline(sandbox) == "before"
    assert send(client).status_code == 200


@pytest.mark.parametrize(
    ("do", "code"),
    [
        ({"status": 429, "headers": {"Retry-After": "2"}}, "RATE_LIMITED"),
        ({"status": 503, "code": "KILL_SWITCH"}, "KILL_SWITCH"),
        ({"status": 500}, "INTERNAL"),
        ({"status": 401}, "UNAUTHENTICATED"),
    ],
)
def test_without_a_body_the_error_envelope_is_sent(
    sandbox: RunningSandbox, client: httpx.Client, do: JsonObject, code: str
) -> None:
    set_fault(sandbox, **do)
    response = send(client)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (do["status"], code)
    assert error["requestId"] == response.headers["X-Request-Id"]
    assert response.headers.get("Retry-After") == do.get("headers", {}).get("Retry-After")


def test_stated_headers_replace_those_of_the_sandbox(sandbox: RunningSandbox, client: httpx.Client) -> None:
    set_fault(sandbox, body="<p>", headers={"content-type": "text/html", "x-request-id": "from-a-proxy"})
    response = send(client)
    assert response.headers.get_list("content-type") == ["text/html"]
    assert response.headers.get_list("x-request-id") == ["from-a-proxy"]


def test_a_redirect_names_its_place(sandbox: RunningSandbox, client: httpx.Client) -> None:
    set_fault(sandbox, redirect="http://127.0.0.1:9/login", status=307)
    response = send(client)
    assert (response.status_code, response.headers["Location"]) == (307, "http://127.0.0.1:9/login")
    assert tagline(sandbox) == "before"


def test_garbage_is_a_page_of_html_with_200(sandbox: RunningSandbox, client: httpx.Client) -> None:
    set_fault(sandbox, garbage=True)
    response = send(client)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert response.text.startswith("<!doctype html>")
    assert tagline(sandbox) == "before"


@pytest.mark.parametrize(
    ("do", "stored"),
    [
        ({"drop": "before"}, "before"),
        ({"drop": "after"}, "after"),
        ({"reset": True}, "before"),
        ({"drop": "after", "reset": True}, "after"),
    ],
)
def test_a_dropped_request_has_no_answer_but_maybe_an_effect(
    sandbox: RunningSandbox, client: httpx.Client, do: JsonObject, stored: str
) -> None:
    set_fault(sandbox, **do)
    with pytest.raises(httpx.RemoteProtocolError if not do.get("reset") else httpx.ReadError):
        send(client)
    assert tagline(sandbox) == stored
    assert send(client).status_code == 200


def test_a_drop_closes_and_a_reset_resets_the_connection(sandbox: RunningSandbox) -> None:
    set_fault(sandbox, drop="after")
    assert raw_exchange(sandbox) == b""
    set_fault(sandbox, drop="after", reset=True)
    with pytest.raises(ConnectionResetError):
        raw_exchange(sandbox)


def test_a_lost_answer_is_replayed_to_the_same_key(sandbox: RunningSandbox, client: httpx.Client) -> None:
    set_fault(sandbox, drop="after")
    with pytest.raises(httpx.RemoteProtocolError):
        send(client, key="lost")
    moved = sandbox.record("projects", PROJECT)["updatedAt"]
    again = send(client, key="lost")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["updatedAt"] == moved == sandbox.record("projects", PROJECT)["updatedAt"]


def test_a_truncated_answer_ends_early(sandbox: RunningSandbox, client: httpx.Client) -> None:
    set_fault(sandbox, truncate=20)
    head, _, body = raw_exchange(sandbox).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == b'{"id":"f29c1e75-6d0b'
    assert tagline(sandbox) == "after"
    set_fault(sandbox, truncate=20)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        send(client)


def test_a_dripped_answer_is_complete_but_comes_in_single_bytes(sandbox: RunningSandbox) -> None:
    sandbox.set_faults({"path": "/v1/whoami", "do": {"drip": 0.0001}})
    with sandbox.client() as client, client.stream("GET", "/v1/whoami") as response:
        parts = list(response.iter_raw())
    assert json.loads(b"".join(parts))["organizationName"] == "Sandbox"
    assert len(parts) > 10


def test_a_client_that_leaves_a_dripping_answer_does_not_disturb(sandbox: RunningSandbox) -> None:
    set_fault(sandbox, drip=0.05)
    with sandbox.client() as client, client.stream("PATCH", PATH, json={"tagline": "after"}) as response:
        next(response.iter_raw())
    assert tagline(sandbox) == "after"


def test_delay_comes_after_the_work_and_hold_before_it(sandbox: RunningSandbox, client: httpx.Client) -> None:
    for do, meanwhile in (({"delay": 0.5}, "after"), ({"hold": 0.5}, "before")):
        sandbox.edit("projects", PROJECT, tagline="before")
        set_fault(sandbox, **do)
        with ThreadPoolExecutor() as pool:
            running = pool.submit(send, client)
            sandbox.wait_for_fault()
            assert tagline(sandbox) == meanwhile
            assert running.result().json()["tagline"] == "after"


def test_a_request_given_up_while_held_still_lands_late(sandbox: RunningSandbox) -> None:
    set_fault(sandbox, hold=1)
    with sandbox.client() as client, pytest.raises(httpx.ReadTimeout):
        client.patch(PATH, json={"tagline": "after"}, timeout=0.1)
    assert tagline(sandbox) == "before"
    deadline = time.monotonic() + 10
    while tagline(sandbox) == "before" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert tagline(sandbox) == "after"


def test_a_stale_answer_shows_the_old_record_and_nothing_is_stored(
    sandbox: RunningSandbox, client: httpx.Client
) -> None:
    before = sandbox.record("projects", PROJECT)
    set_fault(sandbox, stale=True)
    response = send(client)
    assert (response.status_code, response.json()) == (200, before)
    assert sandbox.record("projects", PROJECT) == before


def test_a_stale_answer_still_judges_the_body(sandbox: RunningSandbox, client: httpx.Client) -> None:
    set_fault(sandbox, stale=True)
    assert client.patch(PATH, json={"tagline": None}).status_code == 422


def test_a_lie_is_stored_and_shown(sandbox: RunningSandbox, client: httpx.Client) -> None:
    set_fault(sandbox, lie={"tagline": "AFTER"})
    assert send(client).json()["tagline"] == "AFTER"
    assert tagline(sandbox) == "AFTER"


def test_the_log_tells_which_fault_a_request_met(sandbox: RunningSandbox, client: httpx.Client) -> None:
    set_fault(sandbox, drop="before")
    with pytest.raises(httpx.RemoteProtocolError):
        send(client)
    send(client)
    dropped, answered = sandbox.entries()[-2:]
    assert (dropped["status"], dropped["fault"]) == (None, {"drop": "before"})
    assert (answered["status"], answered["fault"]) == (200, None)


def test_rules_come_from_a_file_too(tmp_path: Path) -> None:
    rules = tmp_path / "faults.json"
    rules.write_text('[{"method": "GET", "path": "/v1/whoami", "nth": 2, "do": {"status": 502}}]')
    with running_sandbox("--faults", str(rules)) as sandbox, sandbox.client() as client:
        assert [client.get("/v1/whoami").status_code for _ in range(3)] == [200, 502, 200]


def test_latency_holds_back_every_answer() -> None:
    with running_sandbox("--latency", "0.2") as sandbox, sandbox.client() as client:
        started = time.monotonic()
        client.get("/v1/whoami")
        assert time.monotonic() - started >= 0.2


def test_a_client_that_is_killed_in_the_middle_of_its_request_leaves_no_traceback(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with running_sandbox() as running:
        url = httpx.URL(running.url)
        with socket.create_connection((url.host, url.port), timeout=5) as connection:
            connection.sendall(b"PATCH /v1/projects/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nfew")
        running.state()
        running.end()
    assert capfd.readouterr().err == ""
