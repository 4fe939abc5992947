"""Cells of live records, wherever they stand: kept of every record, of its own, or in the sheet."""

from dataclasses import replace

import polars as pl
import pytest

from layersync.plan.diff import candidates, matched_rows
from layersync.plan.fields import any_absent, cells_of, lines_of, taken, whole
from layersync.values.cell import ABSENT
from layersync.values.desired import Desired
from layersync.values.fields import Fields
from layersync.values.live import Live
from tests.plan.build import PROJECTS, an_id, desired, project, reading

OTHER = "another"


def text(*cells: str | None) -> pl.Series:
    return pl.Series(cells, dtype=pl.String)


@pytest.fixture
def fields() -> Fields:
    """Four records: the first two say what rows 3 and 0 do."""
    return Fields(
        kept={"metadata": text('{"a":0}', None, ABSENT, '{"a":3}')},
        own={"tagline": text(OTHER, None), "name": text(ABSENT, "N")},
        sheet={"tagline": text("t0", "t1", "t2", None), "name": text("n0", "n1", "n2", "n3")},
        source=pl.Series([3, 0, -2, -1], dtype=pl.Int32),
    )


def test_a_cell_is_read_where_it_stands(fields: Fields) -> None:
    assert cells_of(fields, "tagline").to_list() == [None, "t0", None, OTHER]
    assert cells_of(fields, "name").to_list() == ["n3", "n0", "N", ABSENT]
    assert cells_of(fields, "metadata").to_list() == ['{"a":0}', None, ABSENT, '{"a":3}']


def test_some_records_are_read_in_the_order_that_is_asked_for(fields: Fields) -> None:
    lines = pl.Series([3, 1, 3, None], dtype=pl.UInt32)
    shown = lines_of(fields, lines)
    assert shown["tagline"].to_list() == [OTHER, "t0", OTHER, None]
    assert shown["metadata"].to_list() == ['{"a":3}', None, '{"a":3}', None]


def test_records_that_are_left_out_take_nothing_with_them(fields: Fields) -> None:
    lines = pl.Series([3, 0], dtype=pl.UInt32)
    assert lines_of(taken(fields, lines), pl.Series([0, 1], dtype=pl.UInt32)).equals(lines_of(fields, lines))


@pytest.mark.parametrize(("name", "absent"), [("name", True), ("tagline", False), ("metadata", True)])
def test_a_field_that_some_record_does_not_show_is_noticed(fields: Fields, name: str, absent: bool) -> None:
    assert any_absent(fields, name) is absent


def test_a_field_that_nobody_lacks_is_not_absent(fields: Fields) -> None:
    assert not any_absent(replace(fields, kept={"metadata": text("{}")}), "metadata")


def says_what(places: list[int], sheet: Desired) -> Live:
    """Records of these rows' keys, each of which is known to say what the row at the given place does."""
    live = reading(PROJECTS, [project(n) for n in range(len(places))]).live(sheet, PROJECTS)
    source = pl.Series(places, dtype=pl.Int32)
    return replace(
        live, fields=Fields(kept={}, own={"tagline": text()}, sheet={"tagline": text("a", "b")}, source=source)
    )


@pytest.mark.parametrize(("places", "differing"), [([0, 1], []), ([1, 0], [0, 1]), ([1, 1], [0])])
def test_only_what_the_very_row_says_is_taken_for_the_same(places: list[int], differing: list[int]) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(n), "tagline": "ab"[n]} for n in range(2)])
    live = says_what(places, sheet)
    assert candidates(matched_rows(sheet, live), sheet, live, PROJECTS)["_index"].to_list() == differing
    assert whole(live)["tagline"].to_list() == ["ab"[place] for place in places]
