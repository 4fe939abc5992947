"""The ledger: it never forgets what a run did not touch."""

from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.state.ledger import merged
from layersync.values.cell import CLEAR, FORGET

Cells = dict[str, dict[str, str]]


def frame(cells: Mapping[str, Mapping[str, str | None]]) -> pl.DataFrame:
    """Cells by id and path, as a frame."""
    paths = dict.fromkeys(path for line in cells.values() for path in line)
    lines = [{"_id": id_, **{path: line.get(path) for path in paths}} for id_, line in cells.items()]
    return pl.DataFrame(lines, schema=dict.fromkeys(("_id", *paths), pl.String))


def cells(known: pl.DataFrame) -> Cells:
    """A frame, as cells by id and path; what is null is left out."""
    lines = known.iter_rows(named=True)
    return {line.pop("_id"): {path: cell for path, cell in line.items() if cell is not None} for line in lines}


MERGES: list[tuple[str, Cells, Cells, Cells]] = [
    ("a new record", {}, {"a": {"name": "x"}}, {"a": {"name": "x"}}),
    ("a new value", {"a": {"name": "x"}}, {"a": {"name": "y"}}, {"a": {"name": "y"}}),
    ("a record not met", {"a": {"name": "x"}}, {"b": {"name": "y"}}, {"a": {"name": "x"}, "b": {"name": "y"}}),
    ("a column not in the sheet", {"a": {"name": "x"}}, {"a": {"vibe": "y"}}, {"a": {"name": "x", "vibe": "y"}}),
    ("a cell that is blank now", {"a": {"name": "x"}}, {"a": {"name": FORGET}}, {"a": {}}),
    ("a cell cleared", {"a": {"name": "x"}}, {"a": {"name": CLEAR}}, {"a": {"name": CLEAR}}),
    ("a part for the whole", {"a": {"m": "{}", "n": "1"}}, {"a": {"m.x": "1"}}, {"a": {"m.x": "1", "n": "1"}}),
    ("the whole for a part", {"a": {"m.x": "1", "mm.x": "2"}}, {"a": {"m": "{}"}}, {"a": {"m": "{}", "mm.x": "2"}}),
    ("a blank part", {"a": {"m": "{}"}}, {"a": {"m.x": FORGET}}, {"a": {"m": "{}"}}),
    ("a part of another record", {"a": {"m": "{}"}}, {"b": {"m.x": "1"}}, {"a": {"m": "{}"}, "b": {"m.x": "1"}}),
]


@pytest.mark.parametrize(("old", "new", "after"), [case[1:] for case in MERGES], ids=[case[0] for case in MERGES])
def test_what_a_run_settled_is_laid_over_what_was_known(old: Cells, new: Cells, after: Cells) -> None:
    assert cells(merged(frame(old), frame(new))) == after


def test_a_cell_that_the_run_says_nothing_of_keeps_its_value() -> None:
    new = pl.DataFrame({"name": [None], "vibe": ["y"], "_id": ["a"]}, schema_overrides={"name": pl.String})
    assert cells(merged(frame({"a": {"name": "x"}}), new)) == {"a": {"name": "x", "vibe": "y"}}


def test_beyond_the_most_the_records_not_met_for_longest_go_first_and_no_record_of_this_run() -> None:
    known = merged(None, frame({"a": {"n": "1"}, "b": {"n": "1"}}), most=3)
    known = merged(known, frame({"c": {"n": "1"}}), most=3)
    known = merged(known, frame({"a": {"n": "2"}}), most=3)
    known = merged(known, frame({"d": {"n": "1"}}), most=3)
    assert cells(known) == {"c": {"n": "1"}, "a": {"n": "2"}, "d": {"n": "1"}}
    assert len(merged(known, frame({letter: {"n": "1"} for letter in "efghi"}), most=3)) == 5


PATHS = st.sampled_from(["name", "vibe", "m", "m.x", "m.x.y", "mm"])
LINES = st.dictionaries(PATHS, st.sampled_from(["1", "2", CLEAR]), max_size=4).filter(
    lambda line: not any(one.startswith(other + ".") for one in line for other in line)
)
LEDGERS = st.dictionaries(st.sampled_from("abcdef"), LINES, max_size=5)


@given(LEDGERS, LEDGERS)
def test_a_record_that_a_run_did_not_meet_is_as_it_was(old: Cells, new: Cells) -> None:
    after = cells(merged(frame(old), frame(new)))
    assert {id_: after[id_] for id_ in old if id_ not in new} == {id_: old[id_] for id_ in old if id_ not in new}
    for id_, line in new.items():
        assert {path: after[id_].get(path) for path in line} == line


@given(LEDGERS, LEDGERS, LEDGERS)
def test_runs_over_different_records_may_come_in_any_order(old: Cells, one: Cells, other: Cells) -> None:
    other = {id_: line for id_, line in other.items() if id_ not in one}
    first = merged(merged(frame(old), frame(one)), frame(other))
    second = merged(merged(frame(old), frame(other)), frame(one))
    assert cells(first) == cells(second)


@given(LEDGERS, LEDGERS)
def test_to_hear_the_same_twice_changes_nothing(old: Cells, new: Cells) -> None:
    once = merged(frame(old), frame(new))
    assert cells(merged(once, frame(new))) == cells(once)
