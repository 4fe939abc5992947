"""The columns of an exported sheet: what is there, in which order, under which header."""

import pytest

from tests.export.sheets import cells, draft_for, headers
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, influencer, project

FLAT = {"crm_id": "C-1", "seats": 46}


def metadata_headers(*values: object, **more: object) -> list[str]:
    records = [project(number, metadata=value) for number, value in enumerate(values)]
    return [one for one in headers(draft_for(PROJECTS, records, **more)) if one.startswith("metadata")]


def test_the_key_comes_first_then_ids_then_the_fields_in_the_order_of_the_form() -> None:
    record = influencer(1, projectId=an_id(2))
    names = headers(draft_for(INFLUENCERS, [record]))
    assert names[:4] == ["influencerId", "projectId", "name", "gender"]
    assert names[-3:] == ["personality.catchphrases", "brandVoice", "language"]


def test_with_another_key_the_id_stands_beside_it_and_the_key_is_no_field_besides() -> None:
    names = headers(draft_for(PROJECTS, [project(1, customerExternalId="a")], key="customerExternalId"))
    assert names[:3] == ["customerExternalId", "id", "name"]
    assert names.count("customerExternalId") == 1


def test_a_field_that_no_record_shows_has_no_column_and_one_that_some_show_has_one() -> None:
    shown = {"id": an_id(1), "name": "One", "tagline": "here"}
    assert headers(draft_for(PROJECTS, [{"id": an_id(0), "name": "Two"}, shown])) == ["id", "name", "tagline"]


def test_without_records_there_are_headers_for_every_field() -> None:
    assert headers(draft_for(PROJECTS, []))[:3] == ["id", "name", "status"]


WHOLE = [
    ("an array", {"tags": ["b2c"]}),
    ("a dot in a key", {"a.b": 1}),
    ("a blank in front of a key", {" a": 1}),
    ("a key in another Unicode form", {"cafe\u0301": 1}),
    ("an empty key", {"": 1}),
    ("a line break in a value", {"note": "two\nlines"}),
    ("an error value as text", {"note": "#N/A"}),
    ("spaces only", {"note": " ", "more": "\u200b"}),
    ("a path that is a value elsewhere", {"crm_id": {"of": "us"}}),
    ("nothing", None),
    ("too many keys", {f"k{number}": number for number in range(41)}),
]


@pytest.mark.parametrize("value", [one[1] for one in WHOLE], ids=[one[0] for one in WHOLE])
def test_metadata_that_columns_cannot_state_exactly_stands_as_json(value: object) -> None:
    others = () if value is None else (FLAT,)
    assert metadata_headers(value, *others) == ["metadata"]


def test_plain_metadata_has_a_column_per_path_in_any_record() -> None:
    found = metadata_headers(FLAT, None, {}, {"crm_id": "C-2", "budget": {"monthly": 12, "free": None}})
    assert found == ["metadata.crm_id", "metadata.seats", "metadata.budget.monthly"]


def test_personality_has_its_declared_keys_and_any_other_that_is_seen() -> None:
    names = headers(draft_for(INFLUENCERS, [influencer(1, personality={"motto": "go"}), influencer(2)]))
    assert [one for one in names if one.startswith("personality")][-2:] == [
        "personality.catchphrases",
        "personality.motto",
    ]


def test_a_personality_key_that_a_header_would_take_for_a_slip_makes_it_json() -> None:
    names = headers(draft_for(INFLUENCERS, [influencer(1, personality={"tones": "go"})]))
    assert [one for one in names if one.startswith("personality")] == ["personality"]


def test_an_object_that_neither_form_can_state_keeps_its_columns_and_loses_the_cell() -> None:
    draft = draft_for(INFLUENCERS, [influencer(1, personality={"traits": "not a list", "tone": "dry"})])
    assert cells(draft, "personality.tone") == ["dry"]
    assert [(one.path, one.why) for one in draft.left_out] == [
        ("personality.traits", "it would be read back as something else")
    ]


def test_headers_are_those_that_the_job_maps_and_their_columns_are_there_though_no_record_holds_them() -> None:
    columns = {"Time zone": "timezone", "Kunde": "ID", "CRM": "metadata.crm_id"}
    names = headers(draft_for(PROJECTS, [project(1, metadata={"seats": 3})], columns=columns))
    assert {"Kunde", "Time zone", "CRM", "metadata.seats"} <= set(names)
    assert not {"id", "timezone", "metadata.crm_id"} & set(names)


def test_a_field_that_the_job_ignores_has_no_column() -> None:
    assert "tagline" not in headers(draft_for(PROJECTS, [project(1, tagline="x")], ignore_columns=("Tagline",)))


def test_what_the_job_expects_has_its_column_even_beside_a_json_column() -> None:
    records = [project(1, metadata={"crm_id": "C-1", "tags": []})]
    draft = draft_for(PROJECTS, records, expect=("metadata.crm_id",))
    assert cells(draft, "metadata.crm_id") == ["C-1"]
    assert cells(draft, "metadata") == ['{"crm_id": "C-1", "tags": []}']


def test_a_field_whose_name_is_the_jobs_header_for_another_has_no_column() -> None:
    draft = draft_for(PROJECTS, [project(1, tagline="x", appName="App")], columns={"appName": "tagline"})
    assert headers(draft).count("appName") == 1
    assert cells(draft, "appName") == ["x"]
    assert draft.left_out == ()
