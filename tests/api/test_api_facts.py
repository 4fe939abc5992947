"""The contradictions of the API's pages and what is done about each (API facts, section 8): talking to the API."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from layersync.api.clock import Clock
from layersync.api.connect import Link, connect
from layersync.api.judge import judge
from layersync.api.meaning import Kind
from layersync.api.pacer import gates_of
from layersync.api.paths import WHOAMI
from layersync.api.stop import Stop
from layersync.api.tiers import budget_of
from layersync.api.wire import Answer, Request
from layersync.errors import ApiRefuses
from layersync.resources import RESOURCES
from layersync.values.outcome import Word
from layersync.values.target import RateClass
from tests.api.desk import carry_out, path_of, planned, server_with
from tests.api.server import SimulatedServer, json_answer, lost_answer, lost_request, status
from tests.virtual_time import VirtualClock, run_virtual

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
WHO = {"organizationId": "org_1", "organizationName": "Test", "rateLimitTier": "standard", "scopes": []}


def greeted(**told: object) -> Link:
    """Connects to a server whose whoami says so."""

    async def main(clock: Clock) -> Link:
        return await connect(
            SimulatedServer({WHOAMI: {**WHO, **told}}),
            "http://127.0.0.1:1",
            "test",
            lambda tier: budget_of(tier, 60.0, 0.9),
            clock=clock,
            stop=Stop(),
            rng=random.Random(0),
            max_attempts=4,
        )

    return run_virtual(main(VirtualClock()))


@pytest.mark.parametrize("code", [400, 422])
def test_8_05_validation_is_400_or_422_and_final_for_the_row_alone(code: int, tmp_path: Path) -> None:
    server = server_with(3)
    server.faults["PATCH"] = [None, status(code, "VALIDATION")]
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path)
    assert ran.words == [Word.CHANGED, Word.REFUSED, Word.CHANGED]
    assert len(server.sends("PATCH")) == 3


def test_8_08_a_409_that_nobody_could_foresee_refuses_its_row_and_the_others_go_on(tmp_path: Path) -> None:
    server = server_with(3)
    server.faults["PATCH"] = [None, status(409, "CONFLICT")]
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path)
    assert ran.words == [Word.CHANGED, Word.REFUSED, Word.CHANGED]
    assert "in use elsewhere" in ran.outcomes[3].what_to_do


def loses_the_id(server: SimulatedServer, request: Request) -> Answer:
    """Replaces metadata, and with it the external id that is kept inside."""
    server.work(request)
    server.records[request.path]["customerExternalId"] = None
    return json_answer(200, server.records[request.path])


@pytest.mark.parametrize("answer", ["told", "lost"])
def test_8_09_an_external_id_that_is_lost_with_metadata_is_an_error(answer: str, tmp_path: Path) -> None:
    server = server_with(2, customerExternalId="acme-1", metadata={"crm": "1"})

    def fault(simulated: SimulatedServer, request: Request) -> Answer:
        told = loses_the_id(simulated, request)
        return told if answer == "told" else lost_answer(simulated, request)

    server.faults["PATCH"] = [fault] * (4 if answer == "lost" else 1)
    changes = planned(server, **{"metadata.crm": "2"}).changes
    ran = carry_out(server, changes[:1], tmp_path)
    assert ran.words == [Word.FAILED]
    assert "customerExternalId was lost with it: it was acme-1, is empty" in ran.outcomes[2].message
    assert carry_out(server, changes[1:], tmp_path, seed=1).words == [Word.CHANGED]


@pytest.mark.parametrize("told", [{"killSwitch": True}, {"apiAccessRevoked": True}])
def test_8_14_a_kill_switch_that_whoami_tells_of_ends_the_run(told: dict[str, object]) -> None:
    with pytest.raises(ApiRefuses, match="kill switch"):
        greeted(**told)


def test_8_14_a_kill_switch_that_is_a_503_ends_the_run_and_another_503_does_not() -> None:
    body = {"error": {"code": "KILL_SWITCH", "message": "suspended", "requestId": "req_1"}}
    assert judge(json_answer(503, body), NOW).kind is Kind.STOP_RUN
    assert judge(json_answer(503, {}), NOW).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("scopes", "lacking"),
    [
        ([], ()),
        (["*"], ()),
        (["projects:read", "projects:write"], ()),
        (["projects:read"], ("projects:write",)),
        (["org:admin"], ("projects:read", "projects:write")),
    ],
)
def test_8_15_scopes_never_block_and_what_seems_to_be_lacking_is_known(
    scopes: list[str], lacking: tuple[str, ...]
) -> None:
    link = greeted(scopes=scopes)
    assert RESOURCES["projects"].lacking(link.target.scopes, writes=True) == lacking


def without_replays(server: SimulatedServer, request: Request) -> Answer:
    """A server to which the key means nothing: it does what it is asked each time."""
    server.answers.clear()
    return server.work(request)


def test_8_18_every_patch_carries_an_idempotency_key_and_nothing_depends_on_it(tmp_path: Path) -> None:
    server = server_with(4)

    def done_but_lost(simulated: SimulatedServer, request: Request) -> Answer:
        without_replays(simulated, request)
        return lost_request(simulated, request)

    server.faults["PATCH"] = [done_but_lost, without_replays, done_but_lost, *[without_replays] * 20]
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path)
    assert ran.words == [Word.CHANGED] * 4
    assert all(key for *_, key in server.sends("PATCH"))
    assert all(server.records[path_of(n)]["tagline"] == "new" for n in range(4))


def test_8_19_there_is_one_budget_for_each_class_of_requests() -> None:
    gates = gates_of(budget_of("standard", 60.0, 0.9), VirtualClock())
    assert gates.keys() == set(RateClass) == {RateClass.READ, RateClass.WRITE}
    assert {one.value: gate.limit for one, gate in gates.items()} == {"read-light": 108, "write-light": 54}
    assert {one.value: gate.whole for one, gate in gates.items()} == {"read-light": 120, "write-light": 60}


@pytest.mark.parametrize(
    ("tier", "reads", "writes", "daily"),
    [
        ("standard", 120, 60, 10_000),
        ("pilot", 1_200, 600, 100_000),
        ("partner", 6_000, 3_000, 500_000),
        ("sandbox", 120, 60, 10_000),
        ("one that nobody knows", 120, 60, 10_000),
    ],
)
def test_8_20_the_tiers_have_the_figures_of_the_table(tier: str, reads: int, writes: int, daily: int) -> None:
    link = greeted(rateLimitTier=tier)
    budget, gates = link.target.budget, link.conditions.gates
    assert (gates[RateClass.READ].whole, gates[RateClass.WRITE].whole) == (reads, writes)
    assert (gates[RateClass.READ].limit, gates[RateClass.WRITE].limit) == (reads * 9 // 10, writes * 9 // 10)
    assert (budget.tier, budget.reads, budget.writes, budget.writes_per_day) == (tier, reads, writes, daily)


def test_8_21_answers_may_hold_what_nobody_knows(tmp_path: Path) -> None:
    server = server_with(2, somethingNew={"deep": [1]}, status="frozen")
    assert carry_out(server, planned(server, tagline="new").changes, tmp_path).words == [Word.CHANGED] * 2
    assert greeted(somethingNew=1, workspaceId="w").target.organization_id == "org_1"


def test_8_22_a_key_that_may_not_read_influencers_is_told_about_its_scopes() -> None:
    body = {"error": {"code": "FORBIDDEN_SCOPE", "message": "Key lacks influencers:write.", "requestId": "req_1"}}
    judgement = judge(json_answer(403, body), NOW)
    assert judgement.kind is Kind.STOP_JOB
    assert "scope" in f"{judgement.message} {judgement.what_to_do}"


def test_8_23_every_path_is_that_of_version_1() -> None:
    paths = [WHOAMI, *(path for form in RESOURCES.values() for path in (form.item_path, form.listing.path))]
    assert all(path.startswith("/v1/") and "partner" not in path for path in paths)
