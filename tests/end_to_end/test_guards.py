"""Guards hold what nobody meant, say the exact override, and the override admits it (contract, section 6)."""

import pytest

from tests.end_to_end.place import Place
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"

PITCH = (
    "Forest coffee, bought from named families and roasted the same week, for people who would rather know than guess."
)


def all_projects(api: Traffic) -> list[str]:
    own = api.project(ACME)["organizationId"]
    return [bare for bare, record in api.records("projects").items() if record["organizationId"] == own]


def described_projects(api: Traffic) -> list[str]:
    """Those of which something is known: others show no brand at all where it stands inside `brandContext`."""
    return sorted(bare for bare in all_projects(api) if api.project(bare)["appDescription"] is not None)


@pytest.mark.parametrize(
    ("guard", "limits", "cells", "rows"),
    [
        ("archive", "archive = 0", {"status": "archived"}, [2, 3]),
        ("clears", "clears = 1", {"appName": "<clear>"}, [2, 3]),
        ("research", "research = 1", {"appDescription": PITCH}, [2, 3]),
    ],
)
def test_a_guard_over_rows_holds_those_rows_and_the_exact_override_admits_them(
    place: Place, api: Traffic, guard: str, limits: str, cells: dict[str, str], rows: list[int]
) -> None:
    place.configure(api.url, f"[guards]\n{limits}\n[jobs.projects]\nsource = 'projects.csv'")
    place.table([{"id": ACME, **cells}, {"id": HALDEN, **cells}, {"id": YOGA, "tagline": "free to go"}])

    preview = place.call("sync", "-n")
    assert (preview.code, preview.counts) == (5, {"would_change": 3})
    assert f"--allow projects.{guard}=2" in preview.out

    held = place.call("sync")
    assert held.code == 5
    assert held.outcomes == {**dict.fromkeys(rows, "held"), 4: "changed"}
    assert api.paths("PATCH") == [f"/v1/projects/{YOGA}"]
    assert f"--allow projects.{guard}=2" in held.out
    assert held.plan["digest"] == held.results["run"]["plan_digest"]
    assert held.plan["jobs"][0]["holds"][0]["rows"] == rows

    assert place.call("sync", "--allow", f"projects.{guard}=1").code == 5
    assert place.call("sync", "--allow", f"influencers.{guard}=9").code == 64
    api.forget()
    allowed = place.call("sync", "--allow", f"projects.{guard}=2")
    assert (allowed.code, allowed.counts) == (0, {"changed": 2, "unchanged": 1})


@pytest.mark.every_generation
def test_too_many_changes_hold_the_whole_job(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    ids = all_projects(api)
    limit = len(ids) * 3 // 10
    place.table([{"id": bare, "tagline": "new" if number <= limit else ""} for number, bare in enumerate(ids)])
    held = place.call("sync")
    assert (held.code, held.counts) == (5, {"held": limit + 1, "unchanged": len(ids) - limit - 1})
    assert api.requests("PATCH") == []
    assert held.plan["digest"] == held.results["run"]["plan_digest"]
    assert f"--allow projects.changes={limit + 1}" in held.out
    assert place.call("sync", "--allow", f"changes={limit + 1}").code == 0

    place.table([{"id": bare, "tagline": "newer" if number < limit else ""} for number, bare in enumerate(ids)])
    assert place.call("sync").code == 0, "30 % itself passes"


def test_a_sheet_that_shrank_holds_the_whole_job_and_sets_no_baseline(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    ids = all_projects(api)[:10]
    place.table([{"id": bare, "tagline": ""} for bare in ids])
    assert place.call("sync").code == 0
    place.table([{"id": bare, "tagline": "new"} for bare in ids[:7]])
    for _ in range(2):
        held = place.call("sync", "--allow", "changes=99")
        assert (held.code, held.counts) == (5, {"held": 7})
    assert "--allow projects.shrink=3" in held.out
    assert api.requests("PATCH") == []
    assert place.call("sync", "--allow", "changes=99", "--key", ids[0]).counts == {"changed": 1}
    assert place.call("sync", "--allow", "changes=99", "--allow", "shrink=3").code == 0


def test_a_run_that_stopped_early_sets_no_baseline(place: Place, api: Traffic) -> None:
    job = "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'"
    ids = all_projects(api)[:8]
    place.configure(api.url, job)
    place.table([{"id": bare, "tagline": "new"} for bare in ids[:4]])
    assert place.call("sync").code == 0
    place.configure(api.url, job, limits="tier = 'custom'\nwrites_per_day = 6")
    place.table([{"id": bare, "tagline": "newer"} for bare in ids])
    stopped = place.call("sync")
    assert (stopped.code, stopped.results["jobs"][0]["exit_code"]) == (8, 8)
    place.table([{"id": bare, "tagline": "newer"} for bare in ids[:4]])
    assert place.call("sync", "-n").code == 0, "as many rows as in the last run that ended well"


def test_nobody_is_asked_where_nobody_sits(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": "new"}])
    ran = place.run("sync")
    assert (ran.code, ran.counts) == (0, {"changed": 1})
