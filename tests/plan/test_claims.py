"""The reads that tell who holds a claimed value: asked only for what is claimed, and as few as can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.plan.fields import whole
from layersync.values.cell import normal
from layersync.values.desired import RowState
from layersync.values.live import Live
from tests.plan.api_model import Server, read_all
from tests.plan.build import PROJECTS, an_id, desired, project

FIELD = "customerExternalId"


def organisation(count: int, **fields: object) -> list[dict[str, object]]:
    return [project(number, **{FIELD: f"c{number}"}, **fields) for number in range(count)]


def holders(read: Live, *values: str) -> dict[str, list[str]]:
    """Who holds the values: records of the sheet, and those that came by."""
    held = [(normal(value), id_) for value, id_ in whole(read).select(FIELD, "_id").iter_rows()]
    found: dict[str, list[str]] = {}
    for value, id_ in dict.fromkeys([*held, *((one.value, one.id) for one in read.holders)]):
        if value in values:
            found.setdefault(str(value), []).append(id_)
    return found


def test_a_sheet_that_claims_nothing_asks_for_nothing_more() -> None:
    server = Server(PROJECTS, organisation(500))
    read = read_all(desired(PROJECTS, [{"id": an_id(n), FIELD: f"c{n}", "tagline": "x"} for n in range(20)]), server)
    assert server.requests == 20
    assert len(read.records) == 20


def test_a_claimed_value_that_no_record_of_the_sheet_holds_is_looked_up() -> None:
    server = Server(PROJECTS, organisation(5000))
    rows = [{"id": an_id(0), FIELD: "c4000", "tagline": "x"}, {"id": an_id(1), FIELD: "c0", "tagline": "x"}]
    read = read_all(desired(PROJECTS, rows), server)
    assert server.requests == 2 + 1
    assert holders(read, "c4000", "c0") == {"c4000": [an_id(4000)], "c0": [an_id(0)]}


def test_many_claims_are_answered_by_the_listing_where_that_costs_less() -> None:
    server = Server(PROJECTS, organisation(300))
    rows = [{"id": an_id(n), FIELD: f"c{n + 200}", "tagline": "x"} for n in range(100)]
    read = read_all(desired(PROJECTS, rows), server)
    assert server.requests == 100 + 2
    assert len(read.holders) == 100


def test_a_holder_that_the_listing_hides_is_found() -> None:
    server = Server(PROJECTS, [*organisation(50), project(99, **{FIELD: "old"}, status="archived")], hides=True)
    rows = [{"id": an_id(n), FIELD: "old" if n == 7 else f"new{n}"} for n in range(50)]
    read = read_all(desired(PROJECTS, rows), server)
    assert server.requests == 1 + 1
    assert holders(read, "old") == {"old": [an_id(99)]}


def test_what_a_row_states_that_will_not_be_sent_is_not_asked_for() -> None:
    server = Server(PROJECTS, organisation(3))
    rows = [{"id": an_id(0), FIELD: "a", "tagline": "x"}, {"id": an_id(99), FIELD: "b", "tagline": "x"}]
    read_all(desired(PROJECTS, rows, states={2: RowState.INVALID}), server)
    assert server.requests == 1


def test_a_value_is_compared_in_its_composed_form_and_with_its_case() -> None:
    server = Server(PROJECTS, [project(0), project(1, **{FIELD: "cafe\u0301"}), project(2, **{FIELD: "CAF\u00c9"})])
    read = read_all(desired(PROJECTS, [{"id": an_id(n), FIELD: f"caf\u00e9{n or ''}"} for n in range(3)]), server)
    assert holders(read, *(f"caf\u00e9{n or ''}" for n in range(3))) == {"caf\u00e9": [an_id(1)]}


def test_two_holders_of_one_value_are_both_told() -> None:
    twice = [project(n, **{FIELD: "same" if n else None}) for n in range(3)]
    read = read_all(desired(PROJECTS, [{"id": an_id(0), FIELD: "same"}]), Server(PROJECTS, twice))
    assert sorted(holders(read, "same")["same"]) == sorted([an_id(1), an_id(2)])


@pytest.mark.parametrize("hides", [False, True])
@given(
    size=st.integers(1, 900),
    moves=st.dictionaries(st.integers(0, 40), st.integers(0, 1200), max_size=41),
    full=st.booleans(),
    archived=st.sets(st.integers(0, 899), max_size=300),
)
def test_reads_are_never_more_than_twice_the_fewest_and_a_page_and_every_holder_is_found(
    hides: bool, size: int, moves: dict[int, int], full: bool, archived: set[int]
) -> None:
    live = organisation(size)
    for number in archived & set(range(size)):
        live[number]["status"] = "archived"
    server = Server(PROJECTS, live, hides=hides)
    rows = [{"id": an_id(n), FIELD: f"c{to}", "tagline": "x" if full else None} for n, to in moves.items() if n < size]
    if not rows:
        return
    read = read_all(desired(PROJECTS, rows), server)

    claimed = {f"c{to}" for n, to in moves.items() if n < size and n != to}
    told = holders(read, *claimed)
    assert {value: told.get(value) for value in claimed} == {
        value: [an_id(int(value[1:]))] if int(value[1:]) < size else None for value in claimed
    }
    mine = {f"c{n}" for n in moves if n < size}
    shown = size - len(archived & set(range(size))) if hides else size
    pages = max(1, -(-shown // 200)) + max(1, -(-len(archived & set(range(size))) // 200))
    unknown = len(claimed - mine)
    fewest = (len(rows) + min(unknown, pages)) if full else min(len(rows) + unknown, pages)
    assert server.requests <= 2 * fewest + 1
