"""The contradictions of the API's pages and what is done about each (API facts, section 8): what a sheet may say."""

import pytest

from layersync.resources import RESOURCES
from tests.sheet.build import an_id, errors, messages, read, refused, states

PROJECTS, INFLUENCERS = RESOURCES["projects"], RESOURCES["influencers"]


def project_sheet(header: str, cell: str) -> str:
    return f"id,{header}\n{an_id(1)},{cell}\n"


def test_8_02_both_spellings_of_a_gender_are_read_as_one() -> None:
    lines = "\n".join(f"{an_id(n)},{cell}" for n, cell in enumerate(["nonbinary", "non_binary"], start=1))
    read_sheet = read(f"influencerId,gender\n{lines}\n", INFLUENCERS)
    assert read_sheet.rows["gender"].to_list() == ["nonbinary", "nonbinary"]


def test_8_03_an_age_range_beyond_sixteen_characters_is_warned_about_and_passed_on() -> None:
    read_sheet = read(f"influencerId,ageRange\n{an_id(1)},between twenty and thirty\n", INFLUENCERS)
    (warning,) = read_sheet.problems
    assert (states(read_sheet), errors(read_sheet), warning.severity) == (["ok"], [], "warning")


@pytest.mark.parametrize(("name", "fits"), [("ab", False), ("abc", True), ("n" * 30, True), ("n" * 31, False)])
def test_8_11_names_are_held_to_the_limits_of_the_seed_page(name: str, fits: bool) -> None:
    assert states(read(project_sheet("name", name), PROJECTS)) == ["ok" if fits else "limit"]


def test_8_12_a_column_outside_the_schema_is_left_out_and_never_sent() -> None:
    """One sentence of the page says that such fields are dropped, the next that they are refused."""
    read_sheet = read(f"id,tagline,remarks\n{an_id(1)},x,y\n", PROJECTS)
    assert [column.path for column in read_sheet.columns] == ["tagline"]
    assert any("remarks" in notice.message for notice in read_sheet.notices)


@pytest.mark.parametrize("header", ["requiresApproval", "firstNPostsBlocked", "currentBlockedCount"])
def test_8_13_columns_of_the_approval_policy_are_refused(header: str) -> None:
    assert "is read-only in projects" in messages(refused(project_sheet(header, "1"), PROJECTS))[0]
