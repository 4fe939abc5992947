"""Why a row came out as it did: one case for each rule that can decide."""

from collections.abc import Mapping

import pytest

from layersync.plan.explain import explain
from layersync.values.cell import CLEAR
from layersync.values.desired import Role, RowState
from layersync.values.drift import DriftRules, OnDrift
from layersync.values.explanation import CellExplained, Question, RowExplained, Rule, Said
from layersync.values.guards import GuardLimits
from layersync.values.memory import Memory
from layersync.values.problem import Problem, Severity
from tests.plan.build import PROJECTS, WIDE, an_id, desired, plan, project, reading
from tests.plan.test_drift import ledger

WRONG = Problem(message="is not a zone", what_to_do="correct it", row=2, column="B", header="timezone", value="Mars")


def explained(
    row: Mapping[str, object],
    live: Mapping[str, object] | None,
    agreed: Mapping[str, object] | None = None,
    path: str | None = None,
    *,
    rule: OnDrift = OnDrift.OVERWRITE,
    limits: GuardLimits = WIDE,
    roles: Mapping[str, Role] | None = None,
    state: RowState = RowState.OK,
    problems: tuple[Problem, ...] = (),
) -> RowExplained:
    sheet = desired(PROJECTS, [{"id": an_id(1), **row}], roles=roles, states={2: state}, problems=problems)
    records = reading(
        PROJECTS, [] if live is None else [project(1, **live)], missing=[an_id(1)] if live is None else []
    )
    memory = Memory(ledger=ledger({"id": an_id(1), **agreed}) if agreed is not None else None)
    made = plan(sheet, records, PROJECTS, limits, memory=memory, on_drift=DriftRules(rule))
    (answer,) = explain(Question((2,), path), sheet, records.live(sheet, PROJECTS), memory, made, PROJECTS)
    return answer


def cell(*args: object, **told: object) -> CellExplained:
    (only,) = explained(*args, **told).cells  # type: ignore[arg-type]
    return only


def test_a_blank_cell_is_left_alone_and_shows_what_is_live() -> None:
    found = cell({"tagline": None}, {"tagline": "x"})
    assert (found.rule, found.desired, found.live, found.last_agreed) == (Rule.BLANK, None, Said("x"), None)


def test_an_emptied_cell_says_so() -> None:
    assert "B2 was emptied" in cell({"appName": None}, {"appName": "x"}, {"appName": "x"}).why


EQUAL: list[tuple[str, object, object, Rule]] = [
    ("tagline", "x", "x", Rule.EQUAL),
    ("appName", CLEAR, None, Rule.EQUAL),
    ("metadata.n", "5", {"n": 5}, Rule.EQUAL),
    ("metadata", {"b": 1, "a": 2}, {"a": 2, "b": 1}, Rule.EQUAL),
    ("tagline", "caf\u00e9", "cafe\u0301", Rule.EQUAL_VALUE),
    ("metadata", {"n": 1}, {"n": 1.0}, Rule.EQUAL_VALUE),
]


@pytest.mark.parametrize(("path", "wanted", "live", "rule"), EQUAL)
def test_equal_cells_are_equal_in_writing_or_in_value(path: str, wanted: object, live: object, rule: Rule) -> None:
    assert cell({path: wanted}, {path.partition(".")[0]: live}).rule is rule


def test_a_difference_is_sent_and_shows_three_values() -> None:
    found = cell({"metadata.n": "6"}, {"metadata": {"n": 5}}, {"metadata.n": "5"})
    assert (found.rule, found.desired, found.live, found.last_agreed) == (Rule.SENT, Said(6), Said(5), Said(5))
    assert (found.cell, found.field) == ("B2", "metadata.n")


def test_a_cleared_cell_wants_null() -> None:
    assert cell({"appName": CLEAR}, {"appName": "x"}).desired == Said(None)


def test_a_cell_that_keeps_its_drift_says_so_in_a_row_that_is_held_for_another_too() -> None:
    sheet = desired(PROJECTS, [{"id": an_id(1), "tagline": "mine", "timezone": "Europe/Berlin"}])
    records = reading(PROJECTS, [project(1, tagline="theirs", timezone="Asia/Tokyo")])
    memory = Memory(ledger=ledger({"id": an_id(1), "tagline": "was", "timezone": "Europe/Berlin"}))
    rules = DriftRules(OnDrift.HOLD, {"timezone": OnDrift.KEEP})
    made = plan(sheet, records, PROJECTS, WIDE, memory=memory, on_drift=rules)
    (row,) = explain(Question((2,), None), sheet, records.live(sheet, PROJECTS), memory, made, PROJECTS)
    assert [(one.field, one.rule) for one in row.cells] == [("tagline", Rule.WRONG), ("timezone", Rule.DRIFT_KEPT)]


@pytest.mark.parametrize(
    ("on_drift", "rule"),
    [
        (OnDrift.OVERWRITE, Rule.DRIFT_OVERWRITTEN),
        (OnDrift.KEEP, Rule.DRIFT_KEPT),
        (OnDrift.HOLD, Rule.WRONG),
    ],
)
def test_drift_names_the_setting_that_decided(on_drift: OnDrift, rule: Rule) -> None:
    found = cell({"tagline": "mine"}, {"tagline": "theirs"}, {"tagline": "ours"}, rule=on_drift)
    assert found.rule is rule
    assert "since the last run" in found.why
    assert found.last_agreed == Said("ours")


def test_a_guard_that_holds_is_named_with_its_override() -> None:
    found = cell({"status": "archived"}, {"status": "active"}, limits=GuardLimits())
    assert found.rule is Rule.GUARD
    assert "--allow projects.archive=1" in found.why


def test_a_wrong_cell_says_what_is_wrong_and_the_others_that_their_row_is_not_sent() -> None:
    row = explained(
        {"timezone": None, "tagline": "new", "name": "Acme"},
        {"tagline": "old", "name": "Acme"},
        state=RowState.INVALID,
        problems=(WRONG,),
    )
    assert row.state == "invalid"
    assert [one.rule for one in row.cells] == [Rule.WRONG, Rule.ROW, Rule.EQUAL]
    assert row.cells[0].why == "is not a zone; correct it"
    assert "the row is invalid" in row.cells[1].why


def test_a_warning_is_not_why_a_cell_is_sent() -> None:
    warned = Problem(message="long", row=2, column="B", severity=Severity.WARNING)
    assert cell({"tagline": "new"}, {"tagline": "old"}, problems=(warned,)).rule is Rule.SENT


def test_an_expected_column_is_only_compared() -> None:
    row = explained({"name": "Acme", "tagline": "x"}, {"name": "Acme"}, roles={"name": Role.EXPECTED})
    assert [one.rule for one in row.cells] == [Rule.ONLY_COMPARED, Rule.SENT]
    row = explained({"name": "Acme", "tagline": "x"}, {"name": "Beta"}, roles={"name": Role.EXPECTED})
    assert [one.rule for one in row.cells] == [Rule.WRONG, Rule.ROW]
    assert row.state == "conflict"


def test_a_row_that_no_record_answers_to_says_so_at_every_cell() -> None:
    found = cell({"tagline": "x"}, None)
    assert (found.rule, found.desired, found.live) == (Rule.UNKNOWN, Said("x"), None)
    assert "no project has this id" in found.why


def test_a_skipped_row_says_so() -> None:
    row = explained({"tagline": "x"}, {"tagline": "y"}, state=RowState.SKIPPED)
    assert row.state == "skipped"
    assert row.cells[0].rule is Rule.ROW


def test_one_field_may_be_asked_for_by_path_or_as_a_whole() -> None:
    row = {"metadata.a": "1", "metadata.b": "2", "tagline": "x"}
    assert [one.field for one in explained(row, {}, path="metadata.b").cells] == ["metadata.b"]
    assert [one.field for one in explained(row, {}, path="metadata").cells] == ["metadata.a", "metadata.b"]
    assert [one.field for one in explained({"metadata": {"a": 1}}, {}, path="metadata.a").cells] == ["metadata"]


def test_a_field_without_a_column_is_not_managed() -> None:
    found = cell({"tagline": "x"}, {}, path="timezone")
    assert (found.rule, found.cell, found.field) == (Rule.NO_COLUMN, "", "timezone")


@pytest.mark.parametrize(("path", "rules"), [(None, []), ("tagline", [Rule.NO_COLUMN])])
def test_a_row_of_a_sheet_that_states_no_field_is_explained(path: str | None, rules: list[Rule]) -> None:
    found = explained({}, {}, path=path)
    assert (found.state, [one.rule for one in found.cells]) == ("unchanged", rules)
