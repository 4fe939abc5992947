"""`--explain KEY[:FIELD]` on a preview: three values and the rule that decided (contract, section 1)."""

import json

import pytest
from jsonschema import Draft202012Validator

from layersync.report.results_json import results_schema
from tests.end_to_end.place import Place
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"


@pytest.fixture
def agreed(place: Place, api: Traffic) -> Place:
    """One run has been; since then the tagline was changed elsewhere."""
    place.configure(api.url, "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'")
    place.table([{"id": YOGA, "tagline": "ours", "appName": ""}])
    assert place.call("sync").code == 0
    api.edit("projects", YOGA, tagline="theirs")
    api.forget()
    return place


@pytest.mark.parametrize("words", [("sync", "-n"), ("plan",)])
def test_a_row_is_explained_cell_by_cell_in_place_of_the_diff(agreed: Place, api: Traffic, words: tuple[str]) -> None:
    ran = agreed.call(*words, "--explain", f"prj_{YOGA}")
    told = " ".join(ran.out.split())
    assert ran.code == 0
    assert "row 2 of projects: would change" in told
    assert 'tagline B2 sheet "ours" live "theirs" last agreed "ours" → live changed since the last run' in told
    assert "appName C2 sheet (blank)" in told
    assert not api.requests("PATCH")


def test_one_field_is_explained_alone_and_json_leaves_out_what_nobody_states(agreed: Place) -> None:
    ran = agreed.call("plan", "--explain", f"{YOGA}:tagline", "--format", "json")
    told = json.loads(ran.out)
    Draft202012Validator(results_schema()).validate(told)
    (row,) = told["explained"]
    (cell,) = row["cells"]
    assert (row["job"], row["row"], row["key"], row["state"]) == ("projects", 2, YOGA, "would_change")
    assert {name: value for name, value in cell.items() if name != "why"} == {
        "cell": "B2",
        "field": "tagline",
        "desired": "ours",
        "live": "theirs",
        "last_agreed": "ours",
        "rule": "drift_overwritten",
    }
    blank = json.loads(agreed.call("plan", "--explain", f"{YOGA}:appName", "--format", "json").out)
    assert "desired" not in blank["explained"][0]["cells"][0]
    assert "explained" not in json.loads(agreed.call("plan", "--format", "json").out)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (YOGA[:-1] + "0", f"did you mean {YOGA}?"),
        (f"{YOGA}:taglin", "did you mean tagline?"),
    ],
)
def test_an_unknown_row_or_field_is_refused_with_the_nearest_and_asks_nothing(
    agreed: Place, api: Traffic, asked: str, told: str
) -> None:
    ran = agreed.call("plan", "--explain", asked)
    assert ran.code == 64
    assert told in ran.out
    assert api.requests() == []


def test_a_run_that_writes_explains_nothing(agreed: Place, api: Traffic) -> None:
    ran = agreed.call("sync", "--explain", YOGA)
    assert ran.code == 64
    assert "add -n" in ran.err
    assert api.requests() == []


def test_of_several_jobs_the_one_that_has_the_row_answers(agreed: Place, api: Traffic) -> None:
    other = "[jobs.other]\nresource = 'projects'\nsource = 'other.csv'"
    agreed.configure(api.url, f"[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'\n{other}")
    agreed.table([{"id": "9cb958b5-11b5-4e30-8675-5d075d52da7c", "tagline": ""}], "other.csv")
    ran = agreed.call("plan", "--explain", YOGA)
    assert ran.code == 0
    assert "row 2 of projects" in ran.out
    assert "of other" not in ran.out
