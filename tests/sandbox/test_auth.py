"""Who may call: header forms, the words inside a key, organizations."""

import httpx
import pytest

from layersync.sandbox.answers import ApiError
from layersync.sandbox.auth import AuthMode, identify
from tests.sandbox.server import KEY, RunningSandbox

OWN = "org_2481fa5c-a404-44ed-a561-565392499abc"
CHILD = "org_7d1c0f52-3b8e-4a6d-9f24-c1e85b7a0d36"
CHILD_PROJECT = "b1e47d60-5f93-4c2a-8a0d-96d3f7c8e251"

BEARER = {"authorization": f"Bearer {KEY}"}
PLAIN = {"x-api-key": KEY}


@pytest.mark.parametrize(
    ("mode", "headers", "accepted"),
    [
        ("bearer", BEARER, True),
        ("bearer", PLAIN, False),
        ("bearer", BEARER | PLAIN, False),
        ("bearer", {}, False),
        ("bearer", {"authorization": f"Basic {KEY}"}, False),
        ("bearer", {"authorization": KEY}, False),
        ("x-api-key", PLAIN, True),
        ("x-api-key", BEARER, False),
        ("x-api-key", BEARER | PLAIN, False),
        ("both", BEARER, True),
        ("both", PLAIN, True),
        ("both", {"authorization": "Bearer lp_revoked_0123456789"} | PLAIN, True),
        ("both", {}, False),
    ],
)
def test_header_forms_per_mode(mode: AuthMode, headers: dict[str, str], accepted: bool) -> None:
    if accepted:
        assert identify(headers, mode).scopes == ("*",)
    else:
        with pytest.raises(ApiError) as refusal:
            identify(headers, mode)
        assert (refusal.value.status, refusal.value.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        ("lp_" + "x" * 13, True),
        ("lp_" + "x" * 12, False),
        ("lp_" + "x" * 253, True),
        ("lp_" + "x" * 254, False),
        ("sk_" + "x" * 20, False),
        ("lp_with a space inside", False),
        ("lp_with_umläut_inside", False),
        ("lp_live_revoked_0123", False),
    ],
)
def test_forms_of_a_key(key: str, accepted: bool) -> None:
    if accepted:
        assert identify({"authorization": f"Bearer {key}"}, "bearer")
    else:
        with pytest.raises(ApiError, match="Missing or invalid"):
            identify({"authorization": f"Bearer {key}"}, "bearer")


def test_a_killed_key_meets_the_kill_switch_even_at_whoami(client: httpx.Client) -> None:
    response = client.get("/v1/whoami", headers={"Authorization": "Bearer lp_test_killed_0123"})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["details"]) == (503, "KILL_SWITCH", {"scope": "key"})


def test_whoami_tells_organization_tier_and_key(client: httpx.Client) -> None:
    answer = client.get("/v1/whoami").json()
    assert answer.pop("apiKeyId").startswith("key_")
    assert answer == {
        "organizationId": OWN,
        "workspaceId": OWN,
        "organizationName": "Sandbox",
        "parentOrganizationId": None,
        "scopes": ["*"],
        "rateLimitTier": "partner",
        "creditBalance": 1200,
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/whoami", 200),
        ("GET", "/v1/projects", 200),
        ("GET", f"/v1/projects/{CHILD_PROJECT}", 404),
        ("PATCH", "/v1/projects/9cb958b5-11b5-4e30-8675-5d075d52da7c", 403),
        ("GET", "/v1/projects/9cb958b5-11b5-4e30-8675-5d075d52da7c/influencers", 403),
        ("GET", "/v1/influencers/01HXZ9K4T7QW3M8N5B2V6C0DRE", 403),
        ("PATCH", "/v1/influencers/01HXZ9K4T7QW3M8N5B2V6C0DRE", 403),
    ],
)
def test_a_readonly_key_reads_projects_only(sandbox: RunningSandbox, method: str, path: str, status: int) -> None:
    with sandbox.client(key="lp_test_readonly_0123") as client:
        assert client.request(method, path).status_code == status
        assert client.get("/v1/whoami").json()["scopes"] == ["projects:read"]


def test_the_child_organization_has_records_of_its_own(sandbox: RunningSandbox) -> None:
    with sandbox.client(headers={"X-Layers-Organization": CHILD}) as client:
        whoami = client.get("/v1/whoami").json()
        listed = {item["id"] for item in client.get("/v1/projects").json()["items"]}
        assert client.get("/v1/projects/9cb958b5-11b5-4e30-8675-5d075d52da7c").status_code == 404
        assert client.get("/v1/influencers/01HXZ9K4T7QW3M8N5B2V6C0DRE").status_code == 404
    assert (whoami["organizationId"], whoami["parentOrganizationId"]) == (CHILD, OWN)
    assert CHILD_PROJECT in listed
    assert len(listed) == 2


def test_records_of_the_child_are_unknown_to_the_parent(client: httpx.Client) -> None:
    assert client.get(f"/v1/projects/{CHILD_PROJECT}").status_code == 404
    assert client.get("/v1/influencers/01HXZAM4D7G1J6N8R0T2W5Y3KC").status_code == 404


@pytest.mark.parametrize(
    ("organization", "status"), [(OWN, 200), ("org_00000000-0000-4000-8000-000000000000", 404), ("", 404)]
)
def test_other_organizations_are_not_found(client: httpx.Client, organization: str, status: int) -> None:
    response = client.get("/v1/projects", headers={"X-Layers-Organization": organization})
    assert response.status_code == status
