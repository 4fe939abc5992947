"""A second run after a good one plans nothing and sends nothing, whatever the cells hold (must show 3)."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Literal

import pytest

from tests.end_to_end.place import Place
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"
MUELLER = "6b2e97d4-8c15-4f0a-b3d6-e47a1c90f852"
NORI = "c83f5a17-0e94-4d62-8b7f-29d4e6a1b305"
CAFE = "e1d70b46-3a2c-4985-9c0e-57f8b1a2d463"
LEDGER = "3c9a4e60-b7f1-4258-a6d3-8e0b15c7f294"
KAFFA = "84a0d3c9-2f6e-4b71-95e8-c7b41f0a6d23"
COPPER = "7f35c2ad-8b60-4197-b4e1-2c6d9f08a7e5"

AVA = "01HXZ9K4T7QW3M8N5B2V6C0DRE"
JOAO = "01HXZ9P8Y2RD6F4J1H7S3K5ATB"
MEI = "01HXZ9R3M5CV8X0Z4Q6W1N7PGH"
BOB = "01HXZAC2X8Y4D6K1M9R5T3QHVJ"
NOOR = "01HXZA5G7S2K0P4W8E6J1Y9FVN"
OMA = "01HXZAG8R6W2E4T0Y3N5K7D9MB"

JOBS = """
[guards]
max_changes = 50
[jobs.projects]
source = "projects.csv"
[jobs.whole_projects]
resource = "projects"
source = "whole_projects.csv"
[jobs.influencers]
source = "influencers.csv"
[jobs.whole_influencers]
resource = "influencers"
source = "whole_influencers.csv"
"""


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


PROJECTS = [
    {"id": ACME, "metadata.crm.region.code": "00123", "tagline": '1,5 Liter; sofort "frisch"'},
    {"id": f"prj_{HALDEN.upper()}", "metadata.vip": "TRUE", "metadata.tags": "<clear>"},
    {"id": YOGA, "metadata.budget.monthly": "15000.0", "metadata.budget.currency": "<clear>"},
    {"id": MUELLER, "name": decomposed("Müller & Söhne Brötchen"), "metadata.größe": decomposed("Übergröße")},
    {"id": NORI, "tagline": "Rolled. 👩‍🍳🍣", "metadata.rating": "4.75"},
    {"id": CAFE, "name": decomposed("Café Lumière"), "tagline": "\\<clear>"},
    {"id": COPPER, "appName": "<clear>", "metadata.age_gate": "not a number"},
]
PROJECTS_AFTER: Mapping[str, Mapping[str, object]] = {
    ACME: {"tagline": '1,5 Liter; sofort "frisch"', "metadata": {"crm": {"region": {"code": "00123"}}}},
    HALDEN: {"metadata": {"crm_id": "C-1001", "vip": True}},
    YOGA: {"metadata": {"crm_id": "C-1042", "budget": {"monthly": 15000}, "tags": ["b2c", "eu"], "vip": True}},
    MUELLER: {
        "name": "Müller & Söhne Brötchen",
        "metadata": {
            "crm_id": "C-1007",
            "stores": [{"city": "Leipzig", "opened": 2011}, {"city": "Köln", "opened": 2019}],
            "partner": {"customerExternalId": "mueller-brot", "since": "2025-09-01"},
            "größe": "Übergröße",
        },
    },
    NORI: {
        "tagline": "Rolled. 👩‍🍳🍣",
        "metadata": {"crm_id": "C-1013", "cities": ["Tokyo", "Osaka", "福岡"], "rating": 4.75},
    },
    CAFE: {"tagline": "<clear>"},
    COPPER: {"appName": None, "metadata": {"crm_id": "C-1055", "age_gate": "not a number"}},
}

LEDGER_AS_IT_IS = {
    "contract": {"owner": {"region": "NA", "name": "R. Okafor"}, "renewal": "2027-04-01", "signed": True},
    "arr": 84000.5,
    "crm_id": "C-1023",
}
KAFFA_NEW = {"lots": [{"kg": 45.5, "no": 2}], "crm_id": "C-1037", "ö": decomposed("ö"), "none": None}
WHOLE_PROJECTS = [
    {"id": LEDGER, "metadata": json.dumps(LEDGER_AS_IT_IS, indent=2), "tagline": ""},
    {"id": KAFFA, "metadata": json.dumps(KAFFA_NEW, ensure_ascii=False), "tagline": ""},
    {"id": "6e0f9b3d-a8c2-4d71-9e56-f4b7201c8da3", "metadata": '{"schools": 213}', "tagline": ""},
]
WHOLE_PROJECTS_AFTER: Mapping[str, Mapping[str, object]] = {
    KAFFA: {"metadata": {"lots": [{"kg": 45.5, "no": 2}], "crm_id": "C-1037", "ö": "ö", "none": None}},
    # a partner key is never lost (API facts, 8.9)
    "6e0f9b3d-a8c2-4d71-9e56-f4b7201c8da3": {
        "metadata": {"schools": 213, "partner": {"customerExternalId": "zebra-kids", "tier": "gold"}}
    },
}

INFLUENCERS = [
    {"influencerId": f"inf_{AVA}", "personality.traits": "curious|warm", "personality.humor": decomposed("à la café")},
    {"influencerId": JOAO, "personality.traits": '["patient", "a|b, c"]', "personality.catchphrases": "<clear>"},
    {"influencerId": NOOR, "gender": "<clear>", "personality.tone": "calm"},
    {"influencerId": BOB, "name": "Bob “The Books” Lindqvist", "personality.tone": "<clear>", "hairColor": "<clear>"},
    {"influencerId": OMA, "voiceDescription": "Saxon vowels.\r\nNever in a hurry."},
]
INFLUENCERS_AFTER: Mapping[str, Mapping[str, object]] = {
    AVA: {"personality": {"traits": ["curious", "warm"], "humor": "à la café"}},
    JOAO: {
        "personality": {
            "traits": ["patient", "a|b, c"],
            "tone": "friendly",
            "humor": "puns",
            "formality": "informal",
            "values": ["family", "craft"],
            "interests": ["football", "radio"],
            "speakingStyle": "short questions",
        }
    },
    NOOR: {"gender": None, "personality": {"tone": "calm"}},
    BOB: {"hairColor": None, "personality": {"traits": ["blunt"], "values": ["thrift", "order"]}},
    OMA: {"voiceDescription": "Saxon vowels.\nNever in a hurry."},
}
WHOLE_INFLUENCERS = [
    {"influencerId": MEI, "personality": '{"interests": ["ceramics"], "tone": null, "traits": ["quick"], "new": 5}'},
    {"influencerId": "01HXZA9V6F0N8J2G5B3S7W1EYP", "personality": '{"humor": null}'},
]
WHOLE_INFLUENCERS_AFTER: Mapping[str, Mapping[str, object]] = {
    MEI: {"personality": {"traits": ["quick"], "interests": ["ceramics"], "new": 5}},
    "01HXZA9V6F0N8J2G5B3S7W1EYP": {
        "personality": {"traits": ["clever", "generous"], "catchphrases": ["Receipt? Sorted."]}
    },
}


# what the newer generation has of an influencer
NARROW = [
    {"influencerId": f"inf_{AVA}", "name": decomposed("Ava Chén"), "gender": "nonbinary"},
    {"influencerId": JOAO, "ageRange": "senior", "brandVoice": "witty", "language": "pt-BR"},
    {"influencerId": NOOR, "ageRange": "teen"},
    {"influencerId": BOB, "name": "Bob “The Books” Lindqvist", "ageRange": "<clear>"},
    {"influencerId": OMA, "gender": "non_binary"},
]
NARROW_AFTER: Mapping[str, Mapping[str, object]] = {
    AVA: {"name": "Ava Chén", "gender": "non_binary"},
    JOAO: {"ageRange": "senior", "brandVoice": "witty", "language": "pt-BR"},
    NOOR: {"ageRange": "teen"},
    BOB: {"name": "Bob “The Books” Lindqvist", "ageRange": None},
    OMA: {"gender": "non_binary"},
}
MORE_NARROW = [
    {"influencerId": MEI, "brandVoice": "educational"},
    {"influencerId": "01HXZA9V6F0N8J2G5B3S7W1EYP", "brandVoice": "educational"},
]
MORE_NARROW_AFTER: Mapping[str, Mapping[str, object]] = {
    MEI: {"brandVoice": "educational"},
    "01HXZA9V6F0N8J2G5B3S7W1EYP": {"brandVoice": "educational"},
}


@pytest.fixture
def filled(place: Place, api: Traffic) -> Place:
    narrow = api.generation == "b"
    place.configure(api.url, JOBS)
    place.table(PROJECTS)
    place.table(WHOLE_PROJECTS, "whole_projects.csv")
    place.table(NARROW if narrow else INFLUENCERS, "influencers.csv")
    place.table(MORE_NARROW if narrow else WHOLE_INFLUENCERS, "whole_influencers.csv")
    return place


@pytest.mark.every_generation
def test_a_second_run_plans_nothing_and_sends_no_patch(filled: Place, api: Traffic) -> None:
    before = {resource: api.records(resource) for resource in ("projects", "influencers")}
    first = filled.call("sync", "--detailed-exitcode")
    assert (first.code, first.counts) == (2, {"changed": 16, "unchanged": 1})
    assert len(api.requests("PATCH")) == 16
    assert_only_this_changed(before["projects"], api.records("projects"), {**PROJECTS_AFTER, **WHOLE_PROJECTS_AFTER})
    wide, narrow = {**INFLUENCERS_AFTER, **WHOLE_INFLUENCERS_AFTER}, {**NARROW_AFTER, **MORE_NARROW_AFTER}
    people = narrow if api.generation == "b" else wide
    assert_only_this_changed(before["influencers"], api.records("influencers"), people)

    api.forget()
    second = filled.call("sync", "--detailed-exitcode")
    assert (second.code, second.counts) == (0, {"unchanged": 17})
    assert set(api.methods()) == {"GET"}
    assert filled.call("sync", "-n").plan["jobs"][0]["changes"] == []


def test_text_that_differs_in_its_unicode_form_only_is_no_change(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    api.edit("projects", CAFE, tagline=decomposed("Déjà vu"), metadata={"é": decomposed("ü")})
    place.table([{"id": CAFE, "name": decomposed("Café Lumière"), "tagline": "Déjà vu", "metadata.é": "ü"}])
    ran = place.call("sync")
    assert (ran.code, ran.counts, api.requests("PATCH")) == (0, {"unchanged": 1}, [])


@pytest.mark.only_on("seed", "a")
def test_a_key_of_an_object_is_found_in_whatever_unicode_form_the_record_spells_it(place: Place, api: Traffic) -> None:
    place.configure(api.url, JOBS)
    api.edit("projects", CAFE, metadata={decomposed("é"): "old", "other": 1})
    api.edit("influencers", AVA, personality={decomposed("é"): {decomposed("ü"): "old"}})
    place.table([{"id": CAFE, "metadata.é": "new"}])
    place.table([{"influencerId": AVA, "personality.é.ü": "new"}], "influencers.csv")
    assert place.call("sync", "projects", "influencers").counts == {"changed": 2}
    assert api.project(CAFE)["metadata"] == {decomposed("é"): "new", "other": 1}
    assert api.records("influencers")[AVA]["personality"] == {decomposed("é"): {decomposed("ü"): "new"}}


def assert_only_this_changed(
    before: Mapping[str, Mapping[str, object]],
    now: Mapping[str, Mapping[str, object]],
    changed: Mapping[str, Mapping[str, object]],
) -> None:
    """Every record is as before, but for the values in `changed`; `updatedAt` is the server's own business."""
    expected = {bare: {**record, **changed.get(bare, {}), "updatedAt": None} for bare, record in before.items()}
    assert {bare: {**record, "updatedAt": None} for bare, record in now.items()} == expected


@pytest.mark.parametrize(("form", "lookups"), [("NFC", 1), ("NFD", 2)])
def test_a_record_is_found_by_a_key_in_whatever_unicode_form_it_holds_it(
    form: Literal["NFC", "NFD"], lookups: int, place: Place, api: Traffic
) -> None:
    place.configure(api.url, "[jobs.projects]\nsource = 'projects.csv'\nkey = 'customerExternalId'")
    api.edit("projects", ACME, customerExternalId=unicodedata.normalize(form, "café-7"), tagline="old")
    place.table([{"customerExternalId": unicodedata.normalize("NFC", "café-7"), "tagline": "old"}])
    api.forget()
    ran = place.call("sync")
    assert (ran.code, ran.counts) == (0, {"unchanged": 1})
    assert len([one for one in api.requests() if "customerExternalId" in str(one)]) == lookups


@pytest.mark.every_generation
def test_a_key_that_no_record_holds_in_any_form_is_not_found(place: Place, api: Traffic) -> None:
    place.configure(api.url, "[jobs.projects]\nsource = 'projects.csv'\nkey = 'customerExternalId'")
    place.table([{"customerExternalId": "café-8", "tagline": "old"}])
    assert place.call("sync").counts == {"not_found": 1}
