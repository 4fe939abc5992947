"""Moves of customerExternalId: no request of ours meets a value in use, and a swap is told (must show 5)."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.in_process import ORGANIZATION, InProcess, run_corridor
from tests.end_to_end.place import Place
from tests.plan.build import an_id, project
from tests.sandbox.server import RunningSandbox, running_sandbox

FIELD = "customerExternalId"
GUARDS = "[guards]\nmax_changes = 99999\n[jobs.projects]\nsource = 'projects.csv'"
TRIES = 25


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A sandbox with a thousand projects, and limits that nothing here meets."""
    log = tmp_path_factory.mktemp("many") / "requests.jsonl"
    with running_sandbox("--tier", "partner", "--minute", "1", "--records", "1000", log=log) as running:
        yield running


def values(sandbox: RunningSandbox) -> dict[str, str]:
    """The generated projects and the value that each holds."""
    projects = sandbox.state()["records"]["projects"]
    return {bare: one[FIELD] for bare, one in projects.items() if (one[FIELD] or "").startswith("gen-")}


def patches(sandbox: RunningSandbox) -> list[int]:
    return [entry["status"] for entry in sandbox.entries() if entry["method"] == "PATCH"]


@pytest.mark.parametrize("length", [150, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_chain_of_moves_is_carried_out_without_a_409(place: Place, many: RunningSandbox, length: int) -> None:
    many.reset()
    before, held = len(many.entries()), list(values(many).items())[:length]
    place.configure(many.url, GUARDS)
    taken = [value for _, value in held[1:]] + ["free"]
    place.table([{"id": bare, FIELD: value} for (bare, _), value in zip(held, taken, strict=True)])
    ran = place.call("sync")
    assert (ran.code, ran.counts) == (0, {"changed": length})
    assert patches(many)[-length:] == [200] * length
    assert {entry["status"] for entry in many.entries()[before:]} == {200}
    now = many.state()["records"]["projects"]
    assert [now[bare][FIELD] for bare, _ in held] == taken
    assert place.call("sync").counts == {"unchanged": length}


def test_a_swap_is_held_with_both_rows_named_and_the_others_are_done(place: Place, many: RunningSandbox) -> None:
    many.reset()
    (one, first), (other, second), (third, _) = list(values(many).items())[:3]
    place.configure(many.url, GUARDS)
    place.table([{"id": one, FIELD: second}, {"id": other, FIELD: first}, {"id": third, FIELD: "free"}])
    preview = place.call("sync", "-n")
    assert (preview.code, preview.outcomes) == (3, {2: "held", 3: "held", 4: "would_change"})
    ran = place.call("sync")
    assert (ran.code, ran.outcomes) == (3, {2: "held", 3: "held", 4: "changed"})
    for row in ran.results["rows"][:2]:
        assert row["message"] == f"rows 2 and 3 swap their {FIELD}: the API refuses the first of them"
        assert row["what_to_do"] == "give one of them another value first, then run again"
    assert "rows 2 and 3 swap" in ran.out
    assert 409 not in patches(many)


def test_a_value_that_a_project_outside_the_sheet_holds_is_found_before_anything_is_sent(
    place: Place, many: RunningSandbox
) -> None:
    many.reset()
    before, (one, other) = len(many.entries()), list(values(many).items())[:2]
    place.configure(many.url, GUARDS)
    place.table([{"id": one[0], FIELD: other[1], "tagline": "so that it is read alone"}])
    ran = place.call("sync")
    assert (ran.code, ran.outcomes) == (3, {2: "invalid"})
    assert other[0] in ran.results["rows"][0]["message"]
    assert [(entry["method"], entry["status"]) for entry in many.entries()[before:]] == [("GET", 200)] * 3


def test_no_random_rearrangement_meets_a_value_in_use(tmp_path: Path, campaign: int | None) -> None:
    """What is not sent could not be: a circle, a value that stays, equal claims, and whoever waits for one of them."""
    for seed in range(campaign or TRIES):
        rng = random.Random(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        _rearrange(rng, folder)


def _rearrange(rng: random.Random, folder: Path) -> None:
    count = rng.randint(2, 12)
    when = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z"}
    live = [project(n, **{FIELD: f"c{n}", "organizationId": ORGANIZATION, **when}) for n in range(count)]
    stated = _stated(rng, count)
    server = InProcess({"projects": live})
    with (folder / "sheet.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", FIELD, "status", "tagline"])
        full = rng.random() < 0.5
        for n in rng.sample(sorted(stated), len(stated)):
            archives = "archived" if rng.random() < 0.2 else ""
            writer.writerow([an_id(n), stated[n], archives, "read alone" if full else ""])
    run_corridor(server, folder, "projects", "id", "run-1")

    assert server.statuses.keys() == {200}, stated
    now = {n: server.records.projects[an_id(n)][FIELD] for n in range(count)}
    done = {n for n, value in stated.items() if value and now[n] == value}
    assert {n: now[n] for n in set(range(count)) - done} == {n: f"c{n}" for n in set(range(count)) - done}
    assert done == _possible(stated, count)


def _stated(rng: random.Random, count: int) -> dict[int, str]:
    """A sheet of some of the records: most move round, some to new values; now and then two claim the same."""
    rows = rng.sample(range(count), rng.randint(1, count))
    pool = [f"c{n}" for n in rng.sample(range(count), count)]
    for n in range(count):
        if rng.random() < 0.3:
            pool[n] = rng.choice([f"new{n}", "", "same", f"c{rows[0]}"])
    return {n: pool[n] for n in rows}


def _possible(stated: dict[int, str], count: int) -> set[int]:
    """The rows that end as stated, found by trying: what is free is taken, until nothing more can be."""
    claims = {n: value for n, value in stated.items() if value}
    alone = {n for n, value in claims.items() if list(claims.values()).count(value) == 1}
    held = {f"c{n}": n for n in range(count)}
    done = {n for n in claims if claims[n] == f"c{n}"}
    while ready := [n for n in alone - done if claims[n] not in held]:
        for n in ready:
            del held[f"c{n}"]
            held[claims[n]] = n
            done.add(n)
    return done
