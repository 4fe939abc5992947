"""Two jobs of one run that contradict each other: told in both, sent by neither, and nothing else is held back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from layersync.plan.disputes import Stated, disputes, without
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR
from layersync.values.desired import RowState
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, plan, project, reading

Row = Mapping[str, object]
CLAIM = "customerExternalId"


def stated(
    job: str, rows: Sequence[Row], form: Resource = PROJECTS, key: str | None = None, **states: RowState
) -> Stated:
    """One job's sheet and its plan, over five records that hold `c0` to `c4`."""
    by_row = {int(name[1:]): state for name, state in states.items()}
    sheet = replace(desired(form, rows, key=key, states=by_row), job=job)
    if form is PROJECTS:
        records = [project(number, **{CLAIM: f"c{number}"}) for number in range(5)]
    else:
        records = [influencer(number) for number in range(5)]
    return Stated(sheet, plan(sheet, reading(form, records, key=key), form).rows)


def disputed(one: Stated, other: Stated, form: Resource = PROJECTS) -> dict[str, list[int | None]]:
    return {job: [problem.row for problem in told] for job, told in disputes([one, other], form).items()}


def project_row(number: int, **cells: object) -> Row:
    return {"id": an_id(number), **cells}


def test_two_values_for_one_field_of_one_record_are_disputed_in_both_jobs() -> None:
    one = stated("a", [project_row(0, timezone="Asia/Tokyo"), project_row(1, timezone="UTC", tagline="t")])
    other = stated("b", [project_row(3, timezone="UTC"), project_row(0, timezone="Europe/Paris")])
    found = disputes([one, other], PROJECTS)
    assert {job: [problem.row for problem in told] for job, told in found.items()} == {"a": [2], "b": [3]}
    (problem,) = found["a"]
    assert problem.message == "row 3 of the job b contradicts it: neither is sent"
    assert (problem.cell, problem.value, problem.what_to_do) == (
        "B2",
        "Asia/Tokyo",
        "let only one of the jobs a and b state it",
    )


def test_records_are_told_apart_by_id_whatever_the_jobs_match_them_by() -> None:
    by_id = stated("a", [project_row(1, timezone="Asia/Tokyo")])
    by_claim = stated("b", [{CLAIM: "c0", "timezone": "UTC"}, {CLAIM: "c1", "timezone": "UTC"}], key=CLAIM)
    assert disputed(by_id, by_claim) == {"a": [2], "b": [3]}


def test_a_row_that_changes_nothing_still_states_its_value() -> None:
    live_already = stated("a", [project_row(0, timezone="UTC")])
    assert disputed(live_already, stated("b", [project_row(0, timezone="Asia/Tokyo")])) == {"a": [2], "b": [2]}


@pytest.mark.parametrize(
    ("mine", "yours"),
    [
        ({"timezone": "Asia/Tokyo"}, {"timezone": "Asia/Tokyo"}),
        ({CLAIM: "new"}, {CLAIM: "new"}),
        ({"timezone": "Asia/Tokyo", "tagline": None}, {"timezone": None, "tagline": "t"}),
        ({"metadata.one": "1"}, {"metadata.two": "2"}),
        ({"metadata": {"one": 1}}, {"metadata.one": "1"}),
        ({"metadata": {"one": "1"}}, {"metadata.one": "1"}),
        ({"metadata": {"one": {"two": True}}}, {"metadata.one.two": "true"}),
        ({"metadata": {"two": 2}}, {"metadata.one": CLEAR}),
        ({"metadata": CLEAR}, {"metadata.one": CLEAR}),
    ],
)
def test_what_can_both_come_true_is_no_dispute(mine: Row, yours: Row) -> None:
    one, other = stated("a", [{"id": an_id(0), **mine}]), stated("b", [{"id": an_id(0), **yours}])
    assert disputed(one, other) == {}
    assert disputed(other, one) == {}


@pytest.mark.parametrize(
    ("mine", "yours"),
    [
        ({"tagline": "t"}, {"tagline": CLEAR}),
        ({"metadata.one": "1"}, {"metadata.one": "2"}),
        ({"metadata": {"one": 1}}, {"metadata.one": "2"}),
        ({"metadata": {"one": 1}}, {"metadata.one": CLEAR}),
        ({"metadata": {"one": 1}}, {"metadata.two": "1"}),
        ({"metadata": {"one": 1}}, {"metadata.one.two": "1"}),
        ({"metadata": CLEAR}, {"metadata.two": "1"}),
        ({"metadata": {"one": 1}}, {"metadata": {"one": 1, "two": 2}}),
    ],
)
def test_what_cannot_is_one(mine: Row, yours: Row) -> None:
    one, other = stated("a", [{"id": an_id(0), **mine}]), stated("b", [{"id": an_id(0), **yours}])
    assert disputed(one, other) == {"a": [2], "b": [2]}
    assert disputed(other, one) == {"a": [2], "b": [2]}


@pytest.mark.parametrize(
    ("mine", "yours", "is_disputed"),
    [
        ({"humor": "dry"}, {"energy": "high"}, False),
        ({"humor": "dry", "traits": ["calm"]}, {"humor": "dry"}, False),
        ({"humor": "dry"}, {"humor": "warm"}, True),
        ({"humor": None}, {"humor": "warm"}, True),
    ],
)
def test_of_an_object_that_is_merged_only_the_keys_that_both_name_are_compared(
    mine: Row, yours: Row, is_disputed: bool
) -> None:
    rows = [{"influencerId": an_id(0), "personality": cell} for cell in (mine, yours)]
    found = disputed(stated("a", rows[:1], INFLUENCERS), stated("b", rows[1:], INFLUENCERS), INFLUENCERS)
    assert found == ({"a": [2], "b": [2]} if is_disputed else {})


def test_a_dotted_cell_is_held_against_the_other_jobs_object_where_that_names_the_key() -> None:
    whole = stated("a", [{"influencerId": an_id(0), "personality": {"humor": "dry"}}], INFLUENCERS)
    other_key = stated("b", [{"influencerId": an_id(0), "personality.energy": "high"}], INFLUENCERS)
    same_key = stated("b", [{"influencerId": an_id(0), "personality.humor": "warm"}], INFLUENCERS)
    assert disputed(whole, other_key, INFLUENCERS) == {}
    assert disputed(whole, same_key, INFLUENCERS) == {"a": [2], "b": [2]}


def test_one_unique_value_for_two_records_is_disputed() -> None:
    one = stated("a", [project_row(0, **{CLAIM: "new"}), project_row(1, **{CLAIM: CLEAR})])
    other = stated("b", [project_row(2, **{CLAIM: "new"}), project_row(3, **{CLAIM: CLEAR})])
    assert disputed(one, other) == {"a": [2], "b": [2]}


def test_rows_that_are_not_sent_anyway_state_nothing() -> None:
    one = stated("a", [project_row(0, timezone="Asia/Tokyo"), project_row(1, timezone="UTC")], s2=RowState.SKIPPED)
    other = stated("b", [project_row(0, timezone="UTC"), project_row(1, timezone="Asia/Tokyo")], s3=RowState.INVALID)
    assert disputed(one, other) == {}


def test_three_jobs_are_compared_two_by_two() -> None:
    sheets = [
        stated(job, [project_row(0, timezone=zone)]) for job, zone in [("a", "UTC"), ("b", "UTC"), ("c", "Etc/UTC")]
    ]
    found = disputes(sheets, PROJECTS)
    assert {job: told[0].message for job, told in found.items()} == {
        "a": "row 2 of the job c contradicts it: neither is sent",
        "b": "row 2 of the job c contradicts it: neither is sent",
        "c": "row 2 of the job a contradicts it: neither is sent",
    }


def test_a_plan_without_the_disputed_rows_sends_the_others_and_says_why() -> None:
    one = stated("a", [project_row(0, timezone="Asia/Tokyo"), project_row(1, timezone="Asia/Tokyo")])
    other = stated("b", [project_row(0, timezone="Europe/Paris")])
    problems = disputes([one, other], PROJECTS)["a"]
    made = plan(without(one.desired, problems), reading(PROJECTS, [project(0), project(1)]), PROJECTS)
    assert made.rows["state"].to_list() == ["invalid", "change"]
    assert made.rows["message"][0] == "row 2 of the job b contradicts it: neither is sent"
    assert [change.row for change in made.changes] == [3]
