"""The order of changes: a value is freed before it is claimed, and archivals come last."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from layersync.plan.moves import behind
from layersync.plan.order import in_order
from layersync.values.change import Change, Edit
from tests.plan.build import PROJECTS, an_id


def change(row: int, gives: str | None = None, takes: str | None = None, *, archives: bool = False) -> Change:
    edits = []
    if takes is not None:
        edits.append(Edit("customerExternalId", (), gives, takes))
    if archives:
        edits.append(Edit("status", (), "active", "archived"))
    if not edits:
        edits.append(Edit("tagline", (), "old", "new"))
    return Change(
        job="projects",
        resource="projects",
        row=row,
        key=an_id(row),
        id=an_id(row),
        name=None,
        edits=tuple(edits),
        patch={edit.field: edit.after for edit in edits},
        base={edit.field: edit.before for edit in edits},
    )


def rows(*changes: Change) -> list[int]:
    return [one.row for one in in_order(changes, PROJECTS)]


def test_changes_that_have_nothing_to_do_with_each_other_keep_the_order_of_the_sheet() -> None:
    assert rows(change(2), change(3, "a", "b"), change(4)) == [2, 3, 4]


def test_a_value_is_freed_before_it_is_claimed_and_the_plan_says_so() -> None:
    ordered = in_order([change(2, "a", "b"), change(3, "b", "c"), change(4, "c", "d"), change(5)], PROJECTS)
    assert [one.row for one in ordered] == [4, 5, 3, 2]
    assert {one.row: one.after for one in ordered} == {2: (3,), 3: (4,), 4: (), 5: ()}


def test_two_unicode_forms_of_a_value_are_one_value() -> None:
    assert rows(change(2, "a", "caf\u00e9"), change(3, "cafe\u0301", "c")) == [3, 2]


def test_values_that_differ_in_case_are_two_values() -> None:
    assert rows(change(2, "a", "ACME"), change(3, "acme", "c")) == [2, 3]


def test_archivals_come_last() -> None:
    assert rows(change(2, archives=True), change(3, "a", "b"), change(4, "c", "a")) == [3, 4, 2]


def test_a_value_that_an_archival_frees_is_claimed_after_it_and_after_all_else_and_other_archivals_come_later() -> None:
    ordered = rows(
        change(2, archives=True), change(3, "a", "b"), change(4, "b", "c", archives=True), change(5, "d", "e")
    )
    assert ordered == [5, 4, 3, 2]


def test_what_is_behind_a_row_is_found_at_every_remove() -> None:
    assert behind([4], {2: (3,), 3: (4,), 5: (6,)}) == {3: 4, 2: 3}


@given(st.permutations(range(12)), st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11)), st.randoms())
def test_any_sheet_of_chains_is_ordered_so_that_no_value_is_claimed_before_it_is_free(
    order: list[int], breaks: set[int], archives: set[int], rng
) -> None:
    """Row `order[n]` takes the value of row `order[n + 1]`, except where a chain is broken off."""
    taken = [f"v{order[n + 1]}" if n + 1 < 12 and n not in breaks else f"new{n}" for n in range(12)]
    changes = [change(row, f"v{row}", taken[n], archives=row in archives) for n, row in enumerate(order)]
    rng.shuffle(changes)
    held = {f"v{row}": row for row in range(12)}
    ordered = in_order(changes, PROJECTS)
    for one in ordered:
        gives, takes = one.base["customerExternalId"], one.patch["customerExternalId"]
        assert takes not in held
        del held[str(gives)]
        held[str(takes)] = one.row
    waited_for = {row for one in ordered for row in one.after}
    tail = [one.row for one in ordered][::-1]
    alone = [row for row in tail if row in archives and row not in waited_for]
    assert set(tail[: len(alone)]) == set(alone)


def test_what_waits_longest_comes_first_among_changes_that_nothing_holds_back() -> None:
    since = {an_id(4): datetime(2026, 11, 20, tzinfo=UTC), an_id(3): datetime(2026, 11, 21, tzinfo=UTC)}
    changes = [change(2), change(3), change(4), change(5), change(6, archives=True)]
    assert [one.row for one in in_order(changes, PROJECTS, since)] == [4, 3, 2, 5, 6]
    chain = [change(2, gives="a", takes="b"), change(4, gives="c", takes="a")]
    assert [one.row for one in in_order(chain, PROJECTS, since)] == [2, 4], "a value is freed before it is claimed"
