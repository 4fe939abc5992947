"""What is noted of lines in one go, held against what is noted of them one by one."""

from array import array
from collections import Counter
from collections.abc import Collection, Sequence

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from layersync.plan.listable import Listable
from layersync.plan.numbers import column
from layersync.plan.places import Places

LINES = 6
PAGES = st.lists(st.lists(st.tuples(st.integers(0, LINES - 1), st.sampled_from("abc")), max_size=8), max_size=5)
LISTED = st.lists(st.lists(st.integers(0, LINES - 1), max_size=8), max_size=4)
PARENTS = st.lists(st.tuples(st.sampled_from([None, "p", "q"]), st.booleans()), min_size=LINES, max_size=LINES)


@given(PAGES, st.booleans())
def test_the_last_item_of_a_line_is_its_place_and_two_records_make_it_ambiguous(
    pages: list[list[tuple[int, str]]], asked_meanwhile: bool
) -> None:
    ids = [record for page in pages for _, record in page]
    places, first = Places(LINES, ids.__getitem__), 0
    last, ambiguous = [-1] * LINES, set()
    for page in pages:
        places.note(array("i", [line for line, _ in page]), first)
        for place, (line, record) in enumerate(page, start=first):
            if last[line] >= 0 and ids[last[line]] != record:
                ambiguous.add(line)
            last[line] = place
        first += len(page)
        if asked_meanwhile:
            assert (places.slim.to_list(), places.ambiguous) == (last, ambiguous)
    assert (places.slim.to_list(), places.ambiguous) == (last, ambiguous)


@given(PARENTS, LISTED, st.sampled_from([None, "p", "q"]))
def test_lines_are_taken_off_once_whatever_parent_they_are_listed_under(
    lines: list[tuple[str | None, bool]], pages: list[list[int]], gone: str | None
) -> None:
    parents, spared = zip(*lines, strict=True)
    listable = Listable(text(parents), flags(spared))
    left = {line for line in range(LINES) if spared[line]}
    for page in pages:
        taken = listable.take_off(page)
        assert (len(taken), {*taken}) == (len(left & {*page}), left & {*page})
        left -= {*page}
        assert {parent: number for parent, number in listable.left.items() if number} == count(left, parents)
    if gone in listable.left:
        assert listable.give_up(gone) == sorted(line for line in left if parents[line] == gone)
        assert gone not in listable.left
        assert listable.take_off([line for line in left if parents[line] == gone]) == []


def test_some_lines_are_spread_over_the_sheet() -> None:
    listable = Listable(text([None] * 10), flags([True] * 10))
    listable.take_off([0, 1])
    assert (listable.some_of(None, 2), listable.left) == ([4, 8], {None: 6})
    assert listable.give_up(None) == [2, 3, 5, 6, 7, 9]


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=9))
def test_a_column_holds_what_the_array_does(numbers: list[int]) -> None:
    assert column(array("i", numbers)).to_list() == numbers


def text(parents: Sequence[str | None]) -> pl.Series:
    return pl.Series(parents, dtype=pl.String)


def flags(values: Sequence[bool]) -> pl.Series:
    return pl.Series(values, dtype=pl.Boolean)


def count(lines: Collection[int], parents: Sequence[str | None]) -> dict[str | None, int]:
    return Counter(parents[line] for line in lines)
