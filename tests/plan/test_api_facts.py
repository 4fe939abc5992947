"""The contradictions of the API's pages and what is done about each (API facts, section 8): what the plan decides."""

from dataclasses import replace

import pytest

from layersync.resources import RESOURCES
from layersync.resources.field import Kind, Write
from layersync.values.cell import CLEAR
from layersync.values.change import Change
from layersync.values.desired import RowState
from layersync.values.live import Holder
from layersync.values.plan import Plan
from layersync.values.problem import Problem
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, plan, project, reading
from tests.plan.server_model import patched
from tests.plan.test_edits import narrow
from tests.plan.test_unique import planned, said, states


def only(made: Plan) -> Change:
    (change,) = made.changes
    return change


def of_influencer(live: dict[str, object], **cells: object) -> Plan:
    return plan(desired(INFLUENCERS, [{"influencerId": an_id(1), **cells}]), reading(INFLUENCERS, [live]), INFLUENCERS)


def of_project(live: dict[str, object], **cells: object) -> Plan:
    return plan(desired(PROJECTS, [{"id": an_id(1), **cells}]), reading(PROJECTS, [live]), PROJECTS)


@pytest.mark.parametrize(
    ("record", "takes", "refuses"),
    [
        (
            {name: value for name, value in influencer(1).items() if name not in {"brandVoice", "language"}},
            "vibe",
            "brandVoice",
        ),
        (narrow(1), "brandVoice", "vibe"),
    ],
    ids=["seed", "narrow"],
)
def test_8_01_the_record_tells_its_generation_and_a_field_that_it_does_not_show_is_never_sent(
    record: dict[str, object], takes: str, refuses: str
) -> None:
    values = {"vibe": "calm", "brandVoice": "witty"}
    assert only(of_influencer(record, **{takes: values[takes]})).patch == {takes: values[takes]}
    held = of_influencer(record, **values)
    assert (held.changes, states(held)) == ((), {2: "held"}), "one unknown key would refuse the whole body"
    assert f"does not show {refuses}" in said(held, 2)


def test_8_02_gender_is_compared_in_either_spelling_and_sent_in_that_of_the_record() -> None:
    assert of_influencer(narrow(1, gender="non_binary"), gender="nonbinary").changes == ()
    assert of_influencer(influencer(1, gender="non_binary"), gender="nonbinary").changes == ()
    assert only(of_influencer(narrow(1), gender="nonbinary")).patch == {"gender": "non_binary"}
    assert only(of_influencer(influencer(1, gender="male"), gender="nonbinary")).patch == {"gender": "nonbinary"}


@pytest.mark.parametrize("cell", ["unspecified", CLEAR])
def test_8_02_what_the_narrow_schema_does_not_take_for_gender_is_invalid_before_sending(cell: str) -> None:
    assert states(of_influencer(narrow(1), gender=cell)) == {2: "invalid"}
    assert states(of_influencer(influencer(1, gender="male"), gender=cell)) == {2: "change"}


def test_8_03_age_range_is_free_text_in_the_seed_and_one_of_six_words_in_the_narrow_schema() -> None:
    assert only(of_influencer(influencer(1), ageRange="25-34")).patch == {"ageRange": "25-34"}
    assert states(of_influencer(narrow(1), ageRange="25-34")) == {2: "invalid"}
    assert only(of_influencer(narrow(1), ageRange="mid_adult")).patch == {"ageRange": "mid_adult"}
    assert INFLUENCERS.field("ageRange").usual_length == 16


def nested(**brand: object) -> dict[str, object]:
    """A project as the other pages show it: what the brand is like stands in an object of its own."""
    flat = {"appName", "appDescription", "tagline", "brandVoice", "targetGender"}
    record = {name: value for name, value in project(1).items() if name not in flat}
    return {**record, "brandContext": {"brandVoice": "Warm, and a little dry.", "keywords": ["ride"], **brand}}


BRAND = {"appName": "Acme Fit", "appDescription": "d" * 120, "tagline": "Cafe\u0301 rides"}


def test_8_04_a_flat_key_that_is_missing_is_compared_with_brand_context_and_nothing_is_sent_without_need() -> None:
    made = of_project(nested(**BRAND), **{**BRAND, "tagline": "Caf\u00e9 rides"})
    assert (made.changes, states(made)) == ((), {2: "unchanged"})


def test_8_04_a_change_against_brand_context_is_sent_flat_and_says_where_the_live_value_is_from() -> None:
    change = only(of_project(nested(**BRAND), **{**BRAND, "appDescription": "e" * 120}))
    assert (change.base, change.patch) == ({"appDescription": "d" * 120}, {"appDescription": "e" * 120})
    assert change.edits[0].note.endswith("; the live value is from brandContext")
    assert only(of_project(nested(tagline=None), tagline="new")).base == {"tagline": None}
    assert of_project(nested(appName=None), appName=CLEAR).changes == ()


def test_8_04_the_preset_brand_voice_is_never_compared_with_the_free_text_one() -> None:
    made = of_project(nested(), brandVoice="warm", timezone="Europe/Oslo")
    assert states(made) == {2: "held"}
    assert "does not show brandVoice" in said(made, 2)
    assert states(of_project(nested(targetGender="all"), targetGender="female")) == {2: "held"}


@pytest.mark.parametrize("flat", [None, "Flat"])
def test_8_04_a_flat_key_wins_over_brand_context_null_as_well(flat: str | None) -> None:
    live = {**nested(appName="Nested"), "appName": flat}
    change = only(of_project(live, appName="New"))
    assert (change.base, change.edits[0].note) == ({"appName": flat}, "")


@pytest.mark.parametrize("context", [None, {}, "text", ["appName"]])
def test_8_04_where_brand_context_does_not_show_it_either_the_row_is_held(context: object) -> None:
    assert states(of_project({**nested(), "brandContext": context}, appName="Acme")) == {2: "held"}


@pytest.mark.parametrize("written", [an_id(1), f"prj_{an_id(1)}", an_id(1).upper(), f"prj_{an_id(1).upper()}"])
def test_8_07_ids_are_matched_without_prefix_and_case_and_sent_as_the_api_wrote_them(written: str) -> None:
    sheet = desired(PROJECTS, [{"id": written, "tagline": "x"}])
    assert only(plan(sheet, reading(PROJECTS, [project(1)]), PROJECTS)).id == an_id(1)
    prefixed = project(1, id=f"prj_{an_id(1)}")
    assert only(plan(sheet, reading(PROJECTS, [prefixed]), PROJECTS)).id == f"prj_{an_id(1)}"


def test_8_07_an_id_like_a_ulid_is_taken_too() -> None:
    ulid = "01HXZ9K4T7QW3M8N5B2V6C0DRE"
    live = {**influencer(1), "influencerId": f"inf_{ulid}"}
    sheet = desired(INFLUENCERS, [{"influencerId": ulid, "vibe": "x"}])
    assert only(plan(sheet, reading(INFLUENCERS, [live]), INFLUENCERS)).id == f"inf_{ulid}"


def test_8_08_customer_external_id_is_unique_in_the_sheet_and_among_live_records() -> None:
    rows = [{"id": an_id(n), "customerExternalId": value} for n, value in enumerate(["same", "same", "held", "fine"])]
    beside = project(9, customerExternalId="held")
    assert states(planned(rows, [project(n) for n in range(4)], beside)) == {
        2: "invalid",
        3: "invalid",
        4: "invalid",
        5: "change",
    }


def test_8_08_a_value_that_a_lookup_finds_at_two_projects_is_refused() -> None:
    twice = tuple(Holder(field="customerExternalId", value="x", id=an_id(n), name=None) for n in (7, 8))
    read = reading(PROJECTS, [project(1)])
    sheet = desired(PROJECTS, [{"id": an_id(1), "customerExternalId": "x"}])
    made = plan(sheet, replace(read, holders=twice), PROJECTS)
    assert states(made) == {2: "invalid"}


@pytest.mark.parametrize("cell", [{"metadata": {"crm": "2"}}, {"metadata.crm": "2"}], ids=["whole", "dotted"])
def test_8_09_metadata_is_built_on_the_live_object_and_its_partner_key_survives(cell: dict[str, object]) -> None:
    partner = {"customerExternalId": "acme-1"}
    change = only(of_project(project(1, metadata={"crm": "1", "partner": partner}), **cell))
    assert change.patch == {"metadata": {"crm": "2", "partner": partner}}


def test_8_10_metadata_is_replaced_and_personality_is_merged_whatever_other_resources_do() -> None:
    objects = [field for form in RESOURCES.values() for field in form.fields if field.kind is Kind.OBJECT]
    assert {field.name: field.write for field in objects} == {"metadata": Write.REPLACE, "personality": Write.MERGE}
    live = influencer(1, personality={"tone": "dry", "humor": "none"})
    change = only(of_influencer(live, **{"personality.tone": "warm"}))
    assert change.patch == {"personality": {"tone": "warm"}}
    assert patched(live, change.patch)["personality"] == {"tone": "warm", "humor": "none"}


def test_8_11_a_name_beyond_the_limits_is_tolerated_where_the_record_has_it_and_never_sent() -> None:
    long = "n" * 100
    broken = Problem(message="100 characters; at most 30", row=2, column="B", header="name", limit_of="name")
    sheet = desired(PROJECTS, [{"id": an_id(1), "name": long}], states={2: RowState.LIMIT}, problems=[broken])
    assert states(plan(sheet, reading(PROJECTS, [project(1, name=long)]), PROJECTS)) == {2: "unchanged"}
    assert states(plan(sheet, reading(PROJECTS, [project(1)]), PROJECTS)) == {2: "invalid"}
    assert (PROJECTS.field("name").min_length, PROJECTS.field("name").max_length) == (3, 30)


@pytest.mark.parametrize("status", ["draft", "processing", "something new", None, 7])
def test_8_17_an_unknown_status_of_a_live_influencer_stops_nothing(status: object) -> None:
    assert only(of_influencer(influencer(1, status=status), vibe="calm")).patch == {"vibe": "calm"}


def test_8_17_an_unknown_choice_in_a_live_record_is_kept_as_it_is_and_can_be_overwritten() -> None:
    live = project(1, brandVoice="sarcastic", status="frozen")
    assert only(of_project(live, tagline="x")).patch == {"tagline": "x"}
    change = only(of_project(live, brandVoice="warm"))
    assert (change.base, change.patch) == ({"brandVoice": "sarcastic"}, {"brandVoice": "warm"})


def test_8_21_fields_of_a_record_that_nobody_knows_are_ignored() -> None:
    live = project(1, somethingNew={"deep": [1]}, tier="gold", metadata={"a": "1"})
    change = only(of_project(live, **{"metadata.a": "2"}))
    assert change.patch == {"metadata": {"a": "2"}}


def test_8_22_reading_influencers_needs_the_scope_that_writes_them_even_in_a_dry_run() -> None:
    assert INFLUENCERS.lacking(("projects:read", "projects:write"), writes=False) == ("influencers:write",)
    assert PROJECTS.lacking(("projects:read",), writes=False) == ()
    assert PROJECTS.lacking(("projects:read",), writes=True) == ("projects:write",)
