"""The log of requests."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx

from layersync.sandbox.request_log import LogEntry, RequestLog
from tests.sandbox.server import PLAIN_HTTP, running_sandbox

KEYS = [
    *("time", "method", "path", "query", "status", "rate_class", "request_id", "idempotency_key"),
    *("replayed", "body", "organization", "fault", "retry_after"),
]
PATH = "/v1/projects/0d84b6f3-91e7-47ac-8f52-3b6e9a7c1d40"
ENTRY = LogEntry("", "GET", "/", "", 200, "read-light", "", None, False, None, None, None)
CHILD = "org_7d1c0f52-3b8e-4a6d-9f24-c1e85b7a0d36"


def test_one_line_per_request_is_there_before_its_answer(tmp_path: Path) -> None:
    with running_sandbox(log=tmp_path / "log.jsonl") as sandbox, sandbox.client() as client:
        answers = [
            client.get("/v1/projects?limit=2&search=a%20b"),
            client.patch(PATH, json={"tagline": "ü"}, headers={"Idempotency-Key": "k"}),
            client.patch(PATH, json={"tagline": "ü"}, headers={"Idempotency-Key": "k"}),
            client.patch(PATH, content="not json"),
            client.get("/v1/whoami", headers={"X-Layers-Organization": CHILD}),
            client.get("/v1/nowhere/%2e%2e"),
        ]
        entries = sandbox.entries()
    assert all(list(entry) == KEYS for entry in entries)
    columns = ("method", "path", "query", "status", "rate_class", "idempotency_key", "replayed", "body")
    assert [tuple(entry[name] for name in columns) for entry in entries] == [
        ("GET", "/v1/projects", "limit=2&search=a%20b", 200, "read-light", None, False, None),
        ("PATCH", PATH, "", 200, "write-light", "k", False, {"tagline": "ü"}),
        ("PATCH", PATH, "", 200, "write-light", "k", True, {"tagline": "ü"}),
        ("PATCH", PATH, "", 422, "write-light", None, False, None),
        ("GET", "/v1/whoami", "", 200, "read-light", None, False, None),
        ("GET", "/v1/nowhere/%2e%2e", "", 404, "read-light", None, False, None),
    ]
    assert [entry["organization"] for entry in entries] == [None] * 4 + [CHILD, None]
    assert [entry["request_id"] for entry in entries] == [answer.headers["X-Request-Id"] for answer in answers]
    assert [entry["time"] for entry in entries] == sorted(entry["time"] for entry in entries)


def test_no_key_is_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with running_sandbox("--auth", "both", log=log) as sandbox:
        for headers in ({"Authorization": "Bearer lp_live_secretsecret"}, {"X-Api-Key": "lp_live_secretsecret"}):
            with httpx.Client(base_url=sandbox.url, headers=headers, **PLAIN_HTTP) as client:
                assert client.patch(PATH, json={"tagline": "x"}).status_code == 200
        assert len(sandbox.entries()) == 2
    assert "secretsecret" not in log.read_text()


def test_a_second_sandbox_appends(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for request_id in ("req_1", "req_2"):
        with closing(RequestLog(path)) as log:
            log.write(replace(ENTRY, request_id=request_id))
    assert [json.loads(line)["request_id"] for line in path.read_text().splitlines()] == ["req_1", "req_2"]
