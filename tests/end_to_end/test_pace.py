"""The pace over real HTTP: a healthy run sees no 429, and after one nothing leaves before its time (must show 4)."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from layersync.api.hands import MOST
from tests.end_to_end.place import Place
from tests.end_to_end.stranger import of_layersync, stranger
from tests.end_to_end.waiting import moment, throttled
from tests.sandbox.server import RunningSandbox, running_sandbox

ROWS = 90
WRITES = 60
SHARE = 54
WINDOW_S = 1.0


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A sandbox with the limits of `standard`, whose minute is a second."""
    log = tmp_path_factory.mktemp("narrow") / "requests.jsonl"
    flags = ("--tier", "standard", "--minute", str(WINDOW_S), "--records", str(ROWS))
    with running_sandbox(*flags, log=log) as running:
        yield running


@pytest.fixture
def many(place: Place, narrow: RunningSandbox) -> Place:
    narrow.reset()
    assert narrow.log is not None
    Path(narrow.log).write_bytes(b"")
    place.configure(narrow.url, "[guards]\nmax_changes = 999\n[jobs.projects]\nsource = 'projects.csv'")
    ids = list(narrow.state()["records"]["projects"])[-ROWS:]
    place.table([{"id": bare, "timezone": "Etc/GMT+3"} for bare in ids])
    return place


def test_a_healthy_run_sees_no_429_and_keeps_inside_its_share(many: Place, narrow: RunningSandbox) -> None:
    ran = many.call("sync")
    assert (ran.code, ran.counts) == (0, {"changed": ROWS})
    assert all(entry["status"] == 200 for entry in narrow.entries())
    times = [moment(entry) for entry in narrow.entries() if entry["method"] == "PATCH"]
    # arrivals are told on the server's clock: a slot is free again a window after its answer was read
    assert all(later - earlier >= WINDOW_S * 0.95 for earlier, later in zip(times, times[SHARE:], strict=False))


def test_beside_a_stranger_with_the_same_key_nothing_leaves_before_retry_after(
    many: Place, narrow: RunningSandbox
) -> None:
    own = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
    with stranger(narrow, own, reads_per_s=30, writes_per_s=30):
        ran = many.call("sync")
    assert (ran.code, ran.counts) == (0, {"changed": ROWS}), "a 429 costs a row nothing"
    writes = [entry for entry in narrow.entries() if entry["rate_class"] == "write-light"]
    # on a machine that is busy with other things the stranger may be too slow to get in our way; the next test is not
    found = list(throttled(writes, of_layersync))
    assert len(found) == ran.results["requests"]["write-light"]["throttled"]
    for one in found:
        assert one.too_early == ()
        assert len(one.on_their_way) < MOST


def test_a_run_that_leaves_a_stranger_its_half_says_why_it_takes_longer(place: Place, tmp_path: Path) -> None:
    flags = ("--tier", "standard", "--minute", "4", "--records", "30", "--rate-headers")
    with running_sandbox(*flags, log=tmp_path / "requests.jsonl") as sandbox:
        place.configure(sandbox.url, "[guards]\nmax_changes = 999\n[jobs.projects]\nsource = 'projects.csv'")
        config = place.folder / "config.toml"
        config.write_text(config.read_text().replace('window = "1s"', 'window = "4s"'))
        ids = list(sandbox.state()["records"]["projects"])[-30:]
        place.table([{"id": bare, "timezone": "Etc/GMT+3"} for bare in ids])
        with stranger(sandbox, ids[0], reads_per_s=1, writes_per_s=7.5):
            time.sleep(4)
            ran = place.call("sync")
    assert (ran.code, ran.counts) == (0, {"changed": 30})
    assert len([line for line in ran.err.splitlines() if "uses this key, too" in line and "writes" in line]) == 1


def test_a_429_closes_the_class_for_as_long_as_the_server_asks(many: Place, narrow: RunningSandbox) -> None:
    config = many.folder / "config.toml"  # at half the rate few are under way when the 429 comes
    config.write_text(config.read_text().replace("[limits]", "[limits]\nshare = 0.45"))
    wait = {"status": 429, "headers": {"Retry-After": "3"}}
    narrow.set_faults({"method": "PATCH", "nth": 20, "do": wait}, {"path": "/v1/whoami", "nth": 1, "do": wait})
    ran = many.call("sync")
    assert (ran.code, ran.counts) == (0, {"changed": ROWS})
    for method in ("GET", "PATCH"):
        times = [(moment(entry), entry["status"]) for entry in narrow.entries() if entry["method"] == method]
        (refused,) = [at for at, status in times if status == 429]
        later = [at for at, _ in times if at > refused]
        # what was on its way, on a machine that may be busy with other things
        assert [at for at in later if refused + 1.5 < at < refused + 3] == []
        assert len([at for at in later if at <= refused + 1.5]) < MOST
