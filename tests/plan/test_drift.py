"""Who moved: the sheet, somebody elsewhere, both or neither; and what is done about it (contract, section 5)."""

from collections.abc import Mapping

import polars as pl
import pytest

from layersync.values.cell import CLEAR, canonical
from layersync.values.drift import DriftRules, OnDrift
from layersync.values.memory import Memory
from layersync.values.plan import Plan, PlanState
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, plan, project, reading

OVERWRITE, KEEP, HOLD = OnDrift.OVERWRITE, OnDrift.KEEP, OnDrift.HOLD

# path, then the cell as it was agreed, the cell now, and what is live, as the API holds the field
Case = tuple[str, object, object, object]

NEITHER: list[Case] = [
    ("tagline", "a", "a", "a"),
    ("tagline", "caf\u00e9", "caf\u00e9", "cafe\u0301"),
    ("appName", CLEAR, CLEAR, None),
    ("metadata", {"a": 1, "b": 2}, {"b": 2, "a": 1}, {"b": 2, "a": 1}),
    ("metadata.n", "5", "5", {"n": 5}),
]
SHEET_ALONE: list[Case] = [
    ("tagline", "a", "b", "a"),
    ("tagline", "caf\u00e9", "tea", "cafe\u0301"),
    ("appName", "Acme", CLEAR, "Acme"),
    ("appName", CLEAR, "Acme", None),
    ("metadata", {"a": 1, "b": {"c": 2}}, {"a": 2}, {"b": {"c": 2.0}, "a": 1}),
    ("metadata", {"a": 1}, {"a": 2}, {"a": 1, "partner": {"grown": "since"}}),
    ("metadata.n", "5", "6", {"n": 5, "other": "moved"}),
    ("metadata.a.b", "x", "y", {"a": {"b": "x"}}),
]
LIVE_ALONE: list[Case] = [
    ("tagline", "a", "a", "c"),
    ("tagline", "a", "a", None),
    ("appName", CLEAR, CLEAR, "Theirs"),
    ("metadata", {"a": 1}, {"a": 1}, {"a": 2}),
    ("metadata.n", "5", "5", {"n": 7}),
    ("metadata.n", "5", "5", None),
]
BOTH: list[Case] = [
    ("tagline", "a", "b", "c"),
    ("appName", "Acme", CLEAR, "Theirs"),
    ("metadata", {"a": 1}, {"a": 2}, {"a": 3}),
    ("metadata.n", "5", "6", {"n": 7}),
]
BOTH_ALIKE: list[Case] = [
    ("tagline", "a", "b", "b"),
    ("appName", "Acme", CLEAR, None),
    ("metadata", {"a": 1}, {"a": 2}, {"a": 2.0}),
    ("metadata.n", "5", "6", {"n": 6}),
]
RULES = [OVERWRITE, KEEP, HOLD]


def ledger(*rows: Mapping[str, object]) -> pl.DataFrame:
    """What was agreed: `id` and cells by path, as a sheet states them."""
    paths = dict.fromkeys(path for row in rows for path in row if path != "id")
    lines = [{"_id": row["id"], **{path: _cell(row.get(path)) for path in paths}} for row in rows]
    return pl.DataFrame(lines, schema=dict.fromkeys(("_id", *paths), pl.String))


def _cell(value: object) -> object:
    return value if value is None or isinstance(value, str) else canonical(value)


def three_way(case: Case, rule: OnDrift, *, known: bool = True) -> Plan:
    path, agreed, cell, live = case
    memory = Memory(ledger=ledger({"id": an_id(1), path: agreed}) if known else None)
    record = project(1, **{path.partition(".")[0]: live})
    sheet = desired(PROJECTS, [{"id": an_id(1), path: cell}])
    return plan(sheet, reading(PROJECTS, [record]), PROJECTS, memory=memory, on_drift=DriftRules(rule))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("case", NEITHER + BOTH_ALIKE, ids=str)
def test_where_sheet_and_live_are_equal_nothing_is_told_whoever_moved(case: Case, rule: OnDrift) -> None:
    made = three_way(case, rule)
    assert (made.changes, made.drifts) == ((), ())
    assert made.rows["state"].to_list() == [PlanState.UNCHANGED]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("case", SHEET_ALONE, ids=str)
def test_a_change_of_the_sheet_alone_is_sent_under_every_rule(case: Case, rule: OnDrift) -> None:
    made = three_way(case, rule)
    assert len(made.changes) == 1
    assert made.drifts == ()


@pytest.mark.parametrize("case", LIVE_ALONE + BOTH, ids=str)
def test_overwrite_sends_what_it_would_have_sent_anyway_and_tells_the_drift(case: Case) -> None:
    made = three_way(case, OVERWRITE)
    assert made.changes == three_way(case, OVERWRITE, known=False).changes
    assert [(one.row, one.field, one.rule) for one in made.drifts] == [(2, case[0], OVERWRITE)]
    assert made.drifts[0].live == made.changes[0].edits[0].before
    assert made.drifts[0].desired == made.changes[0].edits[0].after


@pytest.mark.parametrize("case", LIVE_ALONE + BOTH, ids=str)
def test_keep_sends_nothing_and_lists_the_drift(case: Case) -> None:
    made = three_way(case, KEEP)
    assert made.changes == ()
    assert [(one.field, one.rule) for one in made.drifts] == [(case[0], KEEP)]
    assert made.rows["state"].to_list() == [PlanState.UNCHANGED]


@pytest.mark.parametrize("case", LIVE_ALONE + BOTH, ids=str)
def test_hold_holds_the_row_at_its_cell(case: Case) -> None:
    made = three_way(case, HOLD)
    assert made.changes == ()
    assert made.holds == (), "no guard: exit 3, not 5"
    assert made.rows.select("state", "cell").row(0) == (PlanState.HELD, "B2")
    assert "live changed from" in made.rows["message"][0]


@pytest.mark.parametrize("case", LIVE_ALONE + BOTH, ids=str)
def test_without_an_entry_a_cell_is_compared_in_two_ways(case: Case) -> None:
    for memory in (None, ledger({"id": an_id(1)}), ledger({"id": an_id(9), case[0]: case[1]})):
        record = project(1, **{case[0].partition(".")[0]: case[3]})
        sheet = desired(PROJECTS, [{"id": an_id(1), case[0]: case[2]}])
        made = plan(
            sheet, reading(PROJECTS, [record]), PROJECTS, memory=Memory(ledger=memory), on_drift=DriftRules(HOLD)
        )
        assert len(made.changes) == 1
        assert made.drifts == ()


def test_a_drift_tells_all_three_values_as_json_values() -> None:
    (drift,) = three_way(("metadata.n", "5", "6", {"n": 7}), OVERWRITE).drifts
    assert (drift.last_agreed, drift.live, drift.desired) == (5, 7, 6)
    (drift,) = three_way(("appName", CLEAR, "Acme", "Theirs"), OVERWRITE).drifts
    assert (drift.last_agreed, drift.live, drift.desired) == (None, "Theirs", "Acme")


def test_a_blank_cell_is_not_managed_and_does_not_drift() -> None:
    memory = Memory(ledger=ledger({"id": an_id(1), "tagline": "a", "name": "Acme"}))
    sheet = desired(PROJECTS, [{"id": an_id(1), "tagline": None, "name": "Beta"}])
    made = plan(sheet, reading(PROJECTS, [project(1, tagline="c", name="Acme")]), PROJECTS, memory=memory)
    assert made.drifts == ()
    assert [change.patch for change in made.changes] == [{"name": "Beta"}]


PERSONALITY: list[tuple[dict[str, object], dict[str, object], dict[str, object], list[str]]] = [
    ({"personality.humor": "dry"}, {"personality.humor": "dry"}, {"humor": "puns", "tone": "x"}, ["personality.humor"]),
    ({"personality.humor": "dry"}, {"personality.humor": "wry"}, {"humor": "dry"}, []),
    (
        {"personality": {"humor": "dry", "tone": "flat"}},
        {"personality": {"tone": "flat", "humor": "dry"}},
        {"humor": "puns", "tone": "flat", "more": 1},
        ["personality.humor"],
    ),
    (
        {"personality": {"humor": "dry"}},
        {"personality": {"humor": "dry", "tone": "x"}},
        {"humor": "dry", "tone": "y"},
        [],
    ),
    ({"personality.traits": ["a"]}, {"personality.traits": ["a"]}, {"traits": ["a", "b"]}, ["personality.traits"]),
    ({"personality.tone": CLEAR}, {"personality.tone": CLEAR}, {"tone": "x"}, ["personality.tone"]),
    ({"gender": "nonbinary"}, {"gender": "male"}, {}, ["gender"]),
]


@pytest.mark.parametrize(("agreed", "cells", "live", "drifted"), PERSONALITY, ids=str)
def test_of_a_merged_object_each_key_drifts_by_itself(
    agreed: dict[str, object], cells: dict[str, object], live: dict[str, object], drifted: list[str]
) -> None:
    sheet = desired(INFLUENCERS, [{"influencerId": an_id(1), **cells}])
    record = influencer(1, personality=live, gender="female")
    memory = Memory(ledger=ledger({"id": an_id(1), **agreed}))
    made = plan(sheet, reading(INFLUENCERS, [record]), INFLUENCERS, memory=memory)
    assert [one.field for one in made.drifts] == drifted


def test_another_spelling_of_the_agreed_choice_is_no_drift() -> None:
    sheet = desired(INFLUENCERS, [{"influencerId": an_id(1), "gender": "male"}])
    memory = Memory(ledger=ledger({"id": an_id(1), "gender": "nonbinary"}))
    made = plan(sheet, reading(INFLUENCERS, [influencer(1, gender="non_binary")]), INFLUENCERS, memory=memory)
    assert (len(made.changes), made.drifts) == (1, ())


def a_row(rules: DriftRules) -> Plan:
    agreed = {"id": an_id(1), "tagline": "a", "timezone": "UTC", "name": "Acme"}
    live = project(1, tagline="theirs", timezone="Asia/Tokyo", name="Acme")
    sheet = desired(PROJECTS, [{"id": an_id(1), "tagline": "a", "timezone": "UTC", "name": "Beta"}])
    memory = Memory(ledger=ledger(agreed))
    return plan(sheet, reading(PROJECTS, [live]), PROJECTS, memory=memory, on_drift=rules)


FIELD_RULES: list[tuple[DriftRules, dict[str, object] | None]] = [
    (DriftRules(OVERWRITE, {"timezone": KEEP}), {"tagline": "a", "name": "Beta"}),
    (DriftRules(KEEP, {"timezone": OVERWRITE}), {"timezone": "UTC", "name": "Beta"}),
    (DriftRules(KEEP), {"name": "Beta"}),
    (DriftRules(KEEP, {"timezone": HOLD}), None),
    (DriftRules(OVERWRITE, {"name": HOLD}), {"tagline": "a", "timezone": "UTC", "name": "Beta"}),
]


@pytest.mark.parametrize(("rules", "sent"), FIELD_RULES, ids=str)
def test_each_field_goes_by_its_own_rule_and_one_that_holds_holds_the_row(
    rules: DriftRules, sent: dict[str, object] | None
) -> None:
    made = a_row(rules)
    assert [change.patch for change in made.changes] == ([sent] if sent else [])
    assert {one.field for one in made.drifts} == {"tagline", "timezone"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, OVERWRITE),
        ({"metadata": KEEP}, KEEP),
        ({"metadata.a": HOLD, "metadata": KEEP}, HOLD),
        ({"metadata.a.b.c": HOLD}, OVERWRITE),
        ({"meta": HOLD}, OVERWRITE),
    ],
)
def test_the_nearest_rule_above_a_path_is_its_rule(fields: dict[str, OnDrift], expected: OnDrift) -> None:
    assert DriftRules(OVERWRITE, fields).of("metadata.a.b") is expected


def test_rows_are_known_by_their_record_whatever_column_is_the_key() -> None:
    rows = [{"customerExternalId": "x", "tagline": "a"}]
    record = project(1, customerExternalId="x", tagline="theirs")
    memory = Memory(ledger=ledger({"id": an_id(1), "tagline": "a"}))
    sheet = desired(PROJECTS, rows, key="customerExternalId")
    made = plan(sheet, reading(PROJECTS, [record], key="customerExternalId"), PROJECTS, memory=memory)
    assert [one.last_agreed for one in made.drifts] == ["a"]


def test_each_row_is_measured_by_its_own_record_among_many_in_any_order() -> None:
    rows = [{"id": an_id(one), "tagline": f"cell {one}"} for one in range(40)]
    live = [project(one, tagline="theirs" if one % 10 == 3 else f"cell {one}") for one in reversed(range(40))]
    agreed = ledger(*({"id": an_id(one), "tagline": f"cell {one}"} for one in (*range(30, 60), *range(30))))
    made = plan(desired(PROJECTS, rows), reading(PROJECTS, live), PROJECTS, memory=Memory(ledger=agreed))
    assert [(one.row, one.last_agreed) for one in made.drifts] == [
        (5, "cell 3"),
        (15, "cell 13"),
        (25, "cell 23"),
        (35, "cell 33"),
    ]


@pytest.mark.parametrize(
    ("fields", "live", "state"),
    [
        ({"metadata.a": KEEP}, {"a": 9, "b": 1}, PlanState.UNCHANGED),
        ({"metadata.a": HOLD}, {"a": 9, "b": 1}, PlanState.HELD),
        ({"metadata.a": KEEP, "metadata.b": HOLD}, {"a": 9, "b": 9}, PlanState.HELD),
        ({"metadata.a": KEEP}, {"a": 1, "b": 9}, PlanState.CHANGE),
        ({"metadata.a": KEEP}, {"b": 1}, PlanState.UNCHANGED),
        ({"metadata": HOLD, "metadata.a": OVERWRITE}, {"a": 9, "b": 1}, PlanState.CHANGE),
    ],
    ids=str,
)
def test_an_object_stated_as_a_whole_goes_by_the_rules_of_the_keys_that_moved(
    fields: dict[str, OnDrift], live: dict[str, int], state: PlanState
) -> None:
    agreed = {"id": an_id(1), "metadata": {"a": 1, "b": 1}}
    memory = Memory(ledger=ledger(agreed))
    record = reading(PROJECTS, [project(1, metadata=live)])
    made = plan(desired(PROJECTS, [agreed]), record, PROJECTS, memory=memory, on_drift=DriftRules(fields=fields))
    assert made.rows["state"].to_list() == [state]
    assert [one.field for one in made.drifts] == ["metadata"]
