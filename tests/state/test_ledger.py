"""The ledger: written whole, read only by whom it belongs to, and never forgetting what a run did not touch."""

import json
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.errors import StoppedEarly, UsageError
from layersync.state.ledger import Owner, ledger_path, merged, read_ledger, write_ledger
from layersync.values.cell import CLEAR, FORGET

OWNER = Owner(base_url="https://api.layers.com", organization_id="org_1", job="projects", resource="projects")

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


ODD = {"a": {"name": "Caf\u00e9", "appName": CLEAR, "metadata": '{"n":"\\ud800"}'}, "b": {"name": "x\ny"}}


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    write_ledger(tmp_path, OWNER, frame(ODD))
    found = read_ledger(tmp_path, OWNER)
    assert found.trouble == ""
    assert found.cells is not None
    assert cells(found.cells) == ODD
    assert stat.S_IMODE(ledger_path(tmp_path, OWNER).stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1, "no draft is left"


def test_before_the_first_run_there_is_none_and_nothing_is_wrong(tmp_path: Path) -> None:
    found = read_ledger(tmp_path / "not" / "made", OWNER)
    assert (found.cells, found.trouble) == (None, "")


def test_an_empty_ledger_is_one_all_the_same(tmp_path: Path) -> None:
    write_ledger(tmp_path, OWNER, frame({}))
    found = read_ledger(tmp_path, OWNER).cells
    assert found is not None
    assert found.height == 0


@pytest.mark.parametrize(
    "other",
    [
        replace(OWNER, base_url="sandbox"),
        replace(OWNER, organization_id="org_2"),
        replace(OWNER, job="other"),
    ],
)
def test_each_job_at_each_target_has_its_own(tmp_path: Path, other: Owner) -> None:
    write_ledger(tmp_path, OWNER, frame(ODD))
    assert read_ledger(tmp_path, other).cells is None


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def head_with(**told: object) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        head, _, rest = content.partition(b"\n")
        return json.dumps({**json.loads(head), **told}).encode() + b"\n" + rest

    return changed


DAMAGE: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda content: flip(content, -20), "is damaged"),
    (lambda content: flip(content, content.index(b"\n") + 40), "is damaged"),
    (lambda content: content[:-1], "is damaged"),
    (lambda content: content + b"\n", "is damaged"),
    (lambda content: content.partition(b"\n")[0], "is damaged"),
    (lambda content: content.partition(b"\n")[2], "is no ledger"),
    (lambda _: b"", "is no ledger"),
    (lambda _: b"id,name\n1,x\n", "is no ledger"),
    (lambda _: b"[1]\n", "is no ledger"),
    (head_with(layersync_ledger=2), "was written by another version"),
    (head_with(organization_id="org_2"), "belongs to another job or target"),
    (head_with(resource="influencers"), "belongs to another job or target"),
]


@pytest.mark.parametrize(("harm", "told"), DAMAGE)
def test_a_file_that_is_not_whole_or_not_ours_is_told_and_not_used(
    tmp_path: Path, harm: Callable[[bytes], bytes], told: str
) -> None:
    write_ledger(tmp_path, OWNER, frame(ODD))
    path = ledger_path(tmp_path, OWNER)
    path.write_bytes(harm(path.read_bytes()))
    found = read_ledger(tmp_path, OWNER)
    assert found.cells is None
    assert told in found.trouble
    assert str(path) in found.trouble


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    write_ledger(tmp_path, OWNER, frame(ODD))
    path = ledger_path(tmp_path, OWNER)
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(flip(content, at))
        assert read_ledger(tmp_path, OWNER).cells is None


def test_a_link_or_a_folder_in_its_place_is_told_and_not_used(tmp_path: Path) -> None:
    path = ledger_path(tmp_path, OWNER)
    path.mkdir()
    assert "cannot be read" in read_ledger(tmp_path, OWNER).trouble
    path.rmdir()
    path.symlink_to(tmp_path / "elsewhere")
    assert "cannot be read" in read_ledger(tmp_path, OWNER).trouble
    with pytest.raises((StoppedEarly, UsageError)):
        write_ledger(tmp_path / "no" / "folder", OWNER, frame(ODD))


def test_a_ledger_that_cannot_be_written_leaves_the_old_one_and_no_draft(tmp_path: Path) -> None:
    write_ledger(tmp_path, OWNER, frame(ODD))
    path = ledger_path(tmp_path, OWNER)
    path.unlink()
    path.mkdir()
    with pytest.raises(UsageError):
        write_ledger(tmp_path, OWNER, frame({}))
    assert list(tmp_path.iterdir()) == [path]


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
