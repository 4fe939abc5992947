"""Every guard passes at its limit, holds one above, and yields to exactly the override that it prints."""

import re
from dataclasses import replace

import pytest

from layersync.values.cell import CLEAR
from layersync.values.guards import Guard, GuardLimits, Limit
from layersync.values.memory import Memory
from layersync.values.plan import Plan
from tests.plan.build import PROJECTS, WIDE, an_id, desired, plan, project, reading

TIGHT = replace(WIDE, archive=2, clears=2, research=2)
EDITS: dict[Guard, dict[str, object]] = {
    Guard.ARCHIVE: {"status": "archived"},
    Guard.CLEARS: {"appName": CLEAR},
    Guard.RESEARCH: {"appDescription": "d" * 100},
}


def made(
    edits: list[dict[str, object]], limits: GuardLimits, last_rows: int | None = None, *, partial: bool = False
) -> Plan:
    rows = [{"id": an_id(number), "tagline": "", **edit} for number, edit in enumerate(edits)]
    for row in rows:
        row["tagline"] = row["tagline"] or None
    live = [project(number, appName="Acme", appDescription="old" * 40) for number in range(len(edits))]
    return plan(
        desired(PROJECTS, rows, partial=partial), reading(PROJECTS, live), PROJECTS, limits, Memory(last_rows=last_rows)
    )


def allowing(override: str, limits: GuardLimits) -> GuardLimits:
    """Reads the printed override back, as the command line would."""
    match = re.fullmatch(r"--allow projects\.(\w+)=(\d+)", override)
    assert match
    return replace(limits, allowed=((Guard(match[1]), int(match[2])),))


@pytest.mark.parametrize("guard", EDITS)
def test_a_row_guard_holds_its_rows_and_lets_the_others_go(guard: Guard) -> None:
    others = [{"tagline": "x"}] * 3
    assert made([EDITS[guard]] * 2 + others, TIGHT).holds == ()

    held = made([EDITS[guard]] * 3 + others, TIGHT)
    assert [(hold.guard, hold.counted, hold.limit) for hold in held.holds] == [(guard, 3, 2)]
    assert held.held_rows == {2, 3, 4}
    assert [change.row for change in held.to_send] == [5, 6, 7]

    allowed = allowing(held.holds[0].override, TIGHT)
    assert len(made([EDITS[guard]] * 3 + others, allowed).to_send) == 6
    assert made([EDITS[guard]] * 4 + others, allowed).holds[0].counted == 4


@pytest.mark.parametrize(
    ("guard", "one", "more"),
    [
        (Guard.ARCHIVE, "1 record going", "2 records going"),
        (Guard.CLEARS, "1 field going", "2 fields going"),
        (Guard.RESEARCH, "1 change of appDescription that restarts", "2 changes of appDescription that restart"),
    ],
)
def test_one_is_told_as_one(guard: Guard, one: str, more: str) -> None:
    none = replace(WIDE, archive=0, clears=0, research=0)
    assert made([EDITS[guard]], none).holds[0].message.startswith(f"{one} ")
    assert made([EDITS[guard]] * 2, none).holds[0].message.startswith(f"{more} ")


def test_max_changes_as_a_share_is_rounded_down_and_holds_the_job() -> None:
    limits = replace(WIDE, max_changes=Limit(share=0.3))
    unchanged: list[dict[str, object]] = [{}] * 9
    assert made([{"tagline": "x"}] * 3 + unchanged[:7], limits).holds == ()
    held = made([{"tagline": "x"}] * 4 + unchanged[:7], limits)
    assert (held.holds[0].counted, held.holds[0].limit, held.holds[0].rows) == (4, 3, None)
    assert held.to_send == ()
    assert len(made([{"tagline": "x"}] * 4 + unchanged[:7], allowing(held.holds[0].override, limits)).to_send) == 4


def test_a_share_does_not_bind_under_min_rows_nor_a_part_of_a_sheet_but_a_count_does() -> None:
    share, count = replace(WIDE, max_changes=Limit(share=0.3)), replace(WIDE, max_changes=Limit(count=5))
    assert made([{"tagline": "x"}] * 9, share).holds == ()
    assert made([{"tagline": "x"}] * 12, share, partial=True).holds == ()
    assert made([{"tagline": "x"}] * 6, count, partial=True).holds[0].guard is Guard.CHANGES


def test_a_sheet_that_shrank_holds_the_job_unless_it_is_a_part() -> None:
    limits = replace(WIDE, max_shrink=Limit(share=0.2))
    assert made([{"tagline": "x"}] * 8, limits, last_rows=10).holds == ()
    held = made([{"tagline": "x"}] * 7, limits, last_rows=10)
    assert (held.holds[0].guard, held.holds[0].counted, held.held_whole) == (Guard.SHRINK, 3, True)
    assert made([{"tagline": "x"}] * 7, allowing(held.holds[0].override, limits), last_rows=10).holds == ()
    assert made([{"tagline": "x"}] * 7, limits, last_rows=10, partial=True).holds == ()
    assert made([{"tagline": "x"}] * 7, limits).holds == ()


def test_archivals_go_last() -> None:
    order = made([{"status": "archived"}, {"tagline": "x"}, {"status": "archived"}, {"tagline": "y"}], WIDE).changes
    assert [change.row for change in order] == [3, 5, 2, 4]


@pytest.mark.parametrize(
    ("share", "whole", "limit"), [(0.3, 10, 3), (0.3, 9, 2), (0.29, 100, 29), (0.07, 100, 7), (0.0, 5, 0)]
)
def test_a_share_of_a_whole_is_exact_in_spite_of_binary_fractions(share: float, whole: int, limit: int) -> None:
    assert Limit(share=share).of(whole) == limit


def test_a_row_that_claims_a_value_which_a_held_row_frees_is_held_with_it_and_admitted_with_it() -> None:
    live = [project(number, customerExternalId=f"c{number}") for number in range(4)]
    rows: list[dict[str, object]] = [
        {"id": an_id(0), "customerExternalId": "c1"},
        {"id": an_id(1), "customerExternalId": "c2"},
        {"id": an_id(2), "customerExternalId": "new", "status": "archived"},
        {"id": an_id(3), "customerExternalId": "newer"},
    ]
    sheet = desired(PROJECTS, rows)
    held = plan(sheet, reading(PROJECTS, live), PROJECTS, replace(WIDE, archive=0))
    assert [(hold.guard, hold.counted, hold.rows, hold.behind) for hold in held.holds] == [
        (Guard.ARCHIVE, 1, frozenset({2, 3, 4}), frozenset({2, 3}))
    ]
    assert [change.row for change in held.to_send] == [5]

    admitted = plan(sheet, reading(PROJECTS, live), PROJECTS, allowing(held.holds[0].override, WIDE))
    assert [change.row for change in admitted.to_send] == [5, 4, 3, 2]
