"""One process at a time works on a job of a target; whoever comes second is told who is first."""

import fcntl
import json
import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import gethostname

import pytest

from layersync.errors import Locked, UsageError
from layersync.state.lock import UNNAMED, Holder, hold, holder_of, lock_path
from tests.state.child import Child, Start
from tests.state.samples import JOB, NOON, ORG, URL

ME = Holder("run-1", 4711, "crow", NOON)


def started(start: Start, folder: Path) -> Child:
    child = start("holds", folder)
    assert child.stdout is not None
    assert child.stdout.readline() == "holds\n"
    return child


def test_lock_that_another_process_holds_is_told_with_run_pid_host_and_age(tmp_path: Path, start: Start) -> None:
    child = started(start, tmp_path)
    with pytest.raises(Locked) as raised, hold(tmp_path, URL, ORG, JOB, ME):
        pass
    assert raised.value.message.startswith(f"Job {JOB} is locked by run run-9 (pid {child.pid} on crow), begun ")
    assert raised.value.message.endswith(" ago.")
    assert "--wait" in raised.value.what_to_do
    assert raised.value.exit_code == 7


def test_holder_is_still_named_after_many_have_tried(tmp_path: Path) -> None:
    with hold(tmp_path, URL, ORG, JOB, ME):
        for _ in range(2):
            with pytest.raises(Locked, match="run run-1"), hold(tmp_path, URL, ORG, JOB, Holder("b", 2, "x", NOON)):
                pass


@pytest.mark.parametrize(
    ("passed", "age"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=3, seconds=59), "3 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=3, hours=5), "3 d"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_age_is_told_in_one_unit(tmp_path: Path, passed: timedelta, age: str) -> None:
    with hold(tmp_path, URL, ORG, JOB, ME):
        second = hold(tmp_path, URL, ORG, JOB, ME, now=lambda: NOON + passed)
        with pytest.raises(Locked, match=f"begun {age} ago"), second:
            pass


def test_lock_of_a_killed_process_is_free(tmp_path: Path, start: Start) -> None:
    child = started(start, tmp_path)
    child.kill()
    child.wait()
    assert holder_of(tmp_path, URL, ORG, JOB) is None
    with hold(tmp_path, URL, ORG, JOB, ME):
        assert holder_of(tmp_path, URL, ORG, JOB) == ME


def test_a_holder_that_has_not_yet_named_itself_is_not_taken_for_the_killed_one_before_it(
    tmp_path: Path, start: Start
) -> None:
    dead = start("opens", tmp_path / "elsewhere")
    dead.kill()
    dead.wait()
    child = started(start, tmp_path)
    path = lock_path(tmp_path, URL, ORG, JOB)
    record = path.read_bytes()
    path.write_text(
        json.dumps({"run_id": "run-1", "pid": dead.pid, "host": gethostname(), "started_at": NOON.isoformat()}) + "\n"
    )
    writes = threading.Timer(0.1, path.write_bytes, [record])
    writes.start()
    with pytest.raises(Locked, match=rf"run run-9 \(pid {child.pid} on crow\)"), hold(tmp_path, URL, ORG, JOB, ME):
        pass
    writes.join()


def test_lock_is_free_after_the_block_also_when_that_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold(tmp_path, URL, ORG, JOB, ME):
        raise ZeroDivisionError
    assert holder_of(tmp_path, URL, ORG, JOB) is None
    with hold(tmp_path, URL, ORG, JOB, ME):
        pass


def test_lock_file_is_private_stays_and_holds_who_is_at_work(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with hold(tmp_path / "state", URL, ORG, JOB, ME):
            (path,) = (tmp_path / "state").iterdir()
            assert json.loads(path.read_text()) == {
                "run_id": "run-1",
                "pid": 4711,
                "host": "crow",
                "started_at": "2026-11-21T12:00:00+00:00",
            }
    finally:
        os.umask(before)
    assert path.read_text() == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("left", ["", "{", "[]", '{"run_id": "r"}', "x" * 5000, '{"run_id":1,"pid":"x"}\n'])
def test_what_a_dead_holder_left_in_the_file_does_no_harm(tmp_path: Path, left: str) -> None:
    path = lock_path(tmp_path, URL, ORG, JOB)
    path.write_text(left)
    assert holder_of(tmp_path, URL, ORG, JOB) is None
    with hold(tmp_path, URL, ORG, JOB, ME):
        assert holder_of(tmp_path, URL, ORG, JOB) == ME
        path.write_text(left)
        assert holder_of(tmp_path, URL, ORG, JOB) == UNNAMED
        with pytest.raises(Locked, match="has not written who it is"), hold(tmp_path, URL, ORG, JOB, ME):
            pass


def test_lock_that_nobody_ever_took_is_free_and_looking_leaves_no_trace(tmp_path: Path) -> None:
    assert holder_of(tmp_path / "state", URL, ORG, JOB) is None
    assert list(tmp_path.iterdir()) == []


def test_who_looks_takes_the_lock_from_nobody(tmp_path: Path) -> None:
    path = lock_path(tmp_path, URL, ORG, JOB)
    with path.open("w") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.02, looking.close).start()
        with hold(tmp_path, URL, ORG, JOB, ME):
            assert looking.closed


def test_two_who_look_at_once_do_not_take_each_other_for_a_holder(tmp_path: Path) -> None:
    with lock_path(tmp_path, URL, ORG, JOB).open("w") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert holder_of(tmp_path, URL, ORG, JOB) is None


def test_each_job_of_each_target_has_a_lock_of_its_own(tmp_path: Path) -> None:
    targets = [
        (URL, ORG, JOB),
        (URL, "", JOB),
        (URL, ORG, "influencers"),
        (f"{URL}/v2", ORG, JOB),
        (URL + ORG, "", JOB),
    ]
    assert len({lock_path(tmp_path, *target) for target in targets}) == len(targets)
    with hold(tmp_path, *targets[0], ME), hold(tmp_path, *targets[1], ME):
        pass


@pytest.mark.parametrize("job", ["../../etc/passwd", "Mein Blatt", "a" * 300, "", "\u202e", "con:1"])
def test_lock_file_stands_in_the_state_directory_whatever_the_job_is_called(tmp_path: Path, job: str) -> None:
    with hold(tmp_path, URL, ORG, job, ME):
        assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_symlinked_lock_is_refused_and_its_target_untouched(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("precious")
    lock_path(tmp_path, URL, ORG, JOB).symlink_to(tmp_path / "target")
    with pytest.raises(UsageError, match="symbolic link"), hold(tmp_path, URL, ORG, JOB, ME):
        pass
    with pytest.raises(UsageError, match="symbolic link"):
        holder_of(tmp_path, URL, ORG, JOB)
    assert (tmp_path / "target").read_text() == "precious"


def test_start_is_told_in_utc_wherever_the_holder_is(tmp_path: Path) -> None:
    far = Holder("r", 1, "h", datetime.fromisoformat("2026-11-21T21:00:00+09:00"))
    with hold(tmp_path, URL, ORG, JOB, far):
        held = holder_of(tmp_path, URL, ORG, JOB)
    assert held is not None
    assert held.started_at.isoformat() == "2026-11-21T12:00:00+00:00"
    assert held.started_at.tzinfo is UTC
