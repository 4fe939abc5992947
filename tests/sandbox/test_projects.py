"""Projects: what a PATCH may hold, and what it sets in motion."""

import unicodedata
from typing import Any

import httpx
import pytest

from tests.sandbox.server import JsonObject, RunningSandbox

PROJECT = "84a0d3c9-2f6e-4b71-95e8-c7b41f0a6d23"
PATH = f"/v1/projects/{PROJECT}"
ARCHIVED = "fb46c0e9-3d57-4128-a09b-86e1d5f2c730"


def field_errors(response: httpx.Response) -> JsonObject:
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "VALIDATION"
    errors: JsonObject = error["details"]["fieldErrors"]
    return errors


ACCEPTED = [
    ("name", "abc"),
    ("name", "x" * 30),
    ("name", "🍣" * 30),
    ("status", "archived"),
    ("status", "active"),
    ("ownerEmail", "someone+tag@sub.brand.example"),
    ("ownerEmail", "ö@münchen.example"),
    ("timezone", "UTC"),
    ("timezone", "America/Argentina/ComodRivadavia"),
    ("timezone", "Asia/Calcutta"),
    ("primaryLanguage", "en"),
    ("primaryLanguage", "zh-Hant-TW"),
    ("primaryLanguage", "de-CH-1996"),
    ("customerExternalId", "somebody-else"),
    ("customerExternalId", "kaffa"),
    ("appName", "abc"),
    ("appName", None),
    ("appDescription", "x" * 100),
    ("appDescription", "🍣" * 1000),
    ("appDescription", None),
    ("tagline", ""),
    ("tagline", "x" * 80),
    ("brandVoice", "educational"),
    ("targetGender", "female"),
    ("metadata", {}),
    ("metadata", {"nested": {"list": [1, 2.5, None, True, "ü"]}}),
    ("metadata", {"k": "x" * (8192 - 8)}),
]

REFUSED = [
    ("name", "ab"),
    ("name", "x" * 31),
    ("name", None),
    ("name", 7),
    ("status", "deleted"),
    ("status", "Active"),
    ("status", None),
    ("ownerEmail", "someone"),
    ("ownerEmail", "some one@brand.example"),
    ("ownerEmail", ""),
    ("ownerEmail", None),
    ("timezone", "America/New_Yrok"),
    ("timezone", "america/new_york"),
    ("timezone", "Berlin"),
    ("timezone", "Factory"),
    ("timezone", ""),
    ("timezone", None),
    ("timezone", ["UTC"]),
    ("primaryLanguage", "english"),
    ("primaryLanguage", "en_US"),
    ("primaryLanguage", ""),
    ("primaryLanguage", None),
    ("customerExternalId", None),
    ("customerExternalId", 12),
    ("appName", "ab"),
    ("appName", "x" * 31),
    ("appName", ""),
    ("appDescription", "x" * 99),
    ("appDescription", "x" * 1001),
    ("appDescription", ""),
    ("tagline", "x" * 81),
    ("tagline", None),
    ("brandVoice", "Witty"),
    ("brandVoice", None),
    ("targetGender", "nonbinary"),
    ("targetGender", None),
    ("metadata", None),
    ("metadata", []),
    ("metadata", "{}"),
    ("metadata", {"k": "x" * (8192 - 7)}),
    ("id", PROJECT),
    ("updatedAt", "2026-01-01T00:00:00+00:00"),
    ("brand", None),
    ("platformWebDomain", "x.example"),
    ("requiresApproval", True),
    ("Name", "Kaffa Roasters"),
]


@pytest.mark.parametrize(("field", "value"), ACCEPTED)
def test_accepted_values_are_stored_as_they_are(client: httpx.Client, field: str, value: Any) -> None:
    response = client.patch(PATH, json={field: value})
    assert response.status_code == 200
    assert response.json()[field] == value
    assert client.get(PATH).json() == response.json()


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_refused_values_name_their_field_and_change_nothing(client: httpx.Client, field: str, value: Any) -> None:
    before = client.get(PATH).json()
    assert list(field_errors(client.patch(PATH, json={"targetGender": "male", field: value}))) == [field]
    assert client.get(PATH).json() == before


def test_all_problems_of_a_body_are_told_at_once(client: httpx.Client) -> None:
    body = {"name": "ab", "timezone": "Mars", "tagline": "fine", "colour": "red", "metadata": None}
    errors = field_errors(client.patch(PATH, json=body))
    assert sorted(errors) == ["colour", "metadata", "name", "timezone"]
    assert all(isinstance(messages, list) and messages for messages in errors.values())


def test_length_is_counted_in_code_points(client: httpx.Client) -> None:
    composed, decomposed = "é" * 30, unicodedata.normalize("NFD", "é" * 30)
    assert client.patch(PATH, json={"name": composed}).status_code == 200
    assert "name" in field_errors(client.patch(PATH, json={"name": decomposed}))


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("", "application/json"),
        ("{}", "application/json"),
        ("[]", "application/json"),
        ("null", "application/json"),
        ('"text"', "application/json"),
        ("{", "application/json"),
        ('{"tagline": NaN}', "application/json"),
        ('{"metadata": {"n": 1e999}}', "application/json"),
        ('{"tagline": "\\ud800"}', "application/json"),
        ('{"metadata": ' + '{"a":' * 30_000 + "1" + "}" * 30_001, "application/json"),
        ('{"tagline": "x"}', "text/plain"),
        ('{"tagline": "x"}', ""),
        (b'{"tagline": "\xff"}', "application/json"),
        ('{"tagline": "x"}'.encode("utf-16"), "application/json"),
    ],
)
def test_bodies_that_are_no_json_object_with_a_field(
    client: httpx.Client, content: str | bytes, content_type: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    assert list(field_errors(client.patch(PATH, content=content, headers=headers))) == ["body"]


def test_content_type_may_carry_a_charset(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert client.patch(PATH, content='{"tagline": "ü"}', headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("path_id", "status"),
    [
        (PROJECT, 200),
        (PROJECT.upper(), 200),
        (f"prj_{PROJECT}", 200),
        (f"proj_{PROJECT.upper()}", 200),
        (f"inf_{PROJECT}", 422),
        (f"PRJ_{PROJECT}", 422),
        (f"prj_prj_{PROJECT}", 422),
        (PROJECT.replace("-", ""), 422),
        (f"{PROJECT}%20", 422),
        ("01HXZ9K4T7QW3M8N5B2V6C0DRE", 422),
        ("..%2F..%2Fwhoami", 422),
        (PROJECT[:-1] + "4", 404),
    ],
)
def test_forms_of_the_id(client: httpx.Client, path_id: str, status: int) -> None:
    for response in (
        client.get(f"/v1/projects/{path_id}"),
        client.patch(f"/v1/projects/{path_id}", json={"tagline": "x"}),
    ):
        assert response.status_code == status
        if status == 200:
            assert response.json()["id"] == PROJECT
        if status == 422:
            assert list(field_errors(response)) == ["id"]


def test_an_external_id_is_unique_in_the_organization(client: httpx.Client) -> None:
    response = client.patch(PATH, json={"customerExternalId": "granite-gym"})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "CONFLICT")
    assert client.patch(PATH, json={"customerExternalId": "pier-nine"}).status_code == 200, "the child's"


def test_an_external_id_is_free_once_its_holder_has_another(client: httpx.Client) -> None:
    holder = "/v1/projects/5e17f8b2-d3a9-40c6-8e24-91c05b7da63f"
    assert client.patch(PATH, json={"customerExternalId": "nimbus-sleep"}).status_code == 409
    assert client.patch(holder, json={"customerExternalId": "nimbus-2"}).status_code == 200
    assert client.patch(PATH, json={"customerExternalId": "nimbus-sleep"}).status_code == 200
    assert client.patch(holder, json={"customerExternalId": "nimbus-sleep"}).status_code == 409


def test_metadata_is_replaced_in_full(client: httpx.Client) -> None:
    client.patch(PATH, json={"metadata": {"a": 1, "b": {"c": 2}}})
    assert client.patch(PATH, json={"metadata": {"b": {"d": 3}}}).json()["metadata"] == {"b": {"d": 3}}


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        ({"tagline": "one"}, {"tagline": "one"}, False),
        ({"tagline": "one"}, {"tagline": "two"}, True),
        ({"metadata": {"a": 1, "b": 2}}, {"metadata": {"b": 2, "a": 1}}, False),
        ({"metadata": {"vip": 1}}, {"metadata": {"vip": True}}, True),
        ({"appName": None}, {"appName": None}, False),
    ],
)
def test_updated_at_moves_only_if_a_value_changes(
    client: httpx.Client, before: JsonObject, after: JsonObject, moves: bool
) -> None:
    first = client.patch(PATH, json=before).json()["updatedAt"]
    assert (client.patch(PATH, json=after).json()["updatedAt"] > first) is moves


@pytest.mark.parametrize(
    ("before", "sent", "restarts"),
    [
        ("a" * 100, "b" * 100, 1),
        ("a" * 100, "a" * 100, 0),
        ("a" * 100, None, 0),
        (None, "a" * 100, 1),
        (None, None, 0),
    ],
)
def test_a_new_pitch_restarts_the_research(
    sandbox: RunningSandbox, client: httpx.Client, before: str | None, sent: str | None, restarts: int
) -> None:
    sandbox.edit("projects", PROJECT, appDescription=before)
    count = sandbox.state()["side_effects"][PROJECT]["researchRestarts"]
    client.patch(PATH, json={"appDescription": sent})
    client.patch(PATH, json={"tagline": "does not count"})
    assert sandbox.state()["side_effects"][PROJECT]["researchRestarts"] == count + restarts


def test_archiving_cancels_the_scheduled_posts_once(sandbox: RunningSandbox, client: httpx.Client) -> None:
    yoga = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"
    for status in ("archived", "archived", "active", "archived"):
        client.patch(f"/v1/projects/{yoga}", json={"status": status})
    effects = sandbox.state()["side_effects"][yoga]
    assert effects == {"pendingPosts": 0, "cancelledPosts": 12, "researchRestarts": 0}


def test_a_project_that_was_archived_already_keeps_its_posts(sandbox: RunningSandbox, client: httpx.Client) -> None:
    nori = "c83f5a17-0e94-4d62-8b7f-29d4e6a1b305"
    sandbox.edit("projects", nori, status="archived")
    client.patch(f"/v1/projects/{nori}", json={"status": "archived", "tagline": "x"})
    assert sandbox.state()["side_effects"][nori]["pendingPosts"] == 9


def test_an_archived_project_is_still_read_and_patched(client: httpx.Client) -> None:
    assert client.get(f"/v1/projects/{ARCHIVED}").status_code == 200
    assert client.patch(f"/v1/projects/{ARCHIVED}", json={"tagline": "Back soon"}).status_code == 200
