"""A cell that had a value and was emptied: what is said of it."""

from dataclasses import replace

import pytest

from layersync.values.cell import CLEAR
from layersync.values.memory import Memory
from layersync.values.plan import Plan, PlanState
from layersync.values.problem import Severity
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, plan, project, reading
from tests.plan.test_drift import ledger


def emptied(path: str, agreed: object, live: object, **cells: object) -> Plan:
    record = project(1, **{path.partition(".")[0]: live})
    sheet = desired(PROJECTS, [{"id": an_id(1), path: None, **cells}])
    return plan(
        sheet, reading(PROJECTS, [record]), PROJECTS, memory=Memory(ledger=ledger({"id": an_id(1), path: agreed}))
    )


@pytest.mark.parametrize(
    ("path", "agreed", "live", "message", "what_to_do"),
    [
        ("appName", "a", "a", 'B2 was emptied; live keeps "a"', "write <clear> to clear it"),
        ("appName", "a", "theirs", 'B2 was emptied; live keeps "theirs"', "write <clear> to clear it"),
        ("metadata.n", "5", {"n": 5}, "B2 was emptied; live keeps 5", "write <clear> to clear it"),
        (
            "tagline",
            "a",
            "a",
            'B2 was emptied; live keeps "a"',
            "tagline cannot be cleared; a blank cell leaves it alone",
        ),
        ("appName", "a", "x" * 90, f'B2 was emptied; live keeps "{"x" * 58}…', "write <clear> to clear it"),
    ],
)
def test_it_is_told_with_what_live_keeps_and_the_way_on(
    path: str, agreed: object, live: object, message: str, what_to_do: str
) -> None:
    made = emptied(path, agreed, live)
    (problem,) = made.problems
    assert (problem.message, problem.what_to_do, problem.severity) == (message, what_to_do, Severity.NOTICE)
    assert (problem.cell, problem.header) == ("B2", path)
    assert made.rows["state"].to_list() == [PlanState.UNCHANGED]
    assert made.changes == ()


@pytest.mark.parametrize(
    ("path", "agreed", "live"),
    [
        ("appName", None, "a"),  # nothing was agreed, so nothing was emptied
        ("appName", CLEAR, "a"),  # the sheet had no value either
        ("appName", "a", None),  # there is nothing left to clear
        ("metadata.n", "5", {"other": 1}),
    ],
)
def test_where_no_value_was_taken_out_or_none_is_left_nothing_is_told(path: str, agreed: object, live: object) -> None:
    assert emptied(path, agreed, live).problems == ()


def test_a_record_that_was_not_read_in_full_is_told_without_its_value() -> None:
    slim = {"id": an_id(1), "name": "Acme"}
    memory = Memory(ledger=ledger({"id": an_id(1), "appName": "a"}))
    made = plan(
        desired(PROJECTS, [{"id": an_id(1), "appName": None}]), reading(PROJECTS, [slim]), PROJECTS, memory=memory
    )
    assert [one.message for one in made.problems] == ["B2 was emptied; live keeps its value"]


def test_a_row_that_is_held_or_wrong_says_that_first() -> None:
    made = emptied("metadata.b", "x", {"b": "x", "a": "text"}, **{"metadata.a.c": "1"})
    assert made.rows["state"].to_list() == [PlanState.INVALID]
    assert [one.severity for one in made.problems] == [Severity.ERROR]


def test_a_whole_column_that_was_emptied_is_told_in_one_sentence() -> None:
    rows = [{"id": an_id(number), "appName": None} for number in range(101)]
    live = [project(number, appName="a") for number in range(101)]
    memory = Memory(ledger=ledger(*({"id": an_id(number), "appName": "a"} for number in range(101))))
    made = plan(desired(PROJECTS, rows), reading(PROJECTS, live), PROJECTS, memory=memory)
    assert made.problems == ()
    assert [(one.message, one.cell) for one in made.notices] == [
        ("101 cells of appName were emptied; live keeps their values", "B")
    ]


def test_the_sheets_own_clear_token_is_named() -> None:
    sheet = replace(desired(INFLUENCERS, [{"influencerId": an_id(1), "vibe": None}]), clear_token="<leer>")  # noqa: S106
    memory = Memory(ledger=ledger({"id": an_id(1), "vibe": "warm"}))
    made = plan(sheet, reading(INFLUENCERS, [influencer(1, vibe="warm")]), INFLUENCERS, memory=memory)
    assert [one.what_to_do for one in made.problems] == ["write <leer> to clear it"]
