"""`undo` end to end: what a run changed is put back, once, and nobody's later edit is lost (contract, section 7)."""

import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.end_to_end.place import LEISURELY, Place
from tests.end_to_end.test_guards import ACME, HALDEN, PITCH, YOGA, all_projects
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

WIDE = "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'"
BOTH = f"{WIDE}\n[jobs.influencers]\nsource = 'influencers.csv'\nguards = {{ clears = 99 }}"


def managed(api: Traffic) -> dict[str, Mapping[str, Any]]:
    """Every record without what the server itself keeps of it."""
    return {
        bare: {name: value for name, value in record.items() if name != "updatedAt"}
        for resource in ("projects", "influencers")
        for bare, record in api.records(resource).items()
    }


@pytest.fixture
def synced(place: Place, api: Traffic) -> Place:
    """One run has changed the taglines of three projects."""
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": "one"}, {"id": HALDEN, "tagline": "two"}, {"id": YOGA, "tagline": "three"}])
    assert place.call("sync").counts == {"changed": 3}
    api.forget()
    return place


def newest(place: Place) -> str:
    return (place.folder / "reports" / "latest").resolve().name


def test_sync_and_undo_leave_the_live_state_as_it_was(place: Place, api: Traffic) -> None:
    api.edit("projects", ACME, metadata={"crm": "1", "deep": {"a": [1, None], "b": None}, "n": None})
    api.edit("projects", HALDEN, customerExternalId="chain-1", appName=None)
    api.edit("projects", YOGA, customerExternalId="chain-2", metadata={})
    person = sorted(api.records("influencers"))[0]
    before = managed(api)
    place.configure(api.url, BOTH)
    place.table(
        [
            {"id": ACME, "name": "Another", "timezone": "Asia/Tokyo", "metadata.crm": "2", "metadata.deep.b": "x"},
            {"id": HALDEN, "customerExternalId": "chain-2", "appName": "Halden!", "metadata.new.deep": "y"},
            {"id": YOGA, "customerExternalId": "chain-3", "metadata.a": "z", "metadata.b.c": "z"},
        ]
    )
    wide = {"vibe": "<clear>", "personality.humor": "dry", "personality.extra": "more"}
    cells = {"name": "Somebody Else"} if api.generation == "b" else wide
    place.table([{"influencerId": person, **cells}], "influencers.csv")
    ran = place.call("sync")
    assert (ran.code, ran.counts) == (0, {"changed": 4})
    assert managed(api) != before

    undone = place.call("undo", "latest", "--allow", "clears=9")
    assert (undone.code, undone.counts) == (0, {"changed": 4})
    assert managed(api) == before
    assert undone.results["run"]["command"] == "undo"
    assert {row["source"] for row in undone.results["rows"]} == {f"run {ran.folder.name}"}


def test_a_preview_shows_what_would_be_put_back_and_sends_nothing(synced: Place, api: Traffic) -> None:
    run = newest(synced)
    preview = synced.call("undo", run, "-n", "--detailed-exitcode")
    assert (preview.code, preview.counts) == (2, {"would_change": 3})
    assert set(api.methods()) == {"GET"}
    assert "- one" in preview.out
    assert f"layersync apply {preview.folder.name}" in preview.out
    assert "guard" not in preview.out, "how many records it changes is no surprise"


def test_what_was_undone_is_held_until_the_cell_changes_or_it_is_allowed(synced: Place, api: Traffic) -> None:
    before = {bare: api.project(bare)["tagline"] for bare in (ACME, HALDEN, YOGA)}
    assert before == {ACME: "one", HALDEN: "two", YOGA: "three"}
    assert synced.call("undo", newest(synced)).code == 0
    old = api.project(ACME)["tagline"]
    api.forget()

    preview = synced.call("sync", "-n")
    assert (preview.code, preview.counts) == (5, {"would_change": 3})
    for _ in range(2):
        held = synced.call("sync")
        assert (held.code, held.counts) == (5, {"held": 3})
        assert "--allow projects.undone=3" in held.out
        assert held.results["rows"][0]["drift"] == [], "nobody moved but us"
    assert api.requests("PATCH") == []

    # one cell gets another value, one the old one, one stays
    synced.table([{"id": ACME, "tagline": old}, {"id": HALDEN, "tagline": "new"}, {"id": YOGA, "tagline": "three"}])
    changed = synced.call("sync")
    assert (changed.code, changed.outcomes) == (5, {2: "unchanged", 3: "changed", 4: "held"})
    synced.table([{"id": ACME, "tagline": "one"}, {"id": HALDEN, "tagline": "two"}, {"id": YOGA, "tagline": "three"}])
    again = synced.call("sync")
    assert (again.code, again.outcomes) == (5, {2: "changed", 3: "changed", 4: "held"})

    assert synced.call("sync", "--allow", "undone=0").code == 5
    allowed = synced.call("sync", "--allow", "undone=1")
    assert (allowed.code, allowed.outcomes) == (0, {2: "unchanged", 3: "unchanged", 4: "changed"})
    api.edit("projects", YOGA, tagline="theirs")
    assert synced.call("sync").counts == {"unchanged": 2, "changed": 1}, "once brought back, it is no longer undone"


def test_a_held_run_can_be_approved_as_it_was_shown(synced: Place, api: Traffic) -> None:
    synced.call("undo", newest(synced))
    held = synced.call("sync")
    assert held.code == 5
    assert synced.call("apply", held.folder.name).counts == {"changed": 3}
    assert synced.call("sync").counts == {"unchanged": 3}


def test_undoing_an_undo_leads_back_and_the_sheet_is_in_step(synced: Place, api: Traffic) -> None:
    after = managed(api)
    synced.call("undo", newest(synced))
    assert managed(api) != after
    again = synced.call("undo", newest(synced))
    assert (again.code, again.counts) == (0, {"changed": 3})
    assert managed(api) == after
    assert synced.call("sync").counts == {"unchanged": 3}


def test_undoing_twice_finds_nothing_left_to_do(synced: Place, api: Traffic) -> None:
    run = newest(synced)
    synced.call("undo", run)
    api.forget()
    again = synced.call("undo", run)
    assert (again.code, again.counts) == (0, {"unchanged": 3})
    assert api.requests("PATCH") == []


def test_a_run_that_never_came_to_the_api_has_nothing_to_undo(synced: Place, api: Traffic) -> None:
    api.faults({"do": {"status": 401}})
    assert synced.call("sync").code == 6
    api.faults()
    undone = synced.call("undo", "latest")
    assert (undone.code, undone.results["rows"]) == (0, [])


def test_a_record_that_was_changed_since_is_left_alone_with_all_three_values(synced: Place, api: Traffic) -> None:
    api.edit("projects", HALDEN, tagline="since")
    undone = synced.call("undo", newest(synced))
    assert (undone.code, undone.outcomes) == (3, {2: "changed", 3: "conflict", 4: "changed"})
    told = undone.lines[1]["message"]
    assert "the run made it two, is now since" in told
    assert api.project(HALDEN)["tagline"] == "since"


def test_what_cannot_be_undone_is_marked_in_the_preview(place: Place, api: Traffic) -> None:
    place.configure(api.url, "[guards]\narchive = 9\n[jobs.projects]\nsource = 'projects.csv'")
    api.edit("projects", HALDEN, tagline=None)
    place.table(
        [
            {"id": ACME, "appDescription": PITCH},
            {"id": HALDEN, "tagline": "first ever"},
            {"id": YOGA, "status": "archived"},
        ]
    )
    assert place.call("sync").counts == {"changed": 3}
    preview = place.call("undo", "latest", "-n")
    told = " ".join(preview.out.split())
    assert "the hashtag bank that was replaced does not come back" in told
    assert told.count("restarts keyword research") == 1
    assert "posts that were cancelled do not come back" in told
    assert "tagline had no value before, and the API does not take null there" in told
    assert (preview.code, preview.outcomes) == (3, {2: "would_change", 3: "held", 4: "would_change"})


def test_an_undo_is_guarded_like_any_plan(place: Place, api: Traffic) -> None:
    place.configure(api.url, "[guards]\nclears = 0\nmax_changes = 1\n[jobs.projects]\nsource = 'projects.csv'")
    for bare in (ACME, HALDEN):
        api.edit("projects", bare, appName=None)
    place.table([{"id": ACME, "appName": "First"}, {"id": HALDEN, "appName": "Second"}])
    run = place.call("sync", "--allow", "changes=2").folder.name
    held = place.call("undo", run)
    assert (held.code, held.counts) == (5, {"held": 2})
    assert "--allow projects.clears=2" in held.out
    approved = place.call("apply", held.folder.name)
    assert (approved.code, approved.counts) == (0, {"changed": 2})
    assert place.call("sync", "--allow", "changes=2").counts == {"held": 2}, "an applied undo is remembered, too"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["20200101T000000Z-0000"], 64, "there is no run"),
        (["nonsense"], 64, "there is no run"),
        (["latest", "--base-url", "https://127.0.0.1:9"], 64, "no run against https://127.0.0.1:9"),
        ([], 64, ""),
    ],
)
def test_a_run_that_is_not_known_or_was_elsewhere_is_refused_before_anything_is_asked(
    synced: Place, api: Traffic, words: list[str], code: int, told: str
) -> None:
    ran = synced.call("undo", *words)
    assert (ran.code, ran.out if words else "") == (code, "")
    assert told in ran.err
    assert api.requests() == []


def test_a_run_against_another_address_is_refused(synced: Place, api: Traffic) -> None:
    ran = synced.call("undo", newest(synced), "--base-url", "https://127.0.0.1:9")
    assert (ran.code, "was against" in ran.err, api.requests()) == (9, True, [])


def test_the_latest_run_is_the_newest_that_was_no_preview(synced: Place, api: Traffic) -> None:
    run = newest(synced)
    synced.call("undo", "latest", "-n")
    assert {row["source"] for row in synced.call("undo", "latest").results["rows"]} == {f"run {run}"}


def test_a_preview_and_a_job_that_is_not_configured_cannot_be_undone(synced: Place, api: Traffic) -> None:
    run = newest(synced)
    preview = synced.call("sync", "-n").folder.name
    assert synced.call("undo", preview).code == 64
    synced.configure(api.url, "[jobs.other]\nresource = 'projects'\nsource = 'projects.csv'")
    ran = synced.call("undo", run)
    assert (ran.code, "known: other" in ran.err) == (9, True)


@pytest.mark.only_on("seed", "b")  # the older pages know no child organisations
def test_a_run_of_another_organisation_is_refused(synced: Place, api: Traffic) -> None:
    other = replace(synced, environ={**synced.environ, "LAYERS_API_KEY": "lp_test_another_organisation"})
    own = api.project(ACME)["organizationId"]
    child = next(one["organizationId"] for one in api.records("projects").values() if one["organizationId"] != own)
    other.configure(api.url, api=f'organization = "{child}"')
    ran = other.call("undo", "latest")
    assert ran.code == ran.results["run"]["exit_code"] == 9
    assert f"was for the organisation {own}" in ran.out
    assert api.requests("PATCH") == []


def with_tagline(api: Traffic) -> list[str]:
    """Projects whose tagline can be put back: the API takes no null there."""
    return [bare for bare in sorted(all_projects(api)) if api.project(bare)["tagline"]][:16]


def a_killed_run(place: Place, api: Traffic, *words: str) -> None:
    """The third PATCH and all after it are worked on, and answered too late for the one who asked."""
    api.faults({"method": "PATCH", "after": 2, "do": {"delay": 30}})
    with place.started(*words) as process:
        api.wait_for_fault(process)
        process.kill()
        assert place.ended(process).code == -signal.SIGKILL
    api.faults()


def run_ids(place: Place) -> list[str]:
    return [str(row[0]) for row in place.remembered()["runs"]]


def test_a_run_that_died_half_way_is_undone_exactly_as_far_as_it_came(place: Place, api: Traffic) -> None:
    before = managed(api)
    ids = with_tagline(api)
    place.configure(api.url, WIDE, limits=LEISURELY)
    place.table([{"id": bare, "tagline": f"new {number}"} for number, bare in enumerate(ids)])
    a_killed_run(place, api, "sync")
    sent = len({request["path"] for request in api.requests("PATCH")})
    assert 2 < sent < len(ids)
    (dead,) = run_ids(place)
    assert place.call("undo", dead, "-n").counts["would_change"] >= sent
    undone = place.call("undo", dead)
    done = undone.counts["changed"]
    assert (undone.code, done >= sent) == (0, True), "what was on its way may have come in since"
    assert set(undone.counts) <= {"changed", "unchanged"}, "what never arrived is as it was"
    assert undone.results["run"]["resumed_from"] == dead
    assert managed(api) == before
    held = place.call("sync")
    assert (held.code, held.counts) == (5, {"held": done, "changed": len(ids) - done})


def test_an_undo_that_died_is_remembered_as_far_as_it_came_and_can_be_carried_on(place: Place, api: Traffic) -> None:
    ids = with_tagline(api)
    place.configure(api.url, WIDE, limits=LEISURELY)
    before = managed(api)
    place.table([{"id": bare, "tagline": f"new {number}"} for number, bare in enumerate(ids)])
    run = place.call("sync").folder.name
    api.forget()
    a_killed_run(place, api, "undo", run)
    sent = len({request["path"] for request in api.requests("PATCH")})
    night = place.call("sync").counts
    done = night["held"]
    assert (night, done >= sent) == ({"held": done, "unchanged": len(ids) - done}, True)
    rest = place.call("undo", run)
    assert (rest.code, rest.counts) == (0, {"changed": len(ids) - done, "unchanged": done})
    assert managed(api) == before
    assert place.call("sync").counts == {"held": len(ids)}


def test_it_is_said_which_run_is_undone_and_when_there_is_nothing_in_it(synced: Place) -> None:
    wrote = newest(synced)
    assert f"projects: undoing run {wrote}\n" in synced.call("undo", "latest", "-n").err
    assert synced.call("sync").counts == {"unchanged": 3}
    assert f"projects: there is nothing to undo in run {newest(synced)}\n" in synced.call("undo", "latest").err
