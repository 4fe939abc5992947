"""Influencers: what a PATCH may hold, how personality merges, the two shapes."""

from typing import Any

import httpx
import pytest

from tests.sandbox.server import JsonObject, RunningSandbox

ULID = "01HXZ9P8Y2RD6F4J1H7S3K5ATB"
UUID = "8a4f0c17-6e2d-4b95-a3d8-f15c7e09b264"
PATH = f"/v1/influencers/{ULID}"

KEYS = [
    *("influencerId", "projectId", "name", "gender", "ageRange", "ethnicity", "bodyType", "hairColor"),
    *("hairStyle", "style", "vibe", "voiceDescription", "personality", "referenceImages", "status"),
    *("createdAt", "updatedAt"),
]
LENGTHS = {
    "ageRange": 16,
    "ethnicity": 128,
    "bodyType": 128,
    "hairColor": 64,
    "hairStyle": 128,
    "style": 256,
    "vibe": 256,
    "voiceDescription": 1024,
}


def patch(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.patch(PATH, json=body)


@pytest.mark.parametrize(("field", "longest"), LENGTHS.items())
def test_persona_fields_are_text_up_to_their_length_or_null(client: httpx.Client, field: str, longest: int) -> None:
    for value in ("x" * longest, "", None):
        assert patch(client, **{field: value}).json().get(field) == value
    for value in ("x" * (longest + 1), 7, ["x"]):
        response = patch(client, **{field: value})
        assert list(response.json()["error"]["details"]["fieldErrors"]) == [field]


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("name", "x", 200),
        ("name", "佐" * 128, 200),
        ("name", "", 422),
        ("name", "x" * 129, 422),
        ("name", None, 422),
        ("gender", "nonbinary", 200),
        ("gender", "unspecified", 200),
        ("gender", None, 200),
        ("gender", "non_binary", 422),
        ("gender", "Female", 422),
        ("personality", {}, 200),
        ("personality", {"traits": [], "anything": {"goes": 1}}, 200),
        ("personality", {"traits": None, "humor": None}, 200),
        ("personality", None, 422),
        ("personality", "warm", 422),
        ("personality", {"traits": "warm"}, 422),
        ("personality", {"values": [1]}, 422),
        ("personality", {"humor": ["dry"]}, 422),
        ("status", "ready", 422),
        ("projectId", "proj_x", 422),
        ("thumbnailUrl", None, 422),
        ("brandVoice", "warm", 422),
    ],
)
def test_field_rules(client: httpx.Client, field: str, value: Any, status: int) -> None:
    response = patch(client, **{field: value})
    assert response.status_code == status
    if status == 422:
        assert list(response.json()["error"]["details"]["fieldErrors"]) == [field]


@pytest.mark.parametrize(
    ("stored", "sent", "result"),
    [
        ({"tone": "dry", "traits": ["a", "b"]}, {"traits": ["c"]}, {"tone": "dry", "traits": ["c"]}),
        ({"tone": "dry", "humor": "puns"}, {"tone": None}, {"humor": "puns"}),
        ({"tone": "dry"}, {"tone": None, "humor": None}, {}),
        ({"deep": {"a": 1, "b": 2}}, {"deep": {"a": 3}}, {"deep": {"a": 3}}),
        (None, {"tone": "dry"}, {"tone": "dry"}),
    ],
)
def test_personality_merges_one_level_deep(
    sandbox: RunningSandbox, client: httpx.Client, stored: JsonObject | None, sent: JsonObject, result: JsonObject
) -> None:
    sandbox.edit("influencers", ULID, personality=stored)
    assert patch(client, personality=sent).json()["personality"] == result
    assert client.get(PATH).json()["personality"] == result


def test_get_shows_unset_fields_as_null_and_patch_leaves_them_out(client: httpx.Client) -> None:
    answer = patch(client, gender=None, vibe=None, style="plain").json()
    record = client.get(PATH).json()
    assert list(record) == KEYS
    assert (record["gender"], record["vibe"]) == (None, None)
    assert answer == {name: value for name, value in record.items() if value is not None}


@pytest.mark.parametrize(
    ("path_id", "status"),
    [
        (ULID, 200),
        (f"inf_{ULID}", 200),
        (UUID, 200),
        (f"inf_{UUID.upper()}", 200),
        (f"prj_{UUID}", 422),
        ("Haruka", 422),
        (ULID[:-1], 422),
        ("9" + ULID[1:], 422),
        (ULID[:-1] + "0", 404),
    ],
)
def test_forms_of_the_id(client: httpx.Client, path_id: str, status: int) -> None:
    assert client.get(f"/v1/influencers/{path_id}").status_code == status
    assert client.patch(f"/v1/influencers/{path_id}", json={"vibe": "x"}).status_code == status


def test_a_deleted_influencer_is_nowhere(sandbox: RunningSandbox, client: httpx.Client) -> None:
    listing = "/v1/projects/c83f5a17-0e94-4d62-8b7f-29d4e6a1b305/influencers"
    before = [item["influencerId"] for item in client.get(listing).json()["items"]]
    sandbox.delete("influencers", UUID)
    after = [item["influencerId"] for item in client.get(listing).json()["items"]]
    assert set(before) - set(after) == {f"inf_{UUID}"}
    assert client.get(f"/v1/influencers/{UUID}").status_code == 404
    assert client.patch(f"/v1/influencers/{UUID}", json={"vibe": "x"}).status_code == 404
