"""The two lists: shapes, filters, limits, cursors."""

import base64
from typing import Any

import httpx
import pytest

from tests.sandbox.server import RunningSandbox

PROJECT_KEYS = "id name status customerExternalId timezone primaryLanguage ownerEmail createdAt updatedAt"
INFLUENCER_KEYS = "influencerId name gender ageRange status thumbnailUrl createdAt"
YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"
LINGUA = "90e8d4b7-5a1c-42f6-87d0-b3f5c16e29a4"
PROJECTS = "/v1/projects"
INFLUENCERS = f"/v1/projects/{LINGUA}/influencers"

Items = list[dict[str, Any]]


def crawl(client: httpx.Client, path: str, **query: Any) -> list[Items]:
    pages: list[Items] = []
    while True:
        answer = client.get(path, params=query).raise_for_status().json()
        pages.append(answer["items"])
        if answer["nextCursor"] is None:
            return pages
        query["cursor"] = answer["nextCursor"]


def names(client: httpx.Client, path: str, **query: Any) -> list[str]:
    return [item["name"] for page in crawl(client, path, **query) for item in page]


@pytest.mark.parametrize(("path", "keys"), [(PROJECTS, PROJECT_KEYS), (INFLUENCERS, INFLUENCER_KEYS)])
def test_items_are_slim(client: httpx.Client, path: str, keys: str) -> None:
    for item in client.get(path).json()["items"]:
        assert " ".join(item) == keys


@pytest.mark.parametrize("path", [PROJECTS, INFLUENCERS])
def test_newest_come_first(client: httpx.Client, path: str) -> None:
    created = [item["createdAt"] for page in crawl(client, path) for item in page]
    assert created == sorted(created, reverse=True)
    assert len(set(created)) == len(created)


def test_the_thumbnail_is_that_of_the_first_image(client: httpx.Client) -> None:
    urls = {item["name"]: item["thumbnailUrl"] for item in client.get(INFLUENCERS).json()["items"]}
    assert urls["Ava Chen"] is None
    assert urls["João Figueira"].endswith("/1-small.jpg")


@pytest.mark.parametrize(("limit", "sizes"), [(10, [10, 10, 4]), (12, [12, 12]), (24, [24]), (200, [24])])
def test_pages_hold_every_project_once(client: httpx.Client, limit: int, sizes: list[int]) -> None:
    pages = crawl(client, PROJECTS, limit=limit)
    assert [len(page) for page in pages] == sizes
    assert len({item["id"] for page in pages for item in page}) == 24


def test_both_states_are_listed_unless_one_is_asked_for(client: httpx.Client) -> None:
    everything, active, archived = (
        names(client, PROJECTS, **query) for query in ({}, {"status": "active"}, {"status": "archived"})
    )
    assert archived == ["Old Mill Records", "Granite Gym", "Legacy Loans"]
    assert sorted(active + archived) == sorted(everything)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"search": "BROT"}, ["Müller & Söhne Brot"]),
        ({"search": "müLLer"}, ["Müller & Söhne Brot"]),
        ({"search": "no such"}, []),
        ({"search": "coffee", "status": "archived"}, []),
        ({"customerExternalId": "old-mill"}, ["Old Mill Records"]),
        ({"customerExternalId": "OLD-MILL"}, []),
        ({"customerExternalId": "pier-nine"}, []),
        ({"customerExternalId": ""}, []),
        ({"unknown": "ignored", "search": "Café"}, ["Café Lumière"]),
    ],
)
def test_project_filters(client: httpx.Client, query: dict[str, str], expected: list[str]) -> None:
    assert names(client, PROJECTS, **query) == expected


def test_influencers_filter_by_status(client: httpx.Client) -> None:
    listing = f"/v1/projects/prj_{YOGA.upper()}/influencers"
    assert names(client, listing, status="draft") == ["Chair Person"]
    assert names(client, listing, status="failed") == []
    assert names(client, listing) == ["Chair Person", "Noor", "Tom Brightwater", "Priya Raman"]


def offset(value: str) -> str:
    return base64.urlsafe_b64encode(f'{{"offset":{value}}}'.encode()).decode()


@pytest.mark.parametrize("path", [PROJECTS, INFLUENCERS])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "201"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("limit", "1.5"),
        ("limit", ""),
        ("limit", "٣"),
        ("cursor", ""),
        ("cursor", "not base64!"),
        ("cursor", "eyJv"),
        ("cursor", offset("-1")),
        ("cursor", offset('"25"')),
        ("cursor", offset("true")),
        ("status", "Active"),
        ("status", ""),
    ],
)
def test_malformed_queries_are_refused(client: httpx.Client, path: str, name: str, value: str) -> None:
    response = client.get(path, params={name: value})
    assert response.status_code == 422
    assert list(response.json()["error"]["details"]["fieldErrors"]) == [name]


@pytest.mark.parametrize(
    ("path", "limit", "status"), [(PROJECTS, 200, 200), (INFLUENCERS, 100, 200), (INFLUENCERS, 101, 422)]
)
def test_largest_pages(client: httpx.Client, path: str, limit: int, status: int) -> None:
    assert client.get(path, params={"limit": limit}).status_code == status


def test_a_page_beyond_the_end_is_empty_and_last(client: httpx.Client) -> None:
    assert client.get(PROJECTS, params={"cursor": offset("500")}).json() == {"items": [], "nextCursor": None}


@pytest.mark.parametrize(("project", "status"), [("00000000-0000-4000-8000-000000000000", 404), ("lingua-viva", 422)])
def test_influencers_of_no_project(client: httpx.Client, project: str, status: int) -> None:
    assert client.get(f"/v1/projects/{project}/influencers").status_code == status


def test_archiving_during_a_filtered_crawl_skips_a_project_as_an_offset_does(sandbox: RunningSandbox) -> None:
    with sandbox.client() as client:
        everything = names(client, PROJECTS, status="active")
        first = client.get(PROJECTS, params={"status": "active", "limit": 5}).json()
        sandbox.edit("projects", first["items"][0]["id"], status="archived")
        rest = names(client, PROJECTS, status="active", limit=200, cursor=first["nextCursor"])
    seen = [item["name"] for item in first["items"]] + rest
    assert set(everything) - set(seen) == {everything[5]}
