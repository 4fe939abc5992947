"""Unique values: what the API would refuse is found before sending, and everything else is sent in a safe order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.values.desired import Desired, Role, RowState
from layersync.values.drift import DriftRules, OnDrift
from layersync.values.live import Holder
from layersync.values.memory import Memory
from layersync.values.plan import Plan
from tests.plan.build import PROJECTS, WIDE, an_id, desired, plan, project, reading
from tests.plan.server_model import Refused, patched_among

FIELD = "customerExternalId"
Row = Mapping[str, object]


def live(count: int) -> list[dict[str, object]]:
    """Record n holds `cn`."""
    return [project(number, **{FIELD: f"c{number}"}) for number in range(count)]


def row(number: int, value: str | None = None, **cells: object) -> dict[str, object]:
    return {"id": an_id(number), FIELD: value, **cells}


def sheet_of(rows: Sequence[Row], **states: RowState) -> Desired:
    return desired(PROJECTS, rows, states={int(name[1:]): state for name, state in states.items()})


def planned(rows: Sequence[Row], records: Sequence[Row], *beside: Row, **states: RowState) -> Plan:
    """The plan of a sheet; the records `beside` were seen in the listing only."""
    left_out = {int(name[1:]) - 2 for name, state in states.items() if state not in {RowState.OK, RowState.LIMIT}}
    read = reading(PROJECTS, [one for number, one in enumerate(records) if number not in left_out])
    seen = [one for number, one in enumerate(records) if number in left_out]
    holders = tuple(
        Holder(field=FIELD, value=str(one[FIELD]), id=str(one["id"]), name=str(one["name"])) for one in (*seen, *beside)
    )
    return plan(sheet_of(rows, **states), replace(read, holders=holders), PROJECTS)


def states(made: Plan) -> dict[int, str]:
    return dict(made.rows.select("row", "state").iter_rows())


def said(made: Plan, number: int) -> str:
    return str(made.rows.filter(made.rows["row"] == number)["message"][0])


def test_a_value_that_nobody_holds_is_sent() -> None:
    made = planned([row(0, "new"), row(1)], live(2))
    assert [change.row for change in made.changes] == [2]


def test_rows_that_claim_one_value_are_all_invalid_and_each_names_the_others() -> None:
    made = planned([row(0, "same"), row(1, "other"), row(2, "same"), row(3, "same")], live(4))
    assert states(made) == {2: "invalid", 3: "change", 4: "invalid", 5: "invalid"}
    assert said(made, 2) == f"rows 4 and 5 also say this {FIELD}"
    assert said(made, 4) == f"rows 2 and 5 also say this {FIELD}"
    problem = next(one for one in made.problems if one.row == 4)
    assert (problem.cell, problem.header, problem.value, problem.line) == ("B4", FIELD, "same", 4)


def test_a_row_that_holds_the_value_and_says_so_is_invalid_with_the_one_that_claims_it() -> None:
    made = planned([row(0, "c0"), row(1, "c0", tagline="x")], live(2))
    assert states(made) == {2: "invalid", 3: "invalid"}
    assert said(made, 2) == f"row 3 also says this {FIELD}"


def test_two_spellings_in_unicode_are_one_value_and_two_in_case_are_not() -> None:
    records = [project(0, **{FIELD: "cafe\u0301"}), project(1), project(2)]
    made = planned([row(0), row(1, "caf\u00e9"), row(2, "CAF\u00c9")], records)
    assert states(made) == {2: "unchanged", 3: "invalid", 4: "change"}


def test_a_value_held_by_a_row_of_the_sheet_that_keeps_it_is_invalid_and_the_holder_named() -> None:
    made = planned([row(0, "c1"), row(1)], live(2))
    assert states(made) == {2: "invalid", 3: "unchanged"}
    assert said(made, 2) == f'project "Project 1" ({an_id(1)}, row 3) has this {FIELD}'


def test_a_value_held_by_a_record_outside_the_sheet_is_invalid_and_the_holder_named() -> None:
    made = planned([row(0, "c9")], live(1), project(9, **{FIELD: "c9"}))
    assert states(made) == {2: "invalid"}
    assert said(made, 2) == f'project "Project 9" ({an_id(9)}) has this {FIELD}'


def test_a_value_that_more_than_one_record_holds_is_refused() -> None:
    beside = [project(8, **{FIELD: "twice"}), project(9, **{FIELD: "twice"})]
    made = planned([row(0, "twice")], live(1), *beside)
    assert states(made) == {2: "invalid"}
    assert said(made, 2).endswith(f'and project "Project 9" ({an_id(9)}) have this {FIELD}')


def test_a_chain_is_ordered_and_its_order_is_part_of_the_plan() -> None:
    made = planned([row(0, "c1"), row(1, "c2"), row(2, "new")], live(3))
    assert [(change.row, change.after) for change in made.changes] == [(4, ()), (3, (4,)), (2, (3,))]


def test_a_swap_is_held_and_both_rows_named_and_the_others_go_on() -> None:
    made = planned([row(0, "c1"), row(1, "c0"), row(2, "new")], live(3))
    assert states(made) == {2: "held", 3: "held", 4: "change"}
    assert said(made, 2) == said(made, 3) == f"rows 2 and 3 swap their {FIELD}: the API refuses the first of them"


def test_a_circle_of_three_names_all_its_rows_and_holds_those_that_wait_for_it() -> None:
    made = planned([row(0, "c1"), row(1, "c2"), row(2, "c0"), row(3)], live(4), project(9))
    assert set(states(made).values()) == {"held", "unchanged"}
    assert said(made, 3).startswith(f"rows 2, 3 and 4 pass on in a circle their {FIELD}")


def test_a_very_long_circle_names_its_first_rows_and_counts_the_rest() -> None:
    made = planned([row(n, f"c{(n + 1) % 500}") for n in range(500)], live(500))
    assert set(states(made).values()) == {"held"}
    assert "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 490 more" in said(made, 300)


def test_rows_that_wait_for_a_row_that_cannot_go_are_held_down_to_the_last() -> None:
    rows = [row(0, "c1"), row(1, "c2"), row(2, "c3"), row(3, "c9"), row(4, "fine")]
    made = planned(rows, live(5), project(9, **{FIELD: "c9"}))
    assert states(made) == {2: "held", 3: "held", 4: "held", 5: "invalid", 6: "change"}
    assert said(made, 4) == f"row 5 has this {FIELD} and does not give it up: it is invalid"
    assert said(made, 2) == f"row 3 has this {FIELD} and does not give it up: it is held"


def test_rows_that_wait_for_one_of_two_equal_claims_are_held() -> None:
    made = planned([row(0, "same"), row(1, "same"), row(2, "c0")], live(3))
    assert states(made) == {2: "invalid", 3: "invalid", 4: "held"}


@pytest.mark.parametrize(("state", "word"), [(RowState.INVALID, "held"), (RowState.SKIPPED, "invalid")])
def test_a_row_that_the_check_of_the_sheet_took_out_does_not_give_up_its_value(state: RowState, word: str) -> None:
    made = planned([row(0, "c1"), row(1, "new")], live(2), r3=state)
    assert states(made)[2] == word
    assert "row 3" in said(made, 2)


def test_an_invalid_row_counts_as_a_claim_and_a_skipped_one_does_not() -> None:
    rows = [row(0, "same"), row(1, "same")]
    assert states(planned(rows, live(2), r3=RowState.INVALID)) == {2: "invalid", 3: "invalid"}
    assert states(planned(rows, live(2), r3=RowState.SKIPPED)) == {2: "change", 3: "skipped"}


def test_a_row_in_conflict_does_not_give_up_its_value() -> None:
    rows = [row(0, "c1", name="Project 0"), row(1, "new", name="Another")]
    sheet = desired(PROJECTS, rows, roles={"name": Role.EXPECTED})
    made = plan(sheet, reading(PROJECTS, live(2)), PROJECTS)
    assert states(made) == {2: "held", 3: "conflict"}


@pytest.mark.parametrize("rule", [OnDrift.HOLD, OnDrift.KEEP])
def test_a_row_whose_value_drifted_and_is_not_sent_does_not_give_it_up(rule: OnDrift) -> None:
    sheet = sheet_of([row(0, "c1"), row(1, "new")])
    ledger = pl.DataFrame({"_id": [an_id(1)], FIELD: ["before"]})
    made = plan(sheet, reading(PROJECTS, live(2)), PROJECTS, memory=Memory(ledger=ledger), on_drift=DriftRules(rule))
    assert states(made) == {2: "held", 3: "held" if rule is OnDrift.HOLD else "unchanged"}
    assert "row 3 states another one, which is not sent" in said(made, 2)


def test_a_column_that_is_only_expected_claims_nothing() -> None:
    sheet = desired(PROJECTS, [row(0, "c0"), row(1, "c1")], roles={FIELD: Role.EXPECTED})
    assert plan(sheet, reading(PROJECTS, live(2)), PROJECTS).changes == ()


def test_equal_values_that_nothing_is_sent_for_are_left_alone() -> None:
    """An API that lets two records share a value exports a sheet that plans to no changes."""
    records = [project(n, **{FIELD: "same"}) for n in range(2)]
    assert set(states(planned([row(0, "same"), row(1, "same")], records)).values()) == {"unchanged"}


def test_a_value_in_every_row_names_only_a_few_of_them() -> None:
    made = planned([row(n, "same") for n in range(300)], live(300))
    assert said(made, 2) == f"rows 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 289 more also say this {FIELD}"


VALUES = st.one_of(st.none(), st.sampled_from([f"c{n}" for n in range(9)] + ["new", "fresh", "caf\u00e9"]))


@given(
    stated=st.lists(st.one_of(st.none(), VALUES), min_size=1, max_size=7),
    archives=st.sets(st.integers(0, 6)),
    unusable=st.dictionaries(st.integers(0, 6), st.sampled_from([RowState.INVALID, RowState.SKIPPED]), max_size=2),
    limit=st.integers(0, 7),
    rng=st.randoms(use_true_random=False),
)
def test_no_change_of_any_plan_meets_a_value_in_use_and_nothing_is_held_without_need(
    stated: list[str | None], archives: set[int], unusable: dict[int, RowState], limit: int, rng
) -> None:
    """Records 7 and 8 stand outside the sheet. Held or invalid: only what the server would refuse in every order."""
    records = [project(n, **{FIELD: f"c{n}" if n != 5 else "caf\u00e9"}) for n in range(9)]
    rows = [row(n, value, status="archived" if n in archives else None) for n, value in enumerate(stated)]
    order = rng.sample(range(len(rows)), len(rows))
    took = {f"r{place + 2}": unusable[n] for place, n in enumerate(order) if n in unusable}
    left_out = {n for n in unusable if n < len(rows)}
    read = reading(PROJECTS, [one for n, one in enumerate(records) if n < len(rows) and n not in left_out])
    seen = [one for n, one in enumerate(records) if n >= len(rows) or n in left_out]
    holders = tuple(Holder(field=FIELD, value=str(one[FIELD]), id=str(one["id"]), name=None) for one in seen)
    sheet = sheet_of([rows[n] for n in order], **took)
    told = holders
    made = plan(sheet, replace(read, holders=holders), PROJECTS, replace(WIDE, archive=limit))

    server = {str(one["id"]): one for one in records}
    for change in made.to_send:
        server = patched_among(server, change.id, change.patch, FIELD)
    stopped = [change for change in made.changes if change.row in made.held_rows]
    blocked = {n for n, place in zip(order, range(2, 9), strict=False) if states(made)[place] in {"held", "invalid"}}
    for n in blocked - left_out:
        if stated.count(stated[n]) == 1 and not stopped:
            with pytest.raises(Refused):
                patched_among(server, an_id(n), {FIELD: stated[n]}, FIELD)

    after = reading(PROJECTS, [server[an_id(n)] for n in range(len(rows)) if n not in left_out])
    seen = [server[str(one["id"])] for one in seen]
    holders = tuple(Holder(field=FIELD, value=str(one[FIELD]), id=str(one["id"]), name=None) for one in seen)
    assert plan(sheet, replace(after, holders=holders), PROJECTS, replace(WIDE, archive=limit)).to_send == ()

    shuffled = rng.sample(order, len(order))
    took = {f"r{place + 2}": unusable[n] for place, n in enumerate(shuffled) if n in unusable}
    again = plan(sheet_of([rows[n] for n in shuffled], **took), replace(read, holders=told), PROJECTS, WIDE)
    one, other = ({line["key"]: line["state"] for line in each.rows.iter_rows(named=True)} for each in (made, again))
    assert one == other
