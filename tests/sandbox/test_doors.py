"""The doors beside the API."""

from pathlib import Path

import httpx
import pytest

from tests.sandbox.server import PLAIN_HTTP, JsonObject, RunningSandbox, running_sandbox

PROJECT = "43b7e1f0-2d98-4c65-9a3e-d8f0671b5c92"
INFLUENCER = "01HXZA9V6F0N8J2G5B3S7W1EYP"


def door(sandbox: RunningSandbox, name: str, body: object) -> httpx.Response:
    return httpx.post(f"{sandbox.url}/_sandbox/{name}", json=body, **PLAIN_HTTP)


def test_an_edit_elsewhere_skips_the_rules_and_moves_updated_at(sandbox: RunningSandbox, client: httpx.Client) -> None:
    for resource, path, record_id in (
        ("projects", "projects", PROJECT),
        ("influencers", "influencers", f"inf_{INFLUENCER}"),
    ):
        before = client.get(f"/v1/{path}/{record_id}").json()
        edited = sandbox.edit(resource, record_id, name="x" * 200)
        assert edited == client.get(f"/v1/{path}/{record_id}").json()
        assert edited["name"] == "x" * 200
        assert edited["updatedAt"] > before["updatedAt"]


def test_an_edit_has_no_side_effects(sandbox: RunningSandbox) -> None:
    before = sandbox.state()["side_effects"][PROJECT]
    sandbox.edit("projects", PROJECT, status="archived", appDescription="new " * 30)
    assert sandbox.state()["side_effects"][PROJECT] == before


def test_a_deleted_project_is_in_no_answer(sandbox: RunningSandbox, client: httpx.Client) -> None:
    gone = "6b2e97d4-8c15-4f0a-b3d6-e47a1c90f852"
    sandbox.delete("projects", f"prj_{gone}")
    assert client.get(f"/v1/projects/{gone}").status_code == 404
    assert client.get(f"/v1/projects/{gone}/influencers").status_code == 404
    assert client.get("/v1/influencers/01HXZAG8R6W2E4T0Y3N5K7D9MB").status_code == 404
    listed = client.get("/v1/projects", params={"limit": 200}).json()["items"]
    assert gone not in [item["id"] for item in listed]
    assert client.patch(f"/v1/projects/{PROJECT}", json={"customerExternalId": "mueller-brot"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("edit", {"resource": "projects", "id": PROJECT}, 422),
        ("edit", {"resource": "posts", "id": PROJECT, "fields": {}}, 422),
        ("edit", {"resource": "projects", "id": INFLUENCER, "fields": {}}, 404),
        ("delete", [], 422),
        ("delete", {"resource": "influencers", "id": "nobody"}, 404),
        ("faults", {"do": {}}, 422),
        ("faults", [{"do": {"stauts": 500}}], 422),
    ],
)
def test_wrong_bodies_are_told(sandbox: RunningSandbox, name: str, body: JsonObject, status: int) -> None:
    assert door(sandbox, name, body).status_code == status


def test_a_reset_leaves_nothing_of_what_happened(tmp_path: Path) -> None:
    path, log = f"/v1/projects/{PROJECT}", tmp_path / "log.jsonl"
    state = tmp_path / "state.jsonl"
    headers = {"Idempotency-Key": "k"}
    with running_sandbox("--daily", "1", "--state", str(state), log=log) as sandbox, sandbox.client() as client:
        start = sandbox.state()
        assert client.patch(path, json={"tagline": "x"}, headers=headers).status_code == 200
        assert client.patch(path, json={"tagline": "y"}).status_code == 429
        sandbox.delete("influencers", INFLUENCER)
        sandbox.set_faults({"do": {"status": 500}})
        sandbox.reset()
        assert sandbox.state() == start
        assert len(state.read_bytes().splitlines()) == 1
        again = client.patch(path, json={"tagline": "x"}, headers=headers)
        assert (again.status_code, "Idempotent-Replayed" in again.headers) == (200, False)
        assert len(state.read_bytes().splitlines()) == 2
        assert len(sandbox.entries()) == 3, "the log goes on"


def test_the_state_needs_no_key_and_is_not_counted(sandbox: RunningSandbox) -> None:
    before = sandbox.state()["requests"]
    response = httpx.get(f"{sandbox.url}/_sandbox/state", **PLAIN_HTTP)
    assert not [name for name in response.headers if name.startswith("x-")]
    assert sandbox.state()["requests"] == before
