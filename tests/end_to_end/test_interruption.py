"""Runs that end before their work does: by a signal, by kill -9, or because another run is at work."""

import json
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.place import LEISURELY, PATIENCE_S, Place
from tests.end_to_end.test_guards import described_projects
from tests.end_to_end.traffic import Traffic
from tests.sheet.web.conftest import Said, serving

pytestmark = pytest.mark.generations

ROWS = 20
WORKERS = 8
PITCH = (
    "Forest coffee, bought from named families and roasted the same week, for people who would rather know than guess."
)

SLOW = {"method": "PATCH", "do": {"delay": 0.3}}


@pytest.fixture
def ids(api: Traffic) -> list[str]:
    """Projects to change, none of which has the new description yet."""
    return described_projects(api)[:ROWS]


@pytest.fixture
def many(place: Place, api: Traffic, ids: list[str]) -> Place:
    """A sheet whose every row restarts keyword research: a change sent twice would show in the count."""
    jobs = "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'"
    place.configure(api.url, jobs, limits=LEISURELY)
    place.table([{"id": bare, "appDescription": f"{number:02} {PITCH}"} for number, bare in enumerate(ids)])
    return place


def assert_all_done_once(api: Traffic, ids: list[str]) -> None:
    for number, bare in enumerate(ids):
        assert api.project(bare)["appDescription"] == f"{number:02} {PITCH}"
        assert api.research(bare) == 1, "restarted once for each project, whatever was sent how often"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGTERM, 143, id="TERM"),
        pytest.param(signal.SIGINT, 130, id="INT", marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, 129, id="HUP", marks=pytest.mark.slow),
    ],
)
def test_a_signal_lets_requests_in_flight_finish_and_the_next_run_carries_on(
    many: Place, api: Traffic, ids: list[str], number: signal.Signals, code: int
) -> None:
    api.faults(SLOW)
    with many.started("sync") as process:
        api.wait_for_fault(process)
        process.send_signal(number)
        ran = many.ended(process)

    assert ran.code == ran.results["run"]["exit_code"] == code
    sent = len(api.requests("PATCH"))
    assert 1 <= sent <= WORKERS
    assert ran.counts == {"changed": sent, "not_attempted": ROWS - sent}
    assert sum(api.research(bare) for bare in ids) == sent
    assert "run again" in ran.results["rows"][-1]["what_to_do"]

    api.faults()
    api.forget()
    again = many.call("sync")
    assert (again.code, again.counts) == (0, {"changed": ROWS - sent, "unchanged": sent})
    assert len(api.requests("PATCH")) == ROWS - sent
    assert_all_done_once(api, ids)


def test_a_signal_ends_a_run_that_waits_for_its_turn_at_once(many: Place, api: Traffic) -> None:
    api.faults({"path": "/v1/whoami", "do": {"status": 429, "headers": {"Retry-After": "600"}}})
    with many.started("sync") as process:
        api.wait_for_fault(process)
        process.send_signal(signal.SIGTERM)
        ran = many.ended(process)
    assert (ran.code, ran.counts, api.requests("PATCH")) == (143, {"not_attempted": ROWS}, [])


def test_a_signal_ends_a_run_that_waits_for_the_lock_at_once(many: Place, api: Traffic) -> None:
    api.faults({"method": "PATCH", "do": {"delay": 600}})
    with many.started("sync") as first:
        api.wait_for_fault(first)
        with many.started("sync", "--wait", "10m", "-v") as second:
            wait_for_folders(many, 2)
            second.send_signal(signal.SIGINT)
            ran = many.ended(second)
        assert first.poll() is None
    assert ran.code == ran.results["run"]["exit_code"] == 130
    assert ran.lines == []


def test_a_signal_ends_a_download_of_the_sheet_at_once(place: Place, api: Traffic) -> None:
    begun, over = threading.Event(), threading.Event()

    def drip() -> None:
        begun.set()
        over.wait(PATIENCE_S)

    with serving() as web:
        web.say(Said(drip=drip))
        place.configure(api.url, f"[jobs.projects]\nsource = '{web.url}/projects.csv'")
        api.forget()
        with place.started("sync") as process:
            assert begun.wait(PATIENCE_S)
            process.send_signal(signal.SIGINT)
            ran = place.ended(process)
        assert not over.is_set(), "the server was still at it"
        over.set()
    assert ran.code == ran.results["run"]["exit_code"] == 130
    assert "ended by SIGINT" in ran.out
    assert (ran.lines, api.requests()) == ([], [])


def test_a_signal_ends_a_run_whose_standard_input_has_no_end(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    with place.started("sync", "--source", "projects=-", "-v", stdin=subprocess.PIPE) as process:
        wait_for_folders(place, 1)
        process.send_signal(signal.SIGTERM)
        assert process.stdin
        assert process.wait(PATIENCE_S) == 143
        assert process.stderr
        assert "Fatal" not in process.stderr.read()


def wait_for_folders(place: Place, number: int) -> None:
    """A run makes the folder of its report before it does anything else."""
    deadline = time.monotonic() + PATIENCE_S
    while len(list((place.folder / "reports").glob("*"))) < number:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    wait_for_silence()


def test_a_second_signal_ends_the_run_at_once_and_the_next_run_settles_it(
    many: Place, api: Traffic, ids: list[str]
) -> None:
    api.faults({"method": "PATCH", "do": {"delay": 30}})
    with many.started("sync") as process:
        api.wait_for_fault(process)
        process.send_signal(signal.SIGTERM)
        wait_for_silence()
        process.send_signal(signal.SIGTERM)
        assert many.ended(process).code == 143

    api.faults()
    assert many.call("sync").code == 0
    assert_all_done_once(api, ids)


def wait_for_silence() -> None:
    """Two signals that come together would be heard as one."""
    time.sleep(0.2)


def test_after_kill_9_with_answers_lost_the_next_run_settles_and_nothing_takes_effect_twice(
    many: Place, api: Traffic, ids: list[str]
) -> None:
    # the third PATCH and all after it are worked on, and answered too late for the one who asked
    api.faults({"method": "PATCH", "after": 2, "do": {"delay": 30}})
    with many.started("sync") as process:
        api.wait_for_fault(process)
        process.kill()
        assert many.ended(process).code == -signal.SIGKILL
    sent = {request["path"]: request["idempotency_key"] for request in api.requests("PATCH")}
    assert len(sent) > 2
    assert not (many.folder / "reports" / "latest").exists(), "the dead run could not report"

    api.faults()
    api.forget()
    again = many.run("sync")
    assert again.code == 0
    assert again.results["run"]["resumed_from"] is not None
    assert many.remembered()["open_changes"] == []
    assert_all_done_once(api, ids)
    for request in api.requests("PATCH"):
        assert sent.get(request["path"], request["idempotency_key"]) == request["idempotency_key"], "the same key again"
    assert many.call("sync").counts == {"unchanged": ROWS}


def test_after_kill_9_with_requests_on_their_way_the_next_run_sends_them_under_the_same_key(
    many: Place, api: Traffic, ids: list[str]
) -> None:
    # the third PATCH and all after it reach the server's work only when the next run has begun
    api.faults({"method": "PATCH", "after": 2, "do": {"hold": 4}})
    with many.started("sync") as process:
        api.wait_for_fault(process)
        process.kill()
        many.ended(process)
    late = api.fired()

    api.faults()
    assert many.call("sync").code == 0
    assert many.remembered()["open_changes"] == []
    wait_for_late_ones(api, late)
    keys = {(request["path"], request["idempotency_key"]) for request in api.requests("PATCH")}
    assert len(keys) == ROWS, "one key for each project, in both runs together"
    assert all(key for _, key in keys)
    assert_all_done_once(api, ids)


def wait_for_late_ones(api: Traffic, number: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while sum(request["fault"] is not None for request in api.requests("PATCH")) < number:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_while_a_run_is_at_work_its_job_is_locked_and_nothing_else(many: Place, api: Traffic, ids: list[str]) -> None:
    api.faults({"method": "PATCH", "do": {"delay": 1.2}})
    with many.started("sync") as process:
        api.wait_for_fault(process)

        second = many.call("sync")
        assert second.code == second.results["jobs"][0]["exit_code"] == 7
        holder = json.loads(lock_file(many.folder).read_bytes())
        assert holder["pid"] == process.pid
        assert f"run {holder['run_id']} (pid {holder['pid']}" in second.out
        assert second.lines == []

        preview = many.call("sync", "-n")
        assert preview.code == 0, "a preview takes no lock"
        assert f"run {holder['run_id']} is in progress" in preview.err

        other = "[jobs.other]\nresource = 'projects'\nsource = 'other.csv'"
        (many.folder / "other.toml").write_text(f"[api]\nbase_url = '{api.url}'\n{other}\n", encoding="utf-8")
        many.table([{"id": ids[-1], "tagline": ""}], "other.csv")
        assert many.call("sync", "-c", "other.toml").code == 0, "another job goes its way"

        assert process.poll() is None, "all of this happened while the first run was at work"
        waited = many.call("sync", "--wait", "1m")
        assert (waited.code, waited.counts) == (0, {"unchanged": ROWS})
        assert many.ended(process).code == 0
    assert_all_done_once(api, ids)


def lock_file(folder: Path) -> Path:
    (found,) = (folder / ".layersync").glob("projects-*.lock")
    return found


def test_a_time_limit_stops_the_run_safely(many: Place, api: Traffic) -> None:
    config = many.folder / "config.toml"
    config.write_text(config.read_text().replace("share = 0.35", "share = 0.1"))  # six a second
    api.faults({"method": "PATCH", "do": {"delay": 1.5}})
    ran = many.call("sync", "--max-duration", "2s")
    assert ran.code == 8
    sent = len(api.requests("PATCH"))
    assert sent < ROWS
    assert ran.counts["not_attempted"] == ROWS - sent
    assert "time limit" in ran.out
    api.faults()
    assert many.call("sync").counts["changed"] == ROWS - sent


def test_the_daily_cap_of_the_server_stops_the_run_and_carries_the_rest_over(many: Place, api: Traffic) -> None:
    cap = {"status": 429, "headers": {"Retry-After": "40000"}}
    api.faults({"method": "PATCH", "after": 5, "do": cap})
    ran = many.call("sync")
    assert ran.code == 8
    assert ran.counts == {"changed": 5, "not_attempted": ROWS - 5}
    assert len(api.requests("PATCH")) <= 5 + WORKERS
    assert "daily cap" in ran.out
    api.faults()
    api.forget()
    early = many.call("sync")
    assert (early.code, early.counts) == (8, {"unchanged": 5, "not_attempted": ROWS - 5})
    assert api.requests("PATCH") == [], "the server does not have to say it twice"
    assert "none left" in many.call("whoami").out
    with closing(sqlite3.connect(many.folder / ".layersync" / "state.sqlite")) as state, state:
        state.execute("UPDATE write_caps SET until = 0")
    assert many.call("sync").code == 0
