"""The literal examples of the two PATCH pages, replayed over HTTP."""

import json

import httpx
import pytest

from tests.sandbox.server import KEY, PLAIN_HTTP, RunningSandbox

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
AVA = "01HXZ9K4T7QW3M8N5B2V6C0DRE"

PROJECT_REQUEST = """{
    "timezone": "America/New_York",
    "ownerEmail": "ops@gicgrowth.com"
  }"""

PROJECT_RESPONSE = """{
  "id": "9cb958b5-11b5-4e30-8675-5d075d52da7c",
  "organizationId": "org_2481fa5c-a404-44ed-a561-565392499abc",
  "name": "Acme Coffee iOS",
  "status": "active",
  "customerExternalId": "acme-coffee",
  "timezone": "America/New_York",
  "primaryLanguage": "en",
  "ownerEmail": "ops@gicgrowth.com",
  "appName": "Acme Coffee",
  "appDescription": "Daily ritual coffee subscriptions for runners and night-shift workers. Single-origin beans from named farms, roasted weekly, and shipped on a cadence that matches how you actually drink coffee — so the bag never goes stale and you never run out before a hard workout.",
  "tagline": "Coffee that shows up before you run out.",
  "brandVoice": "warm",
  "targetGender": "all",
  "metadata": null,
  "createdAt": "2026-04-18T19:02:11.959888+00:00",
  "updatedAt": "2026-04-18T19:08:44.317953+00:00"
}"""  # noqa: E501 - as the page has it

INFLUENCER_REQUEST = '{ "vibe": "precise and energetic", "personality": { "humor": "observational" } }'

INFLUENCER_RESPONSE = """{
  "influencerId": "inf_01HXZ9...",
  "projectId": "proj_01HX...",
  "name": "Ava Chen",
  "gender": "female",
  "ageRange": "25-34",
  "vibe": "precise and energetic",
  "personality": {
    "traits": ["curious", "warm", "direct"],
    "humor": "observational"
  },
  "referenceImages": [],
  "status": "ready",
  "createdAt": "2026-04-01T14:22:10Z",
  "updatedAt": "2026-04-18T09:18:44Z"
}"""


def patch(client: httpx.Client, path: str, body: str, **headers: str) -> httpx.Response:
    return client.patch(path, content=body, headers={"Content-Type": "application/json", **headers})


def test_project_page_request_is_accepted_for_its_prefixed_id(client: httpx.Client) -> None:
    response = patch(client, f"/v1/projects/prj_{HALDEN}", PROJECT_REQUEST)
    assert response.status_code == 200
    answer = response.json()
    assert answer["id"] == HALDEN
    assert (answer["timezone"], answer["ownerEmail"]) == ("America/New_York", "ops@gicgrowth.com")
    assert list(answer) == list(json.loads(PROJECT_RESPONSE))


def test_project_page_response_200_is_the_full_record(client: httpx.Client) -> None:
    answer = patch(client, f"/v1/projects/{ACME}", PROJECT_REQUEST).json()
    documented = json.loads(PROJECT_RESPONSE)
    assert answer.pop("updatedAt") > documented.pop("updatedAt")
    assert answer == documented


def test_project_page_response_is_identical_in_shape_to_get(client: httpx.Client) -> None:
    patched = patch(client, f"/v1/projects/{ACME}", PROJECT_REQUEST).json()
    assert client.get(f"/v1/projects/{ACME}").json() == patched


@pytest.mark.parametrize(
    ("path", "body", "key", "status", "code"),
    [
        (f"prj_{ACME}", '{"timezone": "America/New_Yrok"}', KEY, 422, "VALIDATION"),
        (f"prj_{ACME}", '{"colour": "red"}', KEY, 422, "VALIDATION"),
        (f"prj_{ACME}", '{"organizationId": "org_1"}', KEY, 422, "VALIDATION"),
        ("acme-coffee", PROJECT_REQUEST, KEY, 422, "VALIDATION"),
        (f"prj_{ACME}", PROJECT_REQUEST, "sk_unknown_key_0123", 401, "UNAUTHENTICATED"),
        (f"prj_{ACME}", PROJECT_REQUEST, "lp_test_readonly_0123", 403, "FORBIDDEN_SCOPE"),
        ("prj_00000000-0000-4000-8000-000000000000", PROJECT_REQUEST, KEY, 404, "NOT_FOUND"),
        (f"prj_{ACME}", '{"customerExternalId": "halden-bikes"}', KEY, 409, "CONFLICT"),
    ],
)
def test_project_page_error_table(client: httpx.Client, path: str, body: str, key: str, status: int, code: str) -> None:
    response = patch(client, f"/v1/projects/{path}", body, Authorization=f"Bearer {key}")
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("field", ["id", "organizationId", "createdAt", "ingestState", "brandContext"])
def test_project_page_system_managed_fields_are_refused(client: httpx.Client, field: str) -> None:
    response = client.patch(f"/v1/projects/{ACME}", json={field: None})
    assert response.status_code == 422
    assert list(response.json()["error"]["details"]["fieldErrors"]) == [field]


def test_influencer_page_request_and_response_200(sandbox: RunningSandbox) -> None:
    with httpx.Client(base_url=sandbox.url, headers={"X-Api-Key": KEY}, **PLAIN_HTTP) as client:
        response = patch(client, f"/v1/influencers/inf_{AVA}", INFLUENCER_REQUEST)
    assert response.status_code == 200
    answer, documented = response.json(), json.loads(INFLUENCER_RESPONSE)
    assert list(answer) == list(documented)
    assert answer.pop("influencerId").startswith(documented.pop("influencerId").rstrip("."))
    assert answer.pop("projectId").startswith("proj_")
    documented.pop("projectId")
    assert answer.pop("updatedAt") > documented.pop("updatedAt")
    assert answer == documented


def test_influencer_page_response_422(client: httpx.Client) -> None:
    response = patch(client, f"/v1/influencers/{AVA}", '{"gender": "Female"}')
    error = response.json()["error"]
    assert response.status_code == 422
    assert error.pop("requestId").startswith("req_")
    assert error == {
        "code": "VALIDATION",
        "message": "Invalid body.",
        "details": {"fieldErrors": {"gender": ["Invalid enum value"]}},
    }


def test_influencer_page_response_404(client: httpx.Client) -> None:
    response = patch(client, "/v1/influencers/01HXZ900000000000000000000", INFLUENCER_REQUEST)
    error = response.json()["error"]
    assert response.status_code == 404
    assert error.pop("requestId").startswith("req_")
    assert error == {"code": "NOT_FOUND", "message": "Influencer not found."}


def test_influencer_page_unknown_fields_are_refused(client: httpx.Client) -> None:
    response = patch(client, f"/v1/influencers/{AVA}", '{"referenceImages": []}')
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION")


def test_influencer_page_scope_error(client: httpx.Client) -> None:
    response = patch(
        client,
        f"/v1/influencers/{AVA}",
        INFLUENCER_REQUEST,
        Authorization="Bearer lp_test_readonly_0123",
    )
    assert (response.status_code, response.json()["error"]["code"]) == (403, "FORBIDDEN_SCOPE")


def test_influencer_page_at_least_one_field(client: httpx.Client) -> None:
    assert patch(client, f"/v1/influencers/{AVA}", "{}").status_code == 422


def test_influencer_page_personality_is_merged_and_null_clears_a_key(sandbox: RunningSandbox) -> None:
    sandbox.edit("influencers", AVA, personality={"traits": ["curious"], "humor": "dry", "tone": "warm"})
    with sandbox.client() as client:
        body = '{"personality": {"tone": null, "traits": ["direct"], "formality": "low"}}'
        answer = patch(client, f"/v1/influencers/{AVA}", body).json()
    assert answer["personality"] == {"traits": ["direct"], "humor": "dry", "formality": "low"}
