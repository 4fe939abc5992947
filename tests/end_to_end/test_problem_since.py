"""Since when a row has its problem, `fail_on = "new"`, and who is served first after a day that was too short."""

import pytest

from tests.end_to_end.place import Place, Ran
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"
NOBODY = "00000000-0000-4000-8000-000000000000"
JOB = '[run]\nfail_on = "{}"\n[jobs.projects]\nsource = "projects.csv"'
WRONG = {"id": ACME, "primaryLanguage": "loudest!"}


def since(ran: Ran) -> dict[str, object]:
    return {row["key"]: row["problem_since"] for row in ran.results["rows"]}


@pytest.fixture
def known(place: Place, api: Traffic) -> Ran:
    """A run with two problems."""
    place.configure(api.url, JOB.format("new"))
    place.table([WRONG, {"id": NOBODY, "primaryLanguage": "fr"}, {"id": HALDEN, "primaryLanguage": "fr"}])
    ran = place.call("sync")
    assert (ran.code, ran.outcomes) == (3, {2: "invalid", 3: "not_found", 4: "changed"})
    started = ran.results["run"]["started_at"]
    assert since(ran) == {ACME: started, NOBODY: started, HALDEN: None}
    return ran


def test_what_the_last_run_had_already_does_not_fail_the_next_and_keeps_its_date(known: Ran, place: Place) -> None:
    for words in (["sync"], ["sync", "-n"], ["sync"]):
        ran = place.call(*words)
        assert (ran.code, since(ran)) == (0, since(known))
        assert ran.counts == {"invalid": 1, "not_found": 1, "unchanged": 1}, "it is told all the same"


def test_an_undo_takes_nothing_from_what_is_known_of_the_rows(known: Ran, place: Place, api: Traffic) -> None:
    api.edit("projects", HALDEN, primaryLanguage="sv")
    undone = place.call("undo", known.folder.name)
    assert (undone.code, undone.outcomes) == (3, {4: "conflict"})
    assert since(place.call("sync", "-n")) == since(known)


def test_rows_that_move_have_the_same_problem(known: Ran, place: Place) -> None:
    place.table([{"id": YOGA, "primaryLanguage": "fr"}, {"id": NOBODY, "primaryLanguage": "fr"}, WRONG])
    ran = place.call("sync", "--allow", "changes=9")
    assert ran.code == 0
    assert since(ran) == {YOGA: None, NOBODY: since(known)[NOBODY], ACME: since(known)[ACME]}


@pytest.mark.parametrize(
    "row",
    [
        {"id": ACME, "primaryLanguage": "louder!"},
        {"id": YOGA, "primaryLanguage": "loudest!"},
        {"id": ACME, "primaryLanguage": "loudest!", "timezone": "Mars/Base"},
    ],
    ids=["another-value", "another-row", "another-cell-too"],
)
def test_another_problem_is_new(known: Ran, place: Place, row: dict[str, str]) -> None:
    place.table([row, {"id": NOBODY, "primaryLanguage": "fr"}, {"id": HALDEN, "primaryLanguage": "fr"}])
    ran = place.call("sync")
    assert ran.code == 3
    assert since(ran)[row["id"]] == ran.results["run"]["started_at"]
    assert since(ran)[NOBODY] == since(known)[NOBODY]


def test_a_problem_that_was_away_is_new_when_it_comes_back(known: Ran, place: Place) -> None:
    rest = [{"id": NOBODY, "primaryLanguage": "fr"}, {"id": HALDEN, "primaryLanguage": "fr"}]
    place.table([{"id": ACME, "primaryLanguage": "fr"}, *rest])
    assert place.call("sync", "--allow", "changes=9").code == 0
    place.table([WRONG, *rest])
    assert place.call("sync").code == 3


def test_a_run_of_some_rows_forgets_nothing_of_the_others(known: Ran, place: Place) -> None:
    assert place.call("sync", "--key", HALDEN).code == 0
    assert since(place.call("sync")) == since(known)


REFUSES = {"method": "PATCH", "do": {"status": 422, "code": "VALIDATION"}}


def test_what_the_api_refuses_again_is_the_same_problem_as_before(place: Place, api: Traffic) -> None:
    place.configure(api.url, JOB.format("new"))
    place.table([{"id": YOGA, "tagline": "no"}])
    api.faults(REFUSES)
    first = place.call("sync")
    assert (first.code, first.outcomes) == (3, {2: "refused"})
    again = place.call("sync", "--retry-quarantined")
    assert (again.code, len(api.requests("PATCH")), since(again)) == (0, 2, since(first))
    assert (place.call("sync").code, since(place.call("sync"))) == (0, since(first)), "quarantined"
    api.edit("projects", YOGA, ownerEmail="somebody@else.example")
    edited = place.call("sync")
    assert (edited.code, len(api.requests("PATCH")), since(edited)) == (0, 3, since(first))


def test_any_problem_fails_where_nothing_else_is_configured(known: Ran, place: Place, api: Traffic) -> None:
    place.configure(api.url, JOB.format("any"))
    assert place.call("sync").code == 3


def test_rows_that_wait_longest_are_served_first(place: Place, api: Traffic) -> None:
    job = '[guards]\nmax_changes = 99\n[jobs.projects]\nsource = "projects.csv"'
    place.configure(api.url, job, limits='tier = "custom"\nwrites_per_day = 1')
    rows = [{"id": one, "tagline": "new"} for one in (ACME, HALDEN, YOGA)]
    place.table(rows)
    ran = place.call("sync")
    assert (ran.code, ran.outcomes) == (8, {2: "changed", 3: "not_attempted", 4: "not_attempted"})
    assert since(ran)[YOGA] == ran.results["run"]["started_at"]
    place.configure(api.url, job)
    place.table([{"id": ACME, "tagline": "newer"}, *rows[1:]])
    assert [change["key"] for change in place.call("plan").plan["jobs"][0]["changes"]] == [HALDEN, YOGA, ACME]
