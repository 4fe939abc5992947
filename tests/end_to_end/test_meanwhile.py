"""Somebody edits a record elsewhere while a run is on its way to it (contract, section 7)."""

import pytest

from tests.end_to_end.place import Place
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"
REFUSED_FOR_THE_RATE = {"method": "PATCH", "nth": 1, "do": {"status": 429, "headers": {"Retry-After": "2"}}}
NOT_ANSWERED = {"method": "PATCH", "nth": 1, "do": {"status": 503, "headers": {"Retry-After": "2"}}}


@pytest.fixture
def metadata(place: Place, api: Traffic) -> Place:
    place.configure(api.url)
    place.table([{"id": YOGA, "metadata.crm_id": "new"}])
    return place


def test_a_key_added_while_the_class_was_closed_survives(metadata: Place, api: Traffic) -> None:
    before = api.project(YOGA)["metadata"]
    api.faults(REFUSED_FOR_THE_RATE)
    with api.edited_at_fault(YOGA, metadata={**before, "added": "meanwhile"}):
        ran = metadata.call("sync")
    assert (ran.code, ran.counts) == (0, {"changed": 1})
    assert api.project(YOGA)["metadata"] == {**before, "crm_id": "new", "added": "meanwhile"}
    assert metadata.remembered()["open_changes"] == []


def test_a_value_set_while_the_class_was_closed_is_a_conflict_and_stays(metadata: Place, api: Traffic) -> None:
    before = api.project(YOGA)["metadata"]
    api.faults(REFUSED_FOR_THE_RATE)
    with api.edited_at_fault(YOGA, metadata={**before, "crm_id": "theirs"}):
        ran = metadata.call("sync")
    assert (ran.code, ran.counts) == (3, {"conflict": 1})
    assert api.project(YOGA)["metadata"]["crm_id"] == "theirs"
    assert "theirs" in ran.results["rows"][0]["message"]
    assert metadata.remembered()["open_changes"] == []


def test_a_change_whose_answer_is_open_is_sent_again_with_the_same_key_and_bytes(metadata: Place, api: Traffic) -> None:
    api.faults(NOT_ANSWERED)
    ran = metadata.call("sync")
    assert ran.counts == {"changed": 1}
    first, second = api.requests("PATCH")
    assert (first["idempotency_key"], first["body"]) == (second["idempotency_key"], second["body"])


def test_an_edit_of_another_field_between_reading_and_sending_does_no_harm(metadata: Place, api: Traffic) -> None:
    api.faults({"method": "GET", "path": "/v1/projects/*", "nth": 2, "do": {"delay": 1}})
    with api.edited_at_fault(YOGA, tagline="theirs"):
        ran = metadata.call("sync")
    assert (ran.code, ran.counts) == (0, {"changed": 1})
    assert api.project(YOGA)["tagline"] == "theirs"
