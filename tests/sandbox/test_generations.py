"""The generations of the API's pages: each shows itself as its row of the table says, and no difference is idle."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from layersync.sandbox.beginning import fill, fresh_lines
from layersync.sandbox.clock import Clock
from layersync.sandbox.exchange import Call, Exchange
from layersync.sandbox.faults import NO_TWIST
from layersync.sandbox.generations import GENERATIONS, SEED, A, B, Generation
from layersync.sandbox.idempotency import Replays
from layersync.sandbox.limits import TIERS, Budgets
from layersync.sandbox.records import Records
from tests.sandbox.server import KEY, JsonObject

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
NEW = "84a0d3c9-2f6e-4b71-95e8-c7b41f0a6d23"
AVA = "01HXZ9K4T7QW3M8N5B2V6C0DRE"
CHILD = "org_7d1c0f52-3b8e-4a6d-9f24-c1e85b7a0d36"
BEARER = {"authorization": f"Bearer {KEY}"}
PERSONA = {"ethnicity", "bodyType", "hairColor", "hairStyle", "style", "vibe", "voiceDescription", "personality"}
BRAND = {"appName", "appDescription", "tagline", "brandVoice", "targetGender"}
EVERY = pytest.mark.parametrize("generation", GENERATIONS.values(), ids=GENERATIONS)


class Played:
    """A sandbox of one generation, asked without a socket."""

    def __init__(self, generation: Generation) -> None:
        clock = Clock(lambda: 0.0, lambda: datetime(2026, 11, 21, tzinfo=UTC))
        self.records, replays = Records(), Replays(clock)
        fill(self.records, replays, None, fresh_lines(0, 0))
        budgets = Budgets(TIERS["partner"], 60.0, "sliding", clock)
        self._exchange = Exchange(self.records, budgets, replays, None, None, clock, generation, rate_headers=False)

    def ask(
        self, method: str, path: str, body: JsonObject | None = None, query: str = "", **headers: str
    ) -> tuple[int, Any]:
        """Status and body of the answer."""
        told = {"content-type": "application/json", **(headers or BEARER)}
        call = Call(method, path, query, told, json.dumps(body).encode() if body else b"", "req_1")
        answer = asyncio.run(self._exchange.carry_out(call, NO_TWIST)).answer
        assert answer is not None
        return answer.status, json.loads(answer.body)

    def shown(self, path: str, query: str = "") -> Any:
        """The body of a GET that is answered well."""
        status, body = self.ask("GET", path, query=query)
        assert status == 200
        return body

    def patched(self, path: str, **body: Any) -> Any:
        """The body of a PATCH that is answered well."""
        status, shown = self.ask("PATCH", path, body)
        assert status == 200, shown
        return shown


def with_key(word: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer lp_test_{word}_0123456789"}


def everything(generation: Generation) -> list[tuple[int, Any]]:
    """What a client may see of a generation: answers to calls that meet each of its differences."""
    played = Played(generation)
    calls: list[tuple[str, str, JsonObject | None, Mapping[str, str]]] = [
        *[("GET", path, None, BEARER) for path in ("/v1/whoami", "/v1/projects", f"/v1/projects/{ACME}")],
        ("GET", f"/v1/projects/{NEW}", None, BEARER),
        ("GET", "/v1/projects/c83f5a17-0e94-4d62-8b7f-29d4e6a1b305/influencers", None, BEARER),
        ("GET", f"/v1/influencers/{AVA}", None, BEARER),
        ("GET", "/v1/whoami", None, {"x-api-key": KEY}),
        ("GET", "/v1/whoami", None, with_key("killed")),
        ("GET", "/v1/influencers/x", None, with_key("readonly")),
        ("GET", "/v1/projects", None, {**BEARER, "x-layers-organization": CHILD}),
        ("PATCH", f"/v1/projects/{ACME}", {"name": "x" * 40}, BEARER),
        ("PATCH", f"/v1/projects/{ACME}", {"tagline": "new"}, BEARER),
        ("PATCH", f"/v1/influencers/{AVA}", {"name": "Ava"}, BEARER),
        ("PATCH", f"/v1/influencers/{AVA}", {"vibe": "calm"}, BEARER),
    ]
    return [played.ask(method, path, body, **headers) for method, path, body, headers in calls]


@pytest.mark.parametrize("field", [one.name for one in fields(Generation)])
@pytest.mark.parametrize("other", [A, B], ids=["a", "b"])
def test_no_difference_of_the_table_is_idle(field: str, other: Generation) -> None:
    """Otherwise the table would promise what the sandbox does not play."""
    value = getattr(other, field)
    if value == getattr(SEED, field):
        return
    base = replace(SEED, nests_brand=True) if field == "nests_brand_in_patch" else SEED
    assert everything(replace(base, **{field: value})) != everything(base)


def test_each_reading_of_the_pages_is_played_by_some_generation() -> None:
    for field in fields(Generation):
        assert len({repr(getattr(one, field.name)) for one in GENERATIONS.values()}) > 1, field.name


@EVERY
def test_whoami(generation: Generation) -> None:
    played = Played(generation)
    told, older = played.shown("/v1/whoami"), generation is A
    assert told["organizationId"] == ("" if older else "org_") + "2481fa5c-a404-44ed-a561-565392499abc"
    assert told["apiKeyId"].startswith("key_") is not older
    assert ("parentOrganizationId" in told, "killSwitch" in told, told["scopes"]) == (
        (False, True, []) if older else (True, False, ["*"])
    )
    child = played.ask("GET", "/v1/whoami", **BEARER, **{"x-layers-organization": CHILD})[1]
    assert (child["organizationName"] == told["organizationName"]) is older


@EVERY
def test_a_suspended_key(generation: Generation) -> None:
    played = Played(generation)
    status, told = played.ask("GET", "/v1/whoami", **with_key("killed"))
    if generation is A:
        assert (status, told["killSwitch"], told["apiAccessRevoked"]) == (200, True, False)
    else:
        assert (status, told["error"]["code"]) == (503, "KILL_SWITCH")
    status, told = played.ask("GET", "/v1/projects", **with_key("killed"))
    assert (status, told["error"]["code"]) == (503, "KILL_SWITCH")


@EVERY
def test_scopes_and_headers_of_the_key(generation: Generation) -> None:
    played = Played(generation)
    assert played.ask("GET", f"/v1/influencers/{AVA}", **with_key("readonly"))[0] == (200 if generation is A else 403)
    assert played.ask("GET", "/v1/whoami", **{"x-api-key": KEY})[0] == (200 if generation is A else 401)
    assert played.ask("GET", "/v1/whoami", **BEARER)[0] == 200, "Bearer alone is good everywhere"


@EVERY
def test_a_refusal(generation: Generation) -> None:
    status, told = Played(generation).ask("PATCH", f"/v1/projects/{ACME}", {"colour": "red"})
    details = told["error"]["details"]
    assert (status, told["error"]["code"]) == (400 if generation is A else 422, "VALIDATION")
    if generation is B:
        assert details["issues"] == [{"path": "colour", "message": "Unknown or read-only field"}]
    else:
        assert details["fieldErrors"] == {"colour": ["Unknown or read-only field"]}


@EVERY
def test_a_project(generation: Generation) -> None:
    played = Played(generation)
    got = played.shown(f"/v1/projects/{ACME}")
    assert got["id"] == ("prj_" if generation is B else "") + ACME
    if generation is SEED:
        assert set(got) >= BRAND
        assert "brandContext" not in got
    else:
        assert not BRAND & set(got)
        assert got["brandContext"]["appName"] == "Acme Coffee"
        assert got["brandContext"]["brandVoice"] not in {"warm", None}
    patched = played.patched(f"/v1/projects/prj_{ACME}", appName="Acme Tea", brandVoice="witty")
    assert ("appName" in patched, "brandContext" in patched) == ((False, True) if generation is A else (True, False))
    stored = played.records.projects[ACME]
    assert (stored["appName"], stored["brandVoice"]) == ("Acme Tea", "witty")


@EVERY
def test_a_slim_project(generation: Generation) -> None:
    items = Played(generation).shown("/v1/projects", "limit=200")["items"]
    assert all(("updatedAt" in item) is (generation is not A) for item in items)
    nulls = any(value is None for item in items for value in item.values())
    assert nulls is (generation is not A)


@EVERY
def test_an_influencer(generation: Generation) -> None:
    played = Played(generation)
    got = played.shown(f"/v1/influencers/{AVA}")
    assert got["projectId"].startswith("prj_" if generation is B else "proj_")
    if generation is B:
        assert not PERSONA & set(got)
        assert set(got) >= {"brandVoice", "language", "imageUrl", "errorMessage"}
        assert played.ask("PATCH", f"/v1/influencers/{AVA}", {"gender": None})[0] == 422
        assert played.patched(f"/v1/influencers/{AVA}", gender="non_binary", ageRange="teen")["gender"] == "non_binary"
        assert played.patched(f"/v1/influencers/{AVA}", ageRange=None)["ageRange"] is None
    else:
        assert set(got) >= PERSONA
        assert "brandVoice" not in got
        assert "ageRange" not in played.patched(f"/v1/influencers/{AVA}", ageRange=None)
    assert played.records.influencers[AVA]["personality"]["traits"] == ["curious", "warm", "direct"]


@EVERY
def test_what_no_page_names_is_shown_by_the_two_layers_and_can_not_be_sent(generation: Generation) -> None:
    played = Played(generation)
    listed = played.shown("/v1/projects", "limit=1")
    for shown in (played.shown(f"/v1/projects/{ACME}"), listed, listed["items"][0], played.shown("/v1/whoami")):
        assert ("quota" in shown) is (generation is not SEED)
    assert played.ask("PATCH", f"/v1/projects/{ACME}", {"quota": {}})[0] in {400, 422}


@EVERY
def test_every_generation_takes_ids_with_and_without_prefix(generation: Generation) -> None:
    played = Played(generation)
    shown = [played.shown(f"/v1/projects/{prefix}{ACME}") for prefix in ("", "prj_", "proj_")]
    assert shown[0] == shown[1] == shown[2]
