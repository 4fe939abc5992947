"""The corridor as a whole on simulated time and transport, with a real state file: a lost answer, a kill, a resume."""

import json
import random
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layersync.api.stop import Stop
from layersync.api.wire import Answer, Request
from layersync.order import Order
from layersync.report.exit_code import exit_code
from layersync.run import _job
from layersync.session import Session
from layersync.settings.model import Settings
from layersync.state.clocks import Clocks
from layersync.state.store import Store
from layersync.sync import sync
from layersync.values.outcome import Word
from layersync.values.report import Report, RunInfo, Trigger
from layersync.values.saved_plan import SavedPlan
from tests.api.server import SimulatedServer, json_answer, lost_answer, lost_request
from tests.plan.build import an_id, project
from tests.virtual_time import START, VirtualClock, run_virtual

ROWS = 6
WHOAMI = {"organizationId": "org_1", "organizationName": "Test", "rateLimitTier": "standard", "scopes": ["*"]}


class Killed(BaseException):
    """The process died here."""


class Quiet:
    """A console that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, line: str) -> None:
        self.told.append(line)

    def detail(self, line: str) -> None:
        self.told.append(line)

    def progress(self, job: str, done: int, total: int) -> None:
        """Nobody watches."""

    def agree(self, preview: Report) -> bool:  # noqa: ARG002
        raise AssertionError("nobody is there to be asked")


def a_server() -> SimulatedServer:
    server = SimulatedServer({f"/v1/projects/{an_id(n)}": project(n, tagline="old") for n in range(ROWS)})
    server.records["/v1/whoami"] = dict(WHOAMI)
    return server


def a_sheet(folder: Path, tagline: str = "new") -> Path:
    sheet = folder / "projects.csv"
    sheet.write_text("id,tagline\n" + "".join(f"{an_id(n)},{tagline} {n}\n" for n in range(ROWS)), encoding="utf-8")
    return sheet


def run(
    server: SimulatedServer,
    folder: Path,
    run_id: str,
    *,
    dry_run: bool = False,
    wall: float = START.timestamp(),
    console: Quiet | None = None,
    state: str = "state",
    saved: SavedPlan | None = None,
    approved: bool = False,
    guards: Mapping[str, object] | None = None,
) -> Report:
    """One run over the corridor, of the sheet or of a saved plan; what it raises comes out."""
    settings = Settings(
        api={"base_url": "http://127.0.0.1:1"},
        jobs={"projects": {"source": str(folder / "projects.csv"), "guards": guards or {}}},
        run={"state_dir": folder / state, "report_dir": folder / "reports"},
    )
    command = "apply" if saved else "sync"
    order = Order(
        settings=settings, jobs=("projects",), command=command, dry_run=dry_run, saved=saved, approved=approved
    )
    with ExitStack() as parts:
        session = Session(
            order=order,
            run=replace(run_info(run_id, dry_run=dry_run), command=command),
            base_url=settings.api.base_url,
            transport=server,
            store=parts.enter_context(Store.open(settings.run.state_dir)),
            clock=VirtualClock(),
            clocks=Clocks(wall=lambda: wall, boot=lambda: wall, boot_id="boot"),
            rng=random.Random(run_id),
            stop=Stop(),
            console=console or Quiet(),
            locks=parts.enter_context(ExitStack()),
            pid=1,
            jobs=(_job(order, "projects"),),
        )
        return run_virtual(sync(session))


def run_info(run_id: str, *, dry_run: bool) -> RunInfo:
    return RunInfo(
        run_id=run_id,
        command="sync",
        dry_run=dry_run,
        started_at=START,
        finished_at=START,
        base_url="http://127.0.0.1:1",
        label="test",
        organization_id=None,
        organization_name=None,
        tier=None,
        tool_version="0",
        host="host",
        user="user",
        trigger=Trigger(kind="cron"),
        config_sha256="0" * 64,
        plan_digest=None,
    )


def never_arrives(_server: SimulatedServer, _request: Request) -> Answer:
    raise Killed


def killed_run(
    server: SimulatedServer,
    folder: Path,
    patches: int,
    fault: Callable[[SimulatedServer, Request], object],
    run_id: str = "run-1",
    **more: Any,
) -> None:
    """A run whose process dies when that many PATCHes were taken up and the next one is on its way.

    What the dying process may still do to the disk does not count: the disk is put back as it was at that moment.
    """
    state, image = folder / "state", folder / "image"

    def dies(simulated: SimulatedServer, request: Request) -> Answer:
        fault(simulated, request)
        shutil.copytree(state, image)
        raise Killed

    server.faults["PATCH"] = [*[None] * patches, dies, *[never_arrives] * ROWS]
    with pytest.raises(BaseExceptionGroup) as group:
        run(server, folder, run_id, **more)
    assert group.group_contains(Killed)
    server.faults.clear()
    shutil.rmtree(state)
    image.rename(state)


def words(report: Report) -> list[Word]:
    outcomes = report.jobs[0].outcomes
    return [outcomes[row].word for row in sorted(outcomes)]


def test_a_run_that_dies_with_its_answer_lost_is_settled_by_the_next_and_nothing_happens_twice(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 2, lambda simulated, request: simulated.work(request))

    console = Quiet()
    report = run(server, tmp_path, "run-2", console=console)
    assert report.run.resumed_from == "run-1"
    assert any("run-1" in line for line in console.told)
    assert [record.get("tagline") for record in server.records.values()][:ROWS] == [f"new {n}" for n in range(ROWS)]
    assert max(server.effects.values()) == 1
    assert exit_code(report, detailed=False) == 0

    third = run(server, tmp_path, "run-3")
    assert (third.jobs[0].plan.changes, third.run.resumed_from) == ((), None)


def test_C6_half_characters_in_what_the_api_says_end_no_run(tmp_path: Path) -> None:
    """JSON can say them, and neither UTF-8 nor SQLite can hold them."""
    half = "\ud800 x"
    error = {"code": half, "message": half, "requestId": half, "details": {"fieldErrors": {half: [half]}}}
    server = a_server()
    server.records["/v1/whoami"] |= {"organizationName": half, "apiKeyId": half, "scopes": [half, "*"]}
    server.faults["PATCH"] = [lambda _server, _request: json_answer(422, {"error": error}), None]
    a_sheet(tmp_path)
    report = run(server, tmp_path, "run-1")
    assert sorted(words(report)) == sorted([Word.REFUSED, *[Word.CHANGED] * (ROWS - 1)])
    (refused,) = [one for one in report.jobs[0].outcomes.values() if one.word is Word.REFUSED]
    told = (refused.message, refused.error_code, refused.request_id, report.run.organization_name)
    assert told == ("\\ud800 x (\\ud800 x: \\ud800 x)", *["\\ud800 x"] * 3)


def test_a_change_that_never_arrived_is_sent_again_under_the_same_key(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 0, lambda _simulated, _request: None)
    lost = {(path, key) for _, _, path, key in server.sends("PATCH")}
    assert len(lost) > 1

    run(server, tmp_path, "run-2")
    again = [(path, key) for _, _, path, key in server.sends("PATCH")[len(lost) :]]
    assert lost <= set(again)
    assert len(again) == ROWS
    assert set(server.effects.values()) == {1}


@pytest.mark.parametrize("says_replayed", [True, False])
def test_an_earlier_answer_to_the_key_of_a_dead_run_is_no_change(tmp_path: Path, says_replayed: bool) -> None:
    """What the dead run had written was put back meanwhile, by a request that was long on its way, say."""
    server = a_server()
    server.says_replayed = says_replayed
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 0, lambda simulated, request: simulated.work(request))
    (path,) = server.effects
    server.records[path]["tagline"] = "old"

    second = run(server, tmp_path, "run-2")
    assert sorted(words(second)) == sorted([Word.FAILED, *[Word.CHANGED] * (ROWS - 1)])
    (failed,) = [one for one in second.jobs[0].outcomes.values() if one.word is Word.FAILED]
    assert "the API gave an earlier answer again: tagline is old" in failed.message
    assert failed.what_to_do == "run again: it is sent under a new key then"

    third = run(server, tmp_path, "run-3")
    assert words(third) == [Word.CHANGED]
    assert server.effects[path] == 2
    assert third.jobs[0].plan.drifts == ()


def test_a_key_older_than_23_hours_is_not_used_again(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 0, lambda _simulated, _request: None)
    lost = {key for *_, key in server.sends("PATCH")}

    run(server, tmp_path, "run-2", wall=START.timestamp() + 23 * 3600)
    assert not lost & {key for *_, key in server.sends("PATCH")[len(lost) :]}
    with Store.open(tmp_path / "state") as store:
        assert store.rows("SELECT 1 FROM open_changes") == []
        assert {row["word"] for row in store.rows("SELECT word FROM outcomes WHERE run_id = 'run-1'")} == {
            "not_attempted"
        }


class DatedServer(SimulatedServer):
    """Says in each answer what time it is."""

    date = "Sat, 21 Nov 2026 02:00:00 GMT"

    def work(self, request: Request) -> Answer:
        answer = super().work(request)
        return replace(answer, headers={**answer.headers, "date": self.date})


@pytest.mark.parametrize(
    ("date", "again"), [("Sun, 22 Nov 2026 00:30:00 GMT", True), ("Sun, 22 Nov 2026 01:30:00 GMT", False)]
)
def test_a_key_is_as_old_as_the_api_says_where_our_own_clock_was_put_back(
    tmp_path: Path, date: str, again: bool
) -> None:
    server = DatedServer(a_server().records)
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 0, lambda _simulated, _request: None)
    lost = {key for *_, key in server.sends("PATCH")}

    server.date = date
    run(server, tmp_path, "run-2", wall=START.timestamp() + 60)
    assert (lost <= {key for *_, key in server.sends("PATCH")[len(lost) :]}) == again


def test_an_open_change_that_the_sheet_no_longer_wants_is_closed_and_not_sent(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 0, lambda _simulated, _request: None)
    sent = len(server.sends("PATCH"))

    a_sheet(tmp_path, tagline="another")
    report = run(server, tmp_path, "run-2")
    assert words(report) == [Word.CHANGED] * ROWS
    assert all(str(record.get("tagline", "another")).startswith("another") for record in server.records.values())
    with Store.open(tmp_path / "state") as store:
        assert store.rows("SELECT 1 FROM open_changes") == []
        closed = store.rows("SELECT word FROM outcomes WHERE run_id = 'run-1'")
        assert {row["word"] for row in closed} == {"not_attempted"}
    assert len(server.sends("PATCH")) == sent + ROWS


def test_a_record_that_somebody_else_changed_meanwhile_closes_the_open_change_as_a_conflict(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 0, lambda _simulated, _request: None)
    for path in [path for _, method, path, _ in server.log if method == "PATCH"]:
        server.records[path]["tagline"] = "theirs"
    run(server, tmp_path, "run-2")
    with Store.open(tmp_path / "state") as store:
        assert {row["word"] for row in store.rows("SELECT word FROM outcomes WHERE run_id = 'run-1'")} == {"conflict"}


def test_a_dry_run_leaves_open_changes_as_they_are_and_sends_only_get(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 0, lambda _simulated, _request: None)
    server.log.clear()
    with Store.open(tmp_path / "state") as store:
        before = len(store.rows("SELECT 1 FROM open_changes"))

    report = run(server, tmp_path, "dry", dry_run=True)
    assert len(report.jobs[0].plan.changes) == ROWS
    assert {method for _, method, *_ in server.log} == {"GET"}
    with Store.open(tmp_path / "state") as store:
        assert len(store.rows("SELECT 1 FROM open_changes")) == before > 0
        assert len(store.rows("SELECT 1 FROM runs")) == 1


def test_losing_the_state_file_costs_attribution_and_no_correctness(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 2, lambda simulated, request: simulated.work(request))
    (tmp_path / "state" / "state.sqlite").unlink()

    report = run(server, tmp_path, "run-2")
    assert exit_code(report, detailed=False) == 0
    assert max(server.effects.values()) == 1


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_a_run_wrote_without_hearing_of_it_is_not_taken_for_somebody_elses(tmp_path: Path, dry_run: bool) -> None:
    server = a_server()
    a_sheet(tmp_path, "first")
    run(server, tmp_path, "run-1")

    def lost_for_good(simulated: SimulatedServer, request: Request) -> Answer:
        simulated.faults["GET"] = [lost_request] * 99
        return lost_answer(simulated, request)

    a_sheet(tmp_path, "second")
    server.faults["PATCH"] = [lost_for_good, *[lost_answer] * 99]
    assert Word.UNKNOWN in words(run(server, tmp_path, "run-2"))
    server.faults.clear()

    a_sheet(tmp_path, "third")
    plan = run(server, tmp_path, "run-3", dry_run=dry_run).jobs[0].plan
    assert plan is not None
    assert len(plan.changes) == ROWS
    assert plan.drifts == ()


def test_a_lost_answer_within_a_run_is_one_change(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    server.faults["PATCH"] = [None, lost_answer, None, lost_answer]
    report = run(server, tmp_path, "run-1")
    assert words(report) == [Word.CHANGED] * ROWS
    assert set(server.effects.values()) == {1}


def test_an_api_that_suspends_us_ends_the_run_before_anything_is_read(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    server.records["/v1/whoami"]["killSwitch"] = True
    report = run(server, tmp_path, "run-1")
    assert exit_code(report, detailed=False) == 6
    assert len(server.log) == 1


def test_8_15_a_scope_that_the_key_seems_to_lack_is_told_and_the_run_goes_on(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    server.records["/v1/whoami"]["scopes"] = ["projects:read"]
    console = Quiet()
    assert words(run(server, tmp_path, "run-1", console=console)) == [Word.CHANGED] * ROWS
    assert [line for line in console.told if "scope" in line] == [
        "projects: the key seems to lack the scope projects:write; trying all the same"
    ]


class NestedServer(SimulatedServer):
    """Shows what a brand is like inside `brandContext` alone, and keeps what is sent flat there."""

    def work(self, request: Request) -> Answer:
        if request.method == "PATCH":
            sent = json.loads(request.body or b"{}")
            self.records[request.path]["brandContext"] |= sent
            self.effects[request.path] = self.effects.get(request.path, 0) + 1
            return json_answer(200, self.records[request.path])
        return super().work(request)


def test_8_04_a_server_that_nests_the_brand_is_brought_in_step_and_stays_so(tmp_path: Path) -> None:
    shown = {"id", "name", "status", "timezone"}
    plain = [{name: value for name, value in project(n).items() if name in shown} for n in range(ROWS)]
    context = {"tagline": "old", "brandVoice": "Warm, and a little dry.", "appName": "Acme"}
    server = NestedServer(
        {f"/v1/projects/{an_id(n)}": {**record, "brandContext": dict(context)} for n, record in enumerate(plain)}
    )
    server.records["/v1/whoami"] = dict(WHOAMI)
    a_sheet(tmp_path)
    first = run(server, tmp_path, "run-1")
    assert words(first) == [Word.CHANGED] * ROWS
    edit = first.jobs[0].plan.changes[0].edits[0]
    assert (edit.before, edit.note) == ("old", "the live value is from brandContext")
    second = run(server, tmp_path, "run-2")
    assert (second.jobs[0].plan.changes, set(server.effects.values())) == ((), {1})


def test_nothing_is_asked_of_the_api_when_no_sheet_can_be_used(tmp_path: Path) -> None:
    server = a_server()
    (tmp_path / "projects.csv").write_text("id,tagline\n", encoding="utf-8")
    report = run(server, tmp_path, "run-1")
    assert exit_code(report, detailed=False) == 4
    assert server.log == []


def test_an_outage_while_reading_stops_the_job_before_anything_is_planned(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    server.faults["GET"] = [None, *[lambda _server, _request: json_answer(502, {})] * 100]
    report = run(server, tmp_path, "run-1")
    assert exit_code(report, detailed=False) == 8
    assert server.sends("PATCH") == []
