"""What differs between a row and its record, and what is sent for it."""

import functools
from dataclasses import replace

import pytest

from layersync.values.cell import ABSENT, CLEAR
from layersync.values.desired import Role
from layersync.values.plan import PlanState
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, plan, project, reading

UNCHANGED: list[tuple[str, object, object]] = [
    ("tagline", "Ride on", "Ride on"),
    ("tagline", "Caf\u00e9", "Cafe\u0301"),  # NFC in the sheet, NFD in the API
    ("appName", CLEAR, None),
    ("metadata", {"b": [1, 2], "a": 1}, {"a": 1, "b": [1, 2]}),
    ("metadata", {"n": 1}, {"n": 1.0}),
    ("metadata", {"k": "\u00e9"}, {"k": "e\u0301"}),
    ("metadata.k", "\u00e9", {"k": "e\u0301"}),
    ("metadata", {"k": 1}, {"k": 1, "partner": {"customerExternalId": "x"}}),
    ("metadata.n", "5", {"n": 5}),
    ("metadata.n", "5.0", {"n": 5}),
    ("metadata.ok", "TRUE", {"ok": True}),
    ("metadata.s", "5", {"s": "5"}),
    ("metadata.gone", CLEAR, {"other": 1}),
    ("metadata.gone", CLEAR, None),
    ("metadata.a.b", "x", {"a": {"b": "x"}}),
]

DEEP = functools.reduce(lambda inner, _: [inner], range(200), "x")

CHANGED: list[tuple[str, object, object, object]] = [
    ("tagline", "Ride on", None, "Ride on"),
    ("tagline", "new", "old", "new"),
    ("appName", CLEAR, "Acme", None),
    ("metadata.n", "6", {"n": 5, "keep": [1]}, {"n": 6, "keep": [1]}),
    ("metadata.n", "six", {"n": 5}, {"n": "six"}),
    ("metadata.n", "1e999", {"n": 5}, {"n": "1e999"}),  # a number of JSON that nothing can hold
    ("metadata.n", "9" * 5_000, {"n": 5}, {"n": "9" * 5_000}),
    ("metadata.n", "9" * 309, {"n": 5}, {"n": "9" * 309}),
    ("metadata.n", "1\u0662", {"n": 5}, {"n": "1\u0662"}),  # a digit, and none of JSON's
    ("metadata.ok", "false", {"ok": True}, {"ok": False}),
    ("metadata.s", "6", {"s": "5"}, {"s": "6"}),
    ("metadata.n", "5", {"n": "x"}, {"n": "5"}),
    ("metadata.a.b", "x", None, {"a": {"b": "x"}}),
    ("metadata.a.b", "x", {"a": {"c": 1}}, {"a": {"b": "x", "c": 1}}),
    ("metadata.gone", CLEAR, {"gone": 1, "stays": 2}, {"stays": 2}),
    ("metadata.n", CLEAR, {"n": 5, "half": "\ud83d"}, {"half": "\ud83d"}),  # JSON that polars does not read
    ("metadata.n", CLEAR, {"n": 5, "long": 10**400}, {"long": 10**400}),
    ("metadata.n", CLEAR, {"n": 5, "deep": DEEP}, {"deep": DEEP}),
    ("metadata", {"k": 2}, {"k": 1, "old": 1, "partner": {"id": 7}}, {"k": 2, "partner": {"id": 7}}),
    ("metadata", {"k": True}, {"k": 1}, {"k": True}),
    ("metadata.o", '{"a":1}', {"o": {"a": 1}}, {"o": '{"a":1}'}),
]


@pytest.mark.parametrize(("path", "cell", "live"), UNCHANGED)
def test_equal_values_plan_nothing_however_they_are_written(path: str, cell: object, live: object) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(1), path: cell}])
    made = plan(sheet, reading(PROJECTS, [project(1, **{path.partition(".")[0]: live})]), PROJECTS)
    assert made.changes == ()
    assert made.rows["state"].to_list() == [PlanState.UNCHANGED]


@pytest.mark.parametrize(("path", "cell", "live", "sent"), CHANGED)
def test_a_difference_is_sent_as_the_smallest_complete_value(
    path: str, cell: object, live: object, sent: object
) -> None:
    field = path.partition(".")[0]
    sheet = desired(PROJECTS, [{"id": an_id(1), path: cell}])
    made = plan(sheet, reading(PROJECTS, [project(1, **{field: live})]), PROJECTS)
    assert [change.patch for change in made.changes] == [{field: sent}]
    assert made.changes[0].base == {field: live}
    assert made.rows["state"].to_list() == [PlanState.CHANGE]


PERSONALITY: list[tuple[dict[str, object], object, dict[str, object]]] = [
    ({"personality.humor": "dry"}, {"humor": "puns", "traits": ["a"]}, {"humor": "dry"}),
    ({"personality.humor": CLEAR}, {"humor": "puns"}, {"humor": None}),
    ({"personality.traits": ["a", "b"]}, {"traits": ["a"]}, {"traits": ["a", "b"]}),
    ({"personality": {"humor": "dry", "tone": None}}, {"humor": "dry", "tone": "x", "z": 1}, {"tone": None}),
    ({"personality.humor": "5"}, {"humor": 5}, {"humor": "5"}),
    ({"personality.traits": ["a"]}, {"traits": '["a"]'}, {"traits": ["a"]}),
    ({"personality.a.b": "x"}, {"a": {"c": 1}}, {"a": {"b": "x", "c": 1}}),
    ({"personality.humor": "dry", "personality.tone": "flat"}, None, {"humor": "dry", "tone": "flat"}),
]


@pytest.mark.parametrize(("cells", "live", "sent"), PERSONALITY)
def test_of_a_merged_object_only_the_keys_that_differ_are_sent(
    cells: dict[str, object], live: object, sent: dict[str, object]
) -> None:
    sheet = desired(INFLUENCERS, [{"influencerId": an_id(1), **cells}])
    made = plan(sheet, reading(INFLUENCERS, [influencer(1, personality=live)]), INFLUENCERS)
    assert [change.patch for change in made.changes] == [{"personality": sent}]


@pytest.mark.parametrize("live", [{"traits": ["a", "e\u0301"]}, {"traits": ["a", "\u00e9"], "tone": None}])
def test_equal_lists_and_absent_keys_plan_nothing(live: dict[str, object]) -> None:
    sheet = desired(
        INFLUENCERS, [{"influencerId": an_id(1), "personality.traits": ["a", "\u00e9"], "personality.tone": CLEAR}]
    )
    assert plan(sheet, reading(INFLUENCERS, [influencer(1, personality=live)]), INFLUENCERS).changes == ()


@pytest.mark.parametrize("cell", ["x", CLEAR])
@pytest.mark.parametrize(
    ("path", "live"),
    [
        ("metadata.a.b", {"a": "text"}),
        ("metadata.a.b", {"a": "{"}),
        ("metadata.a.b", {"a": [1]}),
        ("metadata.a.b.c", {"a": {"b": 5}}),
        ("metadata.a.b.c", {"a": True}),
        ("metadata.a", ["text"]),
    ],
)
def test_a_path_through_a_value_that_is_no_object_makes_the_row_invalid(path: str, live: object, cell: str) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(1), path: cell}])
    made = plan(sheet, reading(PROJECTS, [project(1, metadata=live)]), PROJECTS)
    assert made.rows["state"].to_list() == [PlanState.INVALID]
    assert made.rows["cell"].to_list() == ["B2"]


@pytest.mark.parametrize("live", [None, {}, {"a": None}, {"a": {}}, {"a": {"b": None}}, {"b": "text"}])
def test_where_nothing_stands_there_is_nothing_to_clear(live: object) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(1), "metadata.a.b.c": CLEAR}])
    made = plan(sheet, reading(PROJECTS, [project(1, metadata=live)]), PROJECTS)
    assert made.rows["state"].to_list() == [PlanState.UNCHANGED]


@pytest.mark.parametrize(
    ("path", "cell"), [("tagline", "x"), ("appName", CLEAR), ("metadata.a", "x"), ("metadata.a", CLEAR)]
)
def test_a_field_that_the_record_does_not_show_is_held_and_not_sent(path: str, cell: str) -> None:
    record = project(1)
    del record[path.partition(".")[0]]
    made = plan(desired(PROJECTS, [{"id": an_id(1), path: cell}]), reading(PROJECTS, [record]), PROJECTS)
    assert made.changes == ()
    assert [problem.cell for problem in made.problems] == ["B2"]
    assert made.rows["state"].to_list() == [PlanState.HELD]


def test_all_that_a_record_does_not_show_is_told_as_one_thing() -> None:
    record = {name: value for name, value in project(1).items() if name not in {"tagline", "metadata"}}
    row = {"id": an_id(1), "tagline": "x", "metadata.a": "y", "metadata.b": "z"}
    made = plan(desired(PROJECTS, [row]), reading(PROJECTS, [record]), PROJECTS)
    assert ["does not show tagline, metadata:" in problem.message for problem in made.problems] == [True]


def test_a_problem_shows_the_cell_as_it_stands_in_the_sheet() -> None:
    record = project(1)
    del record["appName"]
    made = plan(desired(PROJECTS, [{"id": an_id(1), "appName": CLEAR}]), reading(PROJECTS, [record]), PROJECTS)
    assert [problem.value for problem in made.problems] == ["<clear>"]


@pytest.mark.parametrize("vibe", ["new", "old"])
def test_an_expected_object_that_holds_less_than_the_record_is_a_conflict(vibe: str) -> None:
    """Sending it would change nothing, but it is not what the record holds; and that whatever else the row says."""
    row = {"influencerId": an_id(0), "vibe": vibe, "personality": {"tone": "warm"}}
    live = influencer(0, vibe="old", personality={"tone": "warm", "humor": "dry"})
    sheet = desired(INFLUENCERS, [row], roles={"personality": Role.EXPECTED})
    made = plan(sheet, reading(INFLUENCERS, [live]), INFLUENCERS)
    assert made.changes == ()
    assert made.rows["state"].to_list() == [PlanState.CONFLICT]


def test_an_expected_object_in_another_order_of_its_keys_is_none() -> None:
    row = {"influencerId": an_id(0), "vibe": "new", "personality": {"tone": "warm", "humor": "dry"}}
    live = influencer(0, vibe="old", personality={"tone": "warm", "humor": "dry"})
    sheet = desired(INFLUENCERS, [row], roles={"personality": Role.EXPECTED})
    made = plan(sheet, reading(INFLUENCERS, [live]), INFLUENCERS)
    assert [change.patch for change in made.changes] == [{"vibe": "new"}]


def test_an_expected_column_that_differs_is_a_conflict_and_is_never_sent() -> None:
    rows = [{"id": an_id(1), "name": "Acme Fit", "tagline": "x"}, {"id": an_id(2), "name": "Beta Run", "tagline": "x"}]
    live = [project(1, name="Beta Run"), project(2, name="Beta Run")]
    made = plan(desired(PROJECTS, rows, roles={"name": Role.EXPECTED}), reading(PROJECTS, live), PROJECTS)
    assert made.rows["state"].to_list() == [PlanState.CONFLICT, PlanState.CHANGE]
    assert made.rows["message"][0] == "row 2 says Acme Fit, the record is Beta Run: was a column sorted alone?"
    assert [change.patch for change in made.changes] == [{"tagline": "x"}]


def test_everything_that_keeps_a_row_from_being_sent_is_told_at_once() -> None:
    row = {"id": an_id(1), "name": "Acme Fit", "metadata.a.x": "1", "metadata.b": "2", "metadata.c.x": "3"}
    roles = dict.fromkeys(("name", "metadata.b"), Role.EXPECTED)
    live = project(1, name="Beta Run", metadata={"a": "text", "b": "2", "c": 5})
    made = plan(desired(PROJECTS, [row], roles=roles), reading(PROJECTS, [live]), PROJECTS)
    assert [problem.cell for problem in made.problems] == ["B2", "C2", "E2"]
    assert (made.rows["state"].to_list(), made.rows["cell"].to_list()) == ([PlanState.CONFLICT], ["B2"])
    assert made.changes == ()


def test_an_id_beside_the_key_must_be_that_of_the_record() -> None:
    rows = [
        {"customerExternalId": "a", "id": an_id(1), "tagline": "x"},
        {"customerExternalId": "b", "id": an_id(9), "tagline": "x"},
    ]
    live = [project(1, customerExternalId="a"), project(2, customerExternalId="b")]
    sheet = desired(PROJECTS, rows, key="customerExternalId", roles={"id": Role.IDENTITY})
    made = plan(sheet, reading(PROJECTS, live, key="customerExternalId"), PROJECTS)
    assert made.rows["state"].to_list() == [PlanState.CHANGE, PlanState.CONFLICT]


def test_the_id_under_its_other_name_is_checked_too() -> None:
    rows = [
        {"customerExternalId": "a", "projectId": an_id(1), "id": an_id(1), "tagline": "x"},
        {"customerExternalId": "b", "projectId": an_id(9), "id": an_id(2), "tagline": "x"},
    ]
    live = [project(1, customerExternalId="a"), project(2, customerExternalId="b")]
    roles = dict.fromkeys(("id", "projectId"), Role.IDENTITY)
    sheet = desired(PROJECTS, rows, key="customerExternalId", roles=roles)
    named = tuple(replace(one, field="id") if one.path == "projectId" else one for one in sheet.columns)
    made = plan(replace(sheet, columns=named), reading(PROJECTS, live, key="customerExternalId"), PROJECTS)
    assert made.rows["state"].to_list() == [PlanState.CHANGE, PlanState.CONFLICT]
    assert made.rows["message"][1].startswith(f"row 3 says projectId {an_id(9)}, the record has {an_id(2)}")


def test_metadata_that_would_grow_over_its_limit_makes_the_row_invalid() -> None:
    live = project(1, metadata={"old": "x" * 8000})
    made = plan(desired(PROJECTS, [{"id": an_id(1), "metadata.new": "y" * 300}]), reading(PROJECTS, [live]), PROJECTS)
    assert made.rows["state"].to_list() == [PlanState.INVALID]
    assert "8,192" in made.rows["message"][0]


def test_side_effects_stand_with_the_change() -> None:
    rows = [{"id": an_id(1), "appDescription": "d" * 120, "status": "archived", "timezone": "Europe/Oslo"}]
    change = plan(desired(PROJECTS, rows), reading(PROJECTS, [project(1)]), PROJECTS).changes[0]
    assert [effect.split()[0] for effect in change.side_effects] == ["restarts", "stops", "takes"]
    assert [edit.note.split()[0] for edit in change.edits] == ["restarts", "stops", "takes"]


def test_clearing_the_description_restarts_nothing() -> None:
    live = project(1, appDescription="d" * 120)
    change = plan(
        desired(PROJECTS, [{"id": an_id(1), "appDescription": CLEAR}]), reading(PROJECTS, [live]), PROJECTS
    ).changes[0]
    assert change.side_effects == ()


@pytest.mark.parametrize("odd", [ABSENT, "\x00json:1", 7, ["list"], "\ud800"])
def test_live_values_of_an_odd_kind_differ_from_every_text_and_are_told_as_they_are(odd: object) -> None:
    made = plan(
        desired(PROJECTS, [{"id": an_id(1), "tagline": "x"}]), reading(PROJECTS, [project(1, tagline=odd)]), PROJECTS
    )
    assert made.changes[0].base == {"tagline": odd}


def narrow(number: int, **fields: object) -> dict[str, object]:
    """An influencer as the newer generation of the API shows it."""
    return {
        "influencerId": f"inf_{an_id(number)}",
        "name": f"Person {number}",
        "imageUrl": None,
        "gender": "female",
        "ageRange": None,
        "brandVoice": "warm",
        "language": "en",
    } | fields


GENERATIONS: list[tuple[dict[str, object], dict[str, object], PlanState, dict[str, object] | None]] = [
    ({"gender": "nonbinary"}, influencer(1, gender="female"), PlanState.CHANGE, {"gender": "nonbinary"}),
    ({"gender": "nonbinary"}, narrow(1), PlanState.CHANGE, {"gender": "non_binary"}),
    ({"gender": "nonbinary"}, narrow(1, gender="non_binary"), PlanState.UNCHANGED, None),
    ({"gender": "unspecified"}, influencer(1), PlanState.CHANGE, {"gender": "unspecified"}),
    ({"gender": "unspecified"}, narrow(1), PlanState.INVALID, None),
    ({"gender": CLEAR}, narrow(1), PlanState.INVALID, None),
    ({"gender": CLEAR}, influencer(1, gender="male"), PlanState.CHANGE, {"gender": None}),
    ({"ageRange": "25-34"}, influencer(1), PlanState.CHANGE, {"ageRange": "25-34"}),
    ({"ageRange": "25-34"}, narrow(1), PlanState.INVALID, None),
    ({"ageRange": "mid_adult"}, narrow(1), PlanState.CHANGE, {"ageRange": "mid_adult"}),
    ({"ageRange": CLEAR}, narrow(1, ageRange="teen"), PlanState.CHANGE, {"ageRange": None}),
    ({"brandVoice": "witty"}, narrow(1), PlanState.CHANGE, {"brandVoice": "witty"}),
    ({"brandVoice": "witty"}, influencer(1), PlanState.HELD, None),
    ({"vibe": "calm"}, narrow(1), PlanState.HELD, None),
]


@pytest.mark.parametrize(("cells", "live", "state", "sent"), GENERATIONS)
def test_a_record_is_sent_only_what_its_own_generation_takes_in_its_own_spelling(
    cells: dict[str, object], live: dict[str, object], state: PlanState, sent: dict[str, object] | None
) -> None:
    """API facts 8.1-8.3."""
    shown = {
        name: value for name, value in live.items() if name not in {"brandVoice", "language"} or "imageUrl" in live
    }
    sheet = desired(INFLUENCERS, [{"influencerId": an_id(1), **cells}])
    made = plan(sheet, reading(INFLUENCERS, [shown]), INFLUENCERS)
    assert made.rows["state"].to_list() == [state]
    assert [change.patch for change in made.changes] == ([] if sent is None else [sent])
