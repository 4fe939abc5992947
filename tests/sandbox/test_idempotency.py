"""Idempotency-Key: what is replayed, what is refused, what is done again."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from layersync.sandbox.answers import Answer, ApiError
from layersync.sandbox.idempotency import KeptAnswer, Replays, Slot
from tests.sandbox.clocks import TurnedClock
from tests.sandbox.server import KEY, RunningSandbox, running_sandbox

PROJECT = "/v1/projects/3c9a4e60-b7f1-4258-a6d3-8e0b15c7f294"
OTHER = "/v1/projects/0d84b6f3-91e7-47ac-8f52-3b6e9a7c1d40"
SLOT = Slot("key_a", "PATCH /v1/projects/{id}", "k-1")
DAY = 24 * 3600


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def kept_after(seconds: float) -> KeptAnswer | None:
    time = TurnedClock()
    replays = Replays(time.clock)
    replays.keep(SLOT, "print", Answer(200, b"{}"), "req_1")
    time.turn(seconds)
    return replays.find(SLOT, "print")


@pytest.mark.parametrize(("seconds", "found"), [(0, True), (DAY - 1, True), (DAY, False), (DAY + 1, False)])
def test_answers_are_kept_for_a_day(seconds: float, found: bool) -> None:
    assert (kept_after(seconds) is not None) is found


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        (200, True),
        (403, True),
        (404, True),
        (409, True),
        (422, True),
        (401, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_only_definite_answers_are_kept(status: int, kept: bool) -> None:
    replays = Replays(TurnedClock().clock)
    replays.keep(SLOT, "print", Answer(status, b"{}"), "req_1")
    assert (replays.find(SLOT, "print") is not None) is kept


@pytest.mark.parametrize(
    "slot",
    [
        Slot("key_b", SLOT.endpoint, SLOT.idempotency_key),
        Slot(SLOT.api_key_id, "PATCH /v1/influencers/{influencerId}", SLOT.idempotency_key),
        Slot(SLOT.api_key_id, SLOT.endpoint, "k-2"),
    ],
)
def test_answers_are_kept_per_key_and_endpoint(slot: Slot) -> None:
    replays = Replays(TurnedClock().clock)
    replays.keep(SLOT, "print", Answer(200, b"{}"), "req_1")
    assert replays.find(slot, "another") is None


def test_a_running_first_request_is_a_conflict_until_it_finishes() -> None:
    replays = Replays(TurnedClock().clock)
    replays.start(SLOT)
    with pytest.raises(ApiError, match="still being processed"):
        replays.find(SLOT, "print")
    replays.finish(SLOT)
    assert replays.find(SLOT, "print") is None


def test_a_repeated_request_gets_the_stored_answer_and_has_no_effect(sandbox: RunningSandbox) -> None:
    with sandbox.client() as client:
        first = client.patch(PROJECT, json={"tagline": "Once"}, headers=keyed("repeat"))
        client.patch(PROJECT, json={"tagline": "Later"})
        again = client.patch(PROJECT, json={"tagline": "Once"}, headers=keyed("repeat"))
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["X-Request-Id"] == first.headers["X-Request-Id"]
    assert sandbox.record("projects", PROJECT.rpartition("/")[2])["tagline"] == "Later"


def test_a_stored_refusal_is_replayed_with_its_request_id(client: httpx.Client) -> None:
    first = client.patch(PROJECT, json={"name": "ab"}, headers=keyed("refusal"))
    again = client.patch(PROJECT, json={"name": "ab"}, headers=keyed("refusal"))
    assert (first.status_code, again.content) == (422, first.content)
    assert again.headers["X-Request-Id"] == again.json()["error"]["requestId"]


@pytest.mark.parametrize(
    ("path", "content"),
    [(PROJECT, '{"tagline": "Two"}'), (PROJECT, '{"tagline":"One"}'), (OTHER, '{"tagline": "One"}')],
    ids=["another value", "other bytes of the same JSON", "another record"],
)
def test_a_key_used_with_another_request_is_a_conflict(client: httpx.Client, path: str, content: str) -> None:
    headers = {"Content-Type": "application/json", **keyed(f"reuse {path} {content}")}
    client.patch(PROJECT, content='{"tagline": "One"}', headers=headers)
    response = client.patch(path, content=content, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "IDEMPOTENCY_CONFLICT")


def test_keys_of_another_api_key_do_not_meet(sandbox: RunningSandbox, client: httpx.Client) -> None:
    client.patch(PROJECT, json={"tagline": "Mine"}, headers=keyed("shared"))
    with sandbox.client(key=KEY + "x") as other:
        response = other.patch(PROJECT, json={"tagline": "Yours"}, headers=keyed("shared"))
    assert response.status_code == 200


def test_without_a_key_the_request_is_carried_out_again(sandbox: RunningSandbox, client: httpx.Client) -> None:
    bare = PROJECT.rpartition("/")[2]
    before = sandbox.state()["side_effects"][bare]["researchRestarts"]
    for pitch in ("a" * 100, "b" * 100, "a" * 100):
        client.patch(PROJECT, json={"appDescription": pitch})
    assert sandbox.state()["side_effects"][bare]["researchRestarts"] == before + 3


def test_a_second_try_while_the_first_runs_is_a_conflict_and_later_a_replay() -> None:
    rule = {"method": "PATCH", "nth": 1, "do": {"delay": 0.5}}
    with running_sandbox(faults=[rule]) as sandbox, sandbox.client() as client, ThreadPoolExecutor() as pool:

        def send() -> httpx.Response:
            return client.patch(PROJECT, json={"tagline": "Slow"}, headers=keyed("overlap"))

        running = pool.submit(send)
        sandbox.wait_for_fault()
        second, first, third = send(), running.result(), send()
    assert (second.status_code, second.json()["error"]["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    assert first.status_code == 200
    assert (third.content, third.headers["Idempotent-Replayed"]) == (first.content, "true")
