"""A file of one job: written whole, read only by whom it belongs to, never used when it is not as it was written."""

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from layersync.errors import StoppedEarly, UsageError
from layersync.state.snapshot import Kind, Owner, read_snapshot, snapshot_path, write_snapshot
from layersync.values.cell import CLEAR

OWNER = Owner(base_url="https://api.layers.com", organization_id="org_1", job="projects", resource="projects")
LEDGER = Kind("ledger", 1)
ODD = pl.DataFrame(
    {"_id": ["a", "b"], "name": ["Caf\u00e9", "x\ny"], "appName": [CLEAR, None], "m": ['"\\ud800"', None]}
)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    write_snapshot(tmp_path, OWNER, LEDGER, ODD)
    found = read_snapshot(tmp_path, OWNER, LEDGER)
    assert found.trouble == ""
    assert found.frame is not None
    assert found.frame.equals(ODD)
    assert stat.S_IMODE(snapshot_path(tmp_path, OWNER, LEDGER).stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1, "no draft is left"


def test_before_the_first_run_there_is_none_and_nothing_is_wrong(tmp_path: Path) -> None:
    found = read_snapshot(tmp_path / "not" / "made", OWNER, LEDGER)
    assert (found.frame, found.trouble) == (None, "")


def test_an_empty_one_is_one_all_the_same(tmp_path: Path) -> None:
    write_snapshot(tmp_path, OWNER, LEDGER, ODD.clear())
    found = read_snapshot(tmp_path, OWNER, LEDGER).frame
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
    write_snapshot(tmp_path, OWNER, LEDGER, ODD)
    assert read_snapshot(tmp_path, other, LEDGER).frame is None


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
    (lambda content: content.partition(b"\n")[2], "holds no ledger"),
    (lambda _: b"", "holds no ledger"),
    (lambda _: b"id,name\n1,x\n", "holds no ledger"),
    (lambda _: b"[1]\n", "holds no ledger"),
    (head_with(layersync_ledger=2), "was written by another version"),
    (head_with(organization_id="org_2"), "belongs to another job or target"),
    (head_with(resource="influencers"), "belongs to another job or target"),
]


@pytest.mark.parametrize(("harm", "told"), DAMAGE)
def test_a_file_that_is_not_whole_or_not_ours_is_told_and_not_used(
    tmp_path: Path, harm: Callable[[bytes], bytes], told: str
) -> None:
    write_snapshot(tmp_path, OWNER, LEDGER, ODD)
    path = snapshot_path(tmp_path, OWNER, LEDGER)
    path.write_bytes(harm(path.read_bytes()))
    found = read_snapshot(tmp_path, OWNER, LEDGER)
    assert found.frame is None
    assert told in found.trouble
    assert str(path) in found.trouble


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    write_snapshot(tmp_path, OWNER, LEDGER, ODD)
    path = snapshot_path(tmp_path, OWNER, LEDGER)
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(flip(content, at))
        assert read_snapshot(tmp_path, OWNER, LEDGER).frame is None


def test_a_link_or_a_folder_in_its_place_is_told_and_not_used(tmp_path: Path) -> None:
    path = snapshot_path(tmp_path, OWNER, LEDGER)
    path.mkdir()
    assert "cannot be read" in read_snapshot(tmp_path, OWNER, LEDGER).trouble
    path.rmdir()
    path.symlink_to(tmp_path / "elsewhere")
    assert "cannot be read" in read_snapshot(tmp_path, OWNER, LEDGER).trouble
    with pytest.raises((StoppedEarly, UsageError)):
        write_snapshot(tmp_path / "no" / "folder", OWNER, LEDGER, ODD)


def test_one_that_cannot_be_written_leaves_the_old_one_and_no_draft(tmp_path: Path) -> None:
    write_snapshot(tmp_path, OWNER, LEDGER, ODD)
    path = snapshot_path(tmp_path, OWNER, LEDGER)
    path.unlink()
    path.mkdir()
    with pytest.raises(UsageError):
        write_snapshot(tmp_path, OWNER, LEDGER, ODD.clear())
    assert list(tmp_path.iterdir()) == [path]
