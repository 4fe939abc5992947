"""`fetch = "changed"`: what a listing shows as it was is not read again; all else is, at the least price."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.plan.fields import whole
from layersync.values.live import Live
from tests.plan.api_model import Server, read_all
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, project

NUMBERS = st.integers(0, 700)
SMALL_PAGES = replace(PROJECTS, listing=replace(PROJECTS.listing, page_limit=10))
SOME = st.sets(NUMBERS, max_size=500)


def version(number: int, edits: int = 0, **fields: object) -> dict[str, object]:
    """A project after so many edits; its tagline tells how many."""
    stamp = f"2026-04-{edits + 1:02}T19:02:11.959888+00:00"
    return project(number, updatedAt=stamp, tagline=f"v{int(edits)}", customerExternalId=f"c{number}", **fields)


def taglines(read: Live) -> Mapping[str, str]:
    return dict(whole(read).select("_id", "tagline").iter_rows())


def sheet_of(numbers: list[int], *, by: str = "id") -> list[dict[str, object]]:
    return [{by: an_id(n) if by == "id" else f"c{n}", "timezone": "UTC", "tagline": "x"} for n in numbers]


COUNTS: list[tuple[str, int, list[int], set[int], set[int], str, int]] = [
    # organisation, rows, remembered, edited since, key, requests
    ("nothing changed", 2000, [*range(2000)], {*range(2000)}, set(), "id", 10),
    ("three changed", 2000, [*range(2000)], {*range(2000)}, {0, 777, 1999}, "id", 10 + 3),
    ("five are new to the sheet", 2000, [*range(2000)], {*range(5, 2000)}, set(), "id", 10 + 5),
    ("by another key", 2000, [*range(2000)], {*range(2000)}, {5, 6}, "customerExternalId", 10 + 2),
    ("everything changed", 300, [*range(300)], {*range(300)}, {*range(300)}, "id", 2 + 300),
    ("nothing is remembered", 300, [*range(300)], set(), set(), "id", 300),
    ("one row of many records", 2000, [1500], {1500}, set(), "id", 1),
    ("all moved, two to a page", 2000, [*range(0, 2000, 100)], {*range(2000)}, {*range(2000)}, "id", 7 + 20),
    ("two are not there any more", 2000, [*range(2002)], {*range(2002)}, set(), "id", 10 + 2),
]


@pytest.mark.parametrize(
    ("organisation", "rows", "remembered", "edited", "key", "requests"),
    [case[1:] for case in COUNTS],
    ids=[case[0] for case in COUNTS],
)
def test_the_listing_is_read_and_what_moved_since(
    organisation: int, rows: list[int], remembered: set[int], edited: set[int], key: str, requests: int
) -> None:
    live = [version(n, edits=n in edited) for n in range(organisation)]
    server = Server(PROJECTS, live, remembered=[version(n) for n in remembered])
    read = read_all(desired(PROJECTS, sheet_of(rows, by=key), key=key), server)
    assert server.requests == requests
    assert taglines(read) == {an_id(n): f"v{int(n in edited)}" for n in rows if n < organisation}
    assert len(read.missing) == sum(n >= organisation for n in rows)


def test_a_remembered_record_has_no_age_so_that_it_is_read_again_before_its_patch() -> None:
    server = Server(PROJECTS, [version(n, edits=n == 1) for n in range(9)], remembered=[version(n) for n in range(9)])
    read = read_all(desired(PROJECTS, sheet_of([*range(9)])), server)
    assert dict(read.records.select("_id", "_read_at").iter_rows()) == {
        an_id(n): 0.0 if n == 1 else None for n in range(9)
    }


def test_a_listing_without_stamps_says_nothing_and_every_record_is_read() -> None:
    live = [version(n, edits=1) for n in range(30)]
    server = Server(PROJECTS, live, remembered=[version(n) for n in range(30)], stamps=False)
    read = read_all(desired(PROJECTS, sheet_of([*range(30)])), server)
    assert set(taglines(read).values()) == {"v1"}
    assert server.requests == 1 + 30


def test_influencers_whose_listing_shows_no_stamps_are_read_as_ever() -> None:
    people = [influencer(n, vibe="old") for n in range(5)]
    server = Server(INFLUENCERS, people)
    rows = [{"influencerId": f"inf_{an_id(n)}", "vibe": "new"} for n in range(5)]
    assert len(read_all(desired(INFLUENCERS, rows), server).records) == server.requests == 5


@pytest.mark.parametrize("first_seen", [0, 1])
def test_a_record_that_moves_while_pages_shift_is_read(first_seen: int) -> None:
    """It was on the first page as remembered; then it was edited, and a new record pushed it to the second."""

    def then(server: Server) -> None:
        if server.requests == 1:
            server.records[199] = version(199, edits=1)
            server.records.insert(0, version(9_000))

    server = Server(
        PROJECTS,
        [version(n) for n in range(400)],
        remembered=[version(n) for n in range(400)],
        then=then if first_seen == 0 else lambda _: None,
    )
    read = read_all(desired(PROJECTS, sheet_of([*range(400)])), server)
    assert taglines(read)[an_id(199)] == ("v1" if first_seen == 0 else "v0")
    assert server.requests == (3 + 1 if first_seen == 0 else 2)


def test_a_record_that_was_recalled_is_read_where_a_later_page_shows_that_it_moved() -> None:
    def then(server: Server) -> None:
        if server.requests == 2:
            server.records[5] = version(5, edits=1)
            server.records[:0] = [version(9_000 + number) for number in range(20)]

    every = [version(n) for n in range(40)]
    server = Server(SMALL_PAGES, every, remembered=every, then=then)
    read = read_all(desired(SMALL_PAGES, sheet_of([*range(40)])), server)
    assert taglines(read) == {an_id(n): f"v{int(n == 5)}" for n in range(40)}
    assert server.requests == 6 + 1


@given(organisation=NUMBERS, rows=st.lists(NUMBERS, unique=True, min_size=1), slim=SOME, kept=SOME, edited=SOME)
def test_reads_are_never_more_than_twice_the_fewest_and_a_page_and_never_old(
    organisation: int, rows: list[int], slim: set[int], kept: set[int], edited: set[int]
) -> None:
    server = Server(
        PROJECTS,
        [version(n, edits=n in edited) for n in range(organisation)],
        remembered=[version(n) for n in sorted(kept)],
    )
    cells = [{**row, "tagline": None if n in slim else "x"} for n, row in zip(rows, sheet_of(rows), strict=True)]
    read = read_all(desired(PROJECTS, cells), server)
    spared = [n for n in rows if n in slim or n in kept]
    pages = max(1, -(-organisation // 200))
    all_the_same = sum(n >= organisation or (n not in slim and n in edited) for n in spared)
    fewest = len(rows) - len(spared) + min(len(spared), pages + all_the_same)
    assert server.requests <= 2 * fewest + 1
    found = dict(taglines(read)) if "tagline" in whole(read).columns else {}
    full = {an_id(n): f"v{int(n in edited)}" for n in rows if n < organisation and n not in slim}
    assert {id_: found[id_] for id_ in full if id_ in found} == {id_: full[id_] for id_ in full if id_ in found}
    assert full.keys() <= found.keys() or not found


@given(rows=st.lists(st.integers(0, 450), unique=True, min_size=1), kept=SOME, edited=SOME, absent=SOME)
def test_the_same_where_records_are_matched_by_another_key(
    rows: list[int], kept: set[int], edited: set[int], absent: set[int]
) -> None:
    live = [version(n, edits=n in edited) for n in range(450) if n not in absent]
    server = Server(PROJECTS, live, remembered=[version(n) for n in sorted(kept)])
    read = read_all(desired(PROJECTS, sheet_of(rows, by="customerExternalId"), key="customerExternalId"), server)
    there = [n for n in rows if n < 450 and n not in absent]
    alone = sum(n not in kept or n in edited for n in there)
    fewest = alone + min(len(rows), max(1, -(-len(live) // 200)) + len(rows) - len(there))
    assert server.requests <= 2 * fewest + 1
    truth = {an_id(n): f"v{int(n in edited)}" for n in there}
    assert dict(taglines(read)) in (truth, {}), "nothing is found only where the sheet is plainly a wrong one"


FEW = st.sets(st.integers(0, 44))
EVENTS = st.lists(st.tuples(st.sampled_from(["edit", "add", "delete"]), st.integers(0, 44)), max_size=8)


@given(events=EVENTS, kept=FEW, edited=FEW)
def test_what_is_read_while_everything_moves_was_live_meanwhile(
    events: list[tuple[str, int]], kept: set[int], edited: set[int]
) -> None:
    live = {n: [version(n, edits=n in edited)] for n in range(45)}
    deleted: set[int] = set()
    left = iter(events)

    def then(server: Server) -> None:
        what, number = next(left, ("nothing", 0))
        at = next((at for at, one in enumerate(server.records) if one["id"] == an_id(number)), None)
        if what == "add":
            server.records.insert(0, version(10_000 + server.requests))
        elif what == "edit" and at is not None:
            live[number].append(version(number, edits=len(live[number]) + 1))
            server.records[at] = live[number][-1]
        elif what == "delete" and at is not None:
            deleted.add(number)
            del server.records[at]

    server = Server(
        SMALL_PAGES, [one[0] for one in live.values()], remembered=[version(n) for n in sorted(kept)], then=then
    )
    read = read_all(desired(SMALL_PAGES, sheet_of([*range(45)])), server)
    found = taglines(read)
    assert all(found[an_id(n)] in {one["tagline"] for one in live[n]} for n in range(45) if an_id(n) in found)
    assert {an_id(n) for n in range(45)} - found.keys() <= {an_id(n) for n in deleted}
    assert read.missing == {an_id(n) for n in range(45)} - found.keys()


def test_what_a_list_leaves_out_is_recalled_where_the_record_did_not_move() -> None:
    """Here the list shows no owner: such records are read in full, each night, unless they are remembered."""
    server = Server(PROJECTS, [version(n, edits=n == 3) for n in range(30)], remembered=[version(n) for n in range(30)])
    server.left_out = frozenset({"ownerEmail"})
    rows = [{"id": an_id(n), "ownerEmail": "o@example.com"} for n in range(30)]
    read = read_all(desired(PROJECTS, rows), server)
    assert (server.requests, whole(read)["ownerEmail"].null_count()) == (1 + 1, 30)
