"""Room for the journal is taken before the first change is sent, given up when it is needed, and leaves no file."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from layersync.errors import StoppedEarly, SyncError
from layersync.state.journal import Journal, outcomes_of
from layersync.state.room import LOG, MOST_CHANGES, OUTCOMES, PER_CHANGE, PER_COMMITS, Room, kept_room, room_for
from layersync.state.runs import begin
from layersync.state.store import Store
from layersync.values.outcome import Word
from tests.failing_disk import FailingDisk, failing
from tests.state.samples import a_change, a_run, an_outcome


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The sizes that the disk was asked for."""
    sizes: list[int] = []
    monkeypatch.setattr(os, "posix_fallocate", lambda _handle, _offset, size: sizes.append(size))
    return sizes


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        (1, 2 * PER_COMMITS + PER_CHANGE),
        (500, LOG + OUTCOMES + 500 * PER_CHANGE),
        (10**6, LOG + OUTCOMES + MOST_CHANGES * PER_CHANGE),
    ],
)
def test_it_is_as_large_as_the_changes_need_up_to_a_limit(
    changes: int, size: int, tmp_path: Path, taken: list[int]
) -> None:
    with kept_room(tmp_path, changes) as room:
        assert taken == [size]
        assert room.give_up()
        assert not room.give_up()


def test_the_disk_has_it_back_when_it_is_given_up_and_at_the_end(tmp_path: Path) -> None:
    def blocks() -> int:
        return sum(os.fstat(int(one.name)).st_blocks for one in Path("/proc/self/fd").iterdir() if is_ours(one))

    def is_ours(handle: Path) -> bool:
        try:
            return handle.readlink().is_relative_to(tmp_path)
        except OSError:
            return False

    with kept_room(tmp_path, 100) as room:
        sizes = [blocks() * 512]
        assert list(tmp_path.iterdir()) == [], "a process that is killed leaves nothing behind"
        for _ in range(100):
            room.use()
            sizes.append(blocks() * 512)
        assert sizes[0] >= room_for(100)
        assert sizes == sorted(sizes, reverse=True), "it is given back bit by bit"
        assert sizes[-1] == OUTCOMES
        room.give_up()
        assert blocks() == 0
    with kept_room(tmp_path, 100):
        pass
    assert blocks() == 0


def test_nothing_is_taken_for_nothing(tmp_path: Path, taken: list[int]) -> None:
    with kept_room(tmp_path, 0) as room:
        assert not room.give_up()
    assert taken == []


def raising(error: int) -> Callable[..., None]:
    """What the system does when it says no."""

    def says_no(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    return says_no


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_without_room_is_told_before_anything_is_sent(
    error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "posix_fallocate", raising(error))
    with pytest.raises(StoppedEarly, match="5,824 KB are to be free"), kept_room(tmp_path, 100):
        pytest.fail("nothing may be sent")


@pytest.mark.parametrize("error", [errno.EOPNOTSUPP, errno.EFBIG])
def test_a_disk_that_cannot_keep_any_is_used_as_it_is(
    error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "posix_fallocate", raising(error))
    with kept_room(tmp_path, 1) as room:
        assert not room.give_up()
    monkeypatch.delattr(os, "posix_fallocate")
    with kept_room(tmp_path, 1) as room:
        assert not room.give_up()


class Kept(Room):
    """Room whose end makes the disk sound again."""

    def __init__(self, disk: FailingDisk) -> None:
        super().__init__()
        self.disk: FailingDisk | None = disk

    def give_up(self) -> bool:
        if self.disk is None:
            return False
        self.disk.at, self.disk = 0, None
        return True


@pytest.mark.parametrize(("error", "written"), [(errno.ENOSPC, True), (errno.EIO, False)])
def test_an_outcome_that_finds_the_disk_full_is_written_with_the_room_that_was_kept(
    error: int, written: bool, tmp_path: Path
) -> None:
    disk = FailingDisk((tmp_path,), error=error, for_ever=True)
    with failing(disk), Store.open(tmp_path) as store:
        begin(store, a_run())
        room = Kept(disk)
        journal = Journal(store, "run-1", room=room)
        intent = journal.intend(a_change())
        disk.at = 1
        with pytest.raises(SyncError):
            journal.settle(intent, an_outcome())
        disk.at = 0
        assert (room.disk is None) == written
        assert [outcome.word for outcome in outcomes_of(store, "run-1").values()] == [Word.CHANGED] * written
