"""What the API refused is not sent every night: until the cell, the record or the tool changes, or a person asks."""

import pytest

from tests.end_to_end.place import Place, Ran
from tests.end_to_end.traffic import Traffic

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
REFUSED = {"method": "PATCH", "path": f"/v1/projects/{ACME}", "do": {"status": 422, "code": "VALIDATION"}}


@pytest.fixture
def refused(place: Place, api: Traffic) -> Ran:
    """A run of which one row was refused and the other done."""
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": "new"}, {"id": HALDEN, "tagline": "new"}])
    api.faults(REFUSED)
    ran = place.call("sync")
    assert (ran.code, ran.outcomes) == (3, {2: "refused", 3: "changed"})
    assert sent(api) == [ACME, HALDEN]
    api.faults()
    api.forget()
    return ran


def sent(api: Traffic) -> list[str]:
    return sorted((path.rpartition("/")[2] for path in api.paths("PATCH")), reverse=True)


def first_row(ran: Ran) -> dict[str, object]:
    found: dict[str, object] = ran.results["rows"][0]
    return found


def test_the_same_change_is_not_sent_again_and_is_told_with_its_age(refused: Ran, place: Place, api: Traffic) -> None:
    for words in (["sync"], ["sync", "-n"], ["sync"]):
        ran = place.call(*words)
        assert (ran.code, ran.outcomes, sent(api)) == (3, {2: "refused", 3: "unchanged"}, [])
        row = first_row(ran)
        assert str(row["message"]).startswith("quarantined since 20")
        assert row["what_to_do"] == "correct the row, or send it all the same: --retry-quarantined"
        assert row["problem_since"] == first_row(refused)["problem_since"]
        assert (row["error_code"], row["cell"]) == ("VALIDATION", "B2")
        assert "quarantined since" in ran.out


def test_a_corrected_cell_is_sent(refused: Ran, place: Place, api: Traffic) -> None:
    place.table([{"id": ACME, "tagline": "newer"}, {"id": HALDEN, "tagline": "new"}])
    assert place.call("sync").outcomes == {2: "changed", 3: "unchanged"}
    assert sent(api) == [ACME]


@pytest.mark.parametrize("field", ["tagline", "ownerEmail"])
def test_a_record_that_was_changed_elsewhere_is_tried_again(
    refused: Ran, place: Place, api: Traffic, field: str
) -> None:
    api.edit("projects", ACME, **{field: "somebody@else.example"})
    assert place.call("sync").outcomes == {2: "changed", 3: "unchanged"}


def test_another_version_of_the_tool_tries_again(
    refused: Ran, place: Place, api: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layersync.run._VERSION", "999.0")
    assert place.call("sync").outcomes == {2: "changed", 3: "unchanged"}


def test_a_person_can_ask_for_it_and_a_second_refusal_keeps_the_first_date(
    refused: Ran, place: Place, api: Traffic
) -> None:
    assert place.call("sync", "-n", "--retry-quarantined").outcomes == {2: "would_change", 3: "unchanged"}
    api.faults(REFUSED)
    again = place.call("sync", "--retry-quarantined")
    assert (again.outcomes, sent(api)) == ({2: "refused", 3: "unchanged"}, [ACME])
    api.faults()
    assert first_row(place.call("sync"))["problem_since"] == first_row(refused)["problem_since"]
    assert place.call("sync", "--retry-quarantined").outcomes == {2: "changed", 3: "unchanged"}
    assert place.remembered()["refusals"] == []


def test_what_a_run_did_not_look_at_stays_in_quarantine(refused: Ran, place: Place, api: Traffic) -> None:
    assert place.call("sync", "--key", HALDEN).counts == {"unchanged": 1}
    assert place.call("sync").outcomes == {2: "refused", 3: "unchanged"}
    assert sent(api) == []


def test_what_has_left_the_sheet_is_forgotten(refused: Ran, place: Place, api: Traffic) -> None:
    place.table([{"id": HALDEN, "tagline": "new"}])
    place.call("sync", "--allow", "shrink=9")
    assert place.remembered()["refusals"] == []


def test_where_nearly_everything_is_refused_nothing_is_quarantined(place: Place, api: Traffic) -> None:
    place.configure(api.url, "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'")
    place.table([{"id": bare, "tagline": "new"} for bare in api.records("projects")])
    api.faults({"method": "PATCH", "after": 0, "do": {"status": 422, "code": "VALIDATION"}})
    stopped = place.call("sync")
    assert stopped.code == 6
    assert stopped.counts["refused"] >= 20
    assert place.remembered()["refusals"] == []


def test_a_preview_puts_nothing_into_quarantine_and_takes_nothing_out(refused: Ran, place: Place, api: Traffic) -> None:
    before = place.remembered()["refusals"]
    place.table([{"id": HALDEN, "tagline": "new"}])
    place.call("sync", "-n")
    assert place.remembered()["refusals"] == before != []
