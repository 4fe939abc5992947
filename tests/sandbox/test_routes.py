"""What every answer carries, and what happens off the documented routes."""

import json
import re

import httpx
import pytest

from tests.sandbox.server import RunningSandbox

PROJECT = "9cb958b5-11b5-4e30-8675-5d075d52da7c"


@pytest.mark.parametrize(
    ("method", "path", "status", "rate_class"),
    [
        ("GET", "/v1/whoami", 200, "read-light"),
        ("GET", "/v1/projects", 200, "read-light"),
        ("GET", "/v1/whoami/", 404, "read-light"),
        ("GET", "/", 404, "read-light"),
        ("GET", "/v1/influencers", 404, "read-light"),
        ("GET", "/v1/projects//influencers", 404, "read-light"),
        ("GET", "/_sandbox/nothing", 404, "read-light"),
        ("POST", "/v1/projects", 405, "write-light"),
        ("PUT", f"/v1/projects/{PROJECT}", 405, "write-light"),
        ("DELETE", f"/v1/projects/{PROJECT}", 405, "write-light"),
        ("PATCH", "/v1/whoami", 405, "write-light"),
        ("PATCH", f"/v1/projects/{PROJECT}", 422, "write-light"),
    ],
)
def test_every_answer_names_its_request_and_class(
    client: httpx.Client, method: str, path: str, status: int, rate_class: str
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-RateLimit-Endpoint-Class"] == rate_class
    assert re.fullmatch("req_[0-9A-Z]{26}", response.headers["X-Request-Id"])
    assert int(response.headers["X-RateLimit-Remaining"]) < int(response.headers["X-RateLimit-Limit"])
    if status != 200:
        assert list(response.json()) == ["error"]
        assert response.json()["error"]["requestId"] == response.headers["X-Request-Id"]


def test_request_ids_are_never_the_same(client: httpx.Client) -> None:
    assert len({client.get("/v1/whoami").headers["X-Request-Id"] for _ in range(50)}) == 50


def test_a_wrong_method_is_told_which_are_right(client: httpx.Client) -> None:
    assert client.delete(f"/v1/projects/{PROJECT}").headers["Allow"] == "GET, PATCH"


@pytest.mark.parametrize("path", ["/v1/projects", "/v1/nowhere"])
def test_without_a_key_nothing_is_told(sandbox: RunningSandbox, path: str) -> None:
    with sandbox.client(key="none") as client:
        response = client.get(path)
    assert response.status_code == 401
    assert json.loads(response.content)["error"]["code"] == "UNAUTHENTICATED"
