"""A saved plan through the corridor, on simulated time and transport: exact, read again, guarded, carried on."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from layersync.api.wire import Answer, Request
from layersync.plan.from_text import saved_plan_of
from layersync.plan.saved import decisions, plan_text, saved_form
from layersync.report.exit_code import exit_code
from layersync.report.rows import all_rows
from layersync.values.outcome import Word
from layersync.values.plan import Plan
from layersync.values.report import Report
from layersync.values.saved_plan import SavedPlan
from tests.api.server import SimulatedServer, status
from tests.plan.build import an_id, project
from tests.test_sync import ROWS, WHOAMI, Quiet, a_server, a_sheet, killed_run, run, words

WIDE = {"max_changes": 99}
DONE = [Word.CHANGED] * ROWS


def path_of(number: int) -> str:
    return f"/v1/projects/{an_id(number)}"


def kept(report: Report) -> SavedPlan:
    """What the run's `plan.json` would hold, read back."""
    plans = [job.plan for job in report.jobs if job.plan is not None]
    decided = decisions(plans, report.run.base_url, str(report.run.organization_id), report.run.config_sha256)
    return saved_plan_of(plan_text(saved_form(decided, report.run.run_id)))


def planned(server: SimulatedServer, folder: Path, run_id: str = "preview") -> SavedPlan:
    """A plan made on another machine, whose state directory nobody here has."""
    saved = kept(run(server, folder, run_id, dry_run=True, state="elsewhere"))
    server.log.clear()
    return saved


def code(report: Report) -> int:
    return exit_code(report, detailed=False)


def taglines(server: SimulatedServer) -> list[object]:
    return [server.records[path_of(number)]["tagline"] for number in range(ROWS)]


class Listening(SimulatedServer):
    """Keeps the bodies of PATCHes by path."""

    def work(self, request: Request) -> Answer:
        if request.body:
            self.bodies()[request.path] = json.loads(request.body)
        return super().work(request)

    def bodies(self) -> dict[str, Mapping[str, object]]:
        found: dict[str, Mapping[str, object]] = self.__dict__.setdefault("_bodies", {})
        return found


def listening() -> Listening:
    return Listening(a_server().records)


def test_a_plan_of_one_machine_is_carried_out_on_another_each_record_read_right_before_its_write(
    tmp_path: Path,
) -> None:
    server = listening()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    report = run(server, tmp_path, "run-1", saved=saved, guards=WIDE)
    assert (words(report), code(report)) == (DONE, 0)
    assert taglines(server) == [f"new {number}" for number in range(ROWS)]
    assert server.bodies() == {path_of(n): change.patch for n, change in enumerate(saved.plans[0].changes)}
    for number in range(ROWS):
        assert [method for _, method, path, _ in server.log if path == path_of(number)] == ["GET", "PATCH"]
    assert report.run.plan_digest == saved.digest
    assert (report.sources[0].rows, report.sources[0].sha256) == (ROWS, saved.plans[0].sheet_sha256)


def test_the_sheet_of_a_saved_plan_is_not_looked_at(tmp_path: Path) -> None:
    server = a_server()
    saved = planned(server, a_sheet(tmp_path).parent)
    (tmp_path / "projects.csv").unlink()
    assert code(run(server, tmp_path, "run-1", saved=saved, guards=WIDE)) == 0


def test_a_second_apply_is_refused_and_asks_for_nothing_but_who_we_are(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    run(server, tmp_path, "run-1", saved=saved, guards=WIDE)
    for dry_run in (False, True):
        server.log.clear()
        again = run(server, tmp_path, "run-2", saved=saved, guards=WIDE, dry_run=dry_run)
        assert code(again) == 9
        assert again.failure is not None
        assert "changed by run run-1" in again.failure.message
        assert list(all_rows(again)) == []
        assert [path for *_, path, _ in server.log] == ["/v1/whoami"]


def test_where_nobody_remembers_the_first_apply_the_second_one_finds_everything_as_desired(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    run(server, tmp_path, "run-1", saved=saved, guards=WIDE)
    again = run(server, tmp_path, "run-2", saved=saved, guards=WIDE, state="third")
    assert (words(again), code(again)) == ([Word.CONVERGED] * ROWS, 0)
    assert set(server.effects.values()) == {1}


def test_a_new_plan_of_the_very_same_decisions_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    first = planned(server, tmp_path, "monday")
    run(server, tmp_path, "run-1", saved=first, guards=WIDE)
    for number in range(ROWS):
        server.records[path_of(number)]["tagline"] = "old"
    second = planned(server, tmp_path, "tuesday")
    assert second.digest == first.digest
    assert code(run(server, tmp_path, "run-2", saved=first, guards=WIDE)) == 9
    assert words(run(server, tmp_path, "run-3", saved=second, guards=WIDE)) == DONE


def test_a_record_that_somebody_edited_since_is_a_conflict_and_the_others_go_on(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    server.records[path_of(1)]["tagline"] = "theirs"
    server.records[path_of(2)]["tagline"] = "new 2"
    server.records[path_of(3)]["name"] = "Renamed"
    report = run(server, tmp_path, "run-1", saved=saved, guards=WIDE)
    expected = [*DONE]
    expected[1], expected[2] = Word.CONFLICT, Word.CONVERGED
    assert (words(report), code(report)) == (expected, 3)
    assert taglines(server)[1] == "theirs"
    assert server.records[path_of(3)]["name"] == "Renamed"
    told = report.jobs[0].outcomes[3].message
    assert all(value in told for value in ("was old", "is now theirs", "says new 1"))
    assert code(run(server, tmp_path, "run-2", saved=saved, guards=WIDE)) == 9


def test_a_record_that_is_gone_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    del server.records[path_of(0)]
    report = run(server, tmp_path, "run-1", saved=saved, guards=WIDE)
    assert words(report) == [Word.NOT_FOUND, *DONE[1:]]


def test_a_key_that_somebody_added_to_metadata_since_survives(tmp_path: Path) -> None:
    server = SimulatedServer({path_of(0): project(0, metadata={"crm": "1"}), "/v1/whoami": dict(WHOAMI)})
    (tmp_path / "projects.csv").write_text(f"id,metadata.crm\n{an_id(0)},2\n", encoding="utf-8")
    saved = planned(server, tmp_path)
    server.records[path_of(0)]["metadata"] = {"crm": "1", "theirs": True}
    assert words(run(server, tmp_path, "run-1", saved=saved)) == [Word.CHANGED]
    assert server.records[path_of(0)]["metadata"] == {"crm": "2", "theirs": True}


def test_a_preview_of_a_saved_plan_reads_no_record_and_leaves_no_trace(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    report = run(server, tmp_path, "run-1", saved=saved, guards=WIDE, dry_run=True)
    assert [(row.outcome, row.line) for row in all_rows(report)] == [
        (Word.WOULD_CHANGE, number + 2) for number in range(ROWS)
    ]
    assert [path for *_, path, _ in server.log] == ["/v1/whoami"]
    assert kept(report).digest == saved.digest


def test_a_plan_for_another_organisation_is_refused_before_any_record_is_read(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    server.records["/v1/whoami"]["organizationId"] = "org_2"
    report = run(server, tmp_path, "run-1", saved=saved, guards=WIDE)
    assert code(report) == 9
    assert report.failure is not None
    assert "org_1" in report.failure.message
    assert "org_2" in report.failure.message
    assert [path for *_, path, _ in server.log] == ["/v1/whoami"]


def a_larger_world(folder: Path) -> SimulatedServer:
    """Ten rows, so that a share of them counts; three would change, of which two would be cleared."""
    server = SimulatedServer({path_of(n): project(n, tagline="old", appName=f"App {n}") for n in range(10)})
    server.listings["/v1/projects"] = list(server.records.values())
    server.records["/v1/whoami"] = dict(WHOAMI)
    cells = {0: "new,<clear>", 1: "new,<clear>", 2: "new,"}
    lines = (f"{an_id(n)},{cells.get(n, ',')}\n" for n in range(10))
    (folder / "projects.csv").write_text("id,tagline,appName\n" + "".join(lines), encoding="utf-8")
    return server


@pytest.mark.parametrize(
    ("guards", "sent"),
    [({"max_changes": 3, "clears": 2}, 3), ({"max_changes": "30%"}, 3), ({"max_changes": 2}, 0), ({"clears": 1}, 1)],
)
def test_a_file_is_held_against_the_limits_of_today(guards: dict[str, object], sent: int, tmp_path: Path) -> None:
    server = a_larger_world(tmp_path)
    saved = planned(server, tmp_path)
    report = run(server, tmp_path, "run-1", saved=saved, guards=guards)
    assert len(server.sends("PATCH")) == sent
    assert code(report) == (0 if sent == 3 else 5)
    held = [row for row in all_rows(report) if row.outcome is Word.HELD]
    assert len(held) == 3 - sent
    assert all("--allow projects." in row.what_to_do for row in held)


def test_what_a_held_run_showed_is_carried_out_when_it_is_approved_and_only_what_it_had_not_sent(
    tmp_path: Path,
) -> None:
    server = a_larger_world(tmp_path)
    held = run(server, tmp_path, "run-1", guards={"clears": 1})
    assert code(held) == 5
    assert [path for *_, path, _ in server.sends("PATCH")] == [path_of(2)]
    server.records[path_of(2)]["tagline"] = "somebody's, since"

    saved = kept(held)
    approved = run(server, tmp_path, "run-2", saved=saved, approved=True, guards={"clears": 1})
    assert (words(approved), code(approved)) == ([Word.CHANGED] * 3, 0)
    assert approved.jobs[0].plan is not None
    assert approved.jobs[0].plan.holds == ()
    assert approved.jobs[0].outcomes[4].message == "by run run-1"
    assert [path for *_, path, _ in server.sends("PATCH")] == [path_of(2), path_of(0), path_of(1)]
    assert server.records[path_of(0)]["appName"] is None
    assert server.records[path_of(2)]["tagline"] == "somebody's, since"
    assert code(run(server, tmp_path, "run-3", saved=saved, approved=True)) == 9


def test_approval_is_for_that_plan_and_a_new_one_is_held_again(tmp_path: Path) -> None:
    server = a_larger_world(tmp_path)
    held = run(server, tmp_path, "run-1", guards={"max_changes": 2})
    assert code(run(server, tmp_path, "run-2", saved=kept(held), approved=True, guards={"max_changes": 2})) == 0
    worse = (tmp_path / "projects.csv").read_text(encoding="utf-8").replace(",,", ",worse,")
    (tmp_path / "projects.csv").write_text(worse, encoding="utf-8")
    again = run(server, tmp_path, "run-3", guards={"max_changes": 2})
    assert code(again) == 5
    assert "--allow projects.changes=7" in next(row.what_to_do for row in all_rows(again) if row.held_by)


def test_an_apply_that_died_is_carried_on_and_nothing_of_it_happens_twice(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    killed_run(server, tmp_path, 2, lambda simulated, request: simulated.work(request), saved=saved, guards=WIDE)
    before = len(server.sends("PATCH"))

    console = Quiet()
    report = run(server, tmp_path, "run-2", saved=saved, guards=WIDE, console=console)
    assert report.run.resumed_from == "run-1"
    assert any("run-1" in line for line in console.told)
    assert (words(report), code(report)) == (DONE, 0)
    assert taglines(server) == [f"new {number}" for number in range(ROWS)]
    assert set(server.effects.values()) == {1}
    earlier = [outcome for outcome in report.jobs[0].outcomes.values() if "run-1" in outcome.message]
    assert len(earlier) >= 2
    assert len(server.sends("PATCH")) - before == ROWS - len(earlier)
    assert code(run(server, tmp_path, "run-3", saved=saved, guards=WIDE)) == 9


def test_a_request_that_never_arrived_is_sent_again_under_its_key(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    killed_run(server, tmp_path, 0, lambda _simulated, _request: None, saved=saved, guards=WIDE)
    lost = {(path, key) for *_, path, key in server.sends("PATCH")}
    run(server, tmp_path, "run-2", saved=saved, guards=WIDE)
    again = {(path, key) for *_, path, key in server.sends("PATCH")[len(lost) :]}
    assert lost <= again
    assert set(server.effects.values()) == {1}


def test_a_record_that_somebody_edited_while_the_run_was_dead_is_not_overwritten_by_carrying_on(
    tmp_path: Path,
) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    killed_run(server, tmp_path, 1, lambda simulated, request: simulated.work(request), saved=saved, guards=WIDE)
    for number in range(ROWS):
        server.records[path_of(number)]["tagline"] = "theirs"
    report = run(server, tmp_path, "run-2", saved=saved, guards=WIDE)
    assert taglines(server) == ["theirs"] * ROWS
    assert (words(report), code(report)) == ([Word.CONFLICT] * ROWS, 3)
    assert code(run(server, tmp_path, "run-3", saved=saved, guards=WIDE)) == 9


def test_what_failed_is_tried_again_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    server.faults["PATCH"] = [None, *[status(501)], None]
    first = run(server, tmp_path, "run-1", saved=saved, guards=WIDE)
    assert words(first).count(Word.FAILED) == 1
    sent = len(server.sends("PATCH"))
    second = run(server, tmp_path, "run-2", saved=saved, guards=WIDE)
    assert (words(second), code(second)) == (DONE, 0)
    assert len(server.sends("PATCH")) == sent + 1
    assert code(run(server, tmp_path, "run-3", saved=saved, guards=WIDE)) == 9


def test_who_waits_for_a_value_that_an_earlier_run_could_not_free_goes_on_waiting(tmp_path: Path) -> None:
    server = SimulatedServer({path_of(n): project(n, customerExternalId=f"c{n}") for n in range(2)})
    server.records["/v1/whoami"] = dict(WHOAMI)
    server.listings["/v1/projects"] = [server.records[path_of(n)] for n in range(2)]
    sheet = f"id,customerExternalId\n{an_id(0)},c1\n{an_id(1)},c9\n"
    (tmp_path / "projects.csv").write_text(sheet, encoding="utf-8")
    saved = planned(server, tmp_path)
    assert [change.after for change in saved.plans[0].changes] == [(), (3,)]
    server.records[path_of(1)]["customerExternalId"] = "theirs"
    for run_id in ("run-1", "run-2"):
        report = run(server, tmp_path, run_id, saved=saved)
        assert words(report) == [Word.HELD, Word.CONFLICT]
        assert code(report) == 3
    assert server.sends("PATCH") == []


def test_what_apply_wrote_is_agreed_and_carrying_on_does_not_take_the_ledger_back(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    saved = planned(server, tmp_path)
    server.faults["PATCH"] = [*[None] * (ROWS - 1), status(501)]
    first = run(server, tmp_path, "run-1", saved=saved, guards=WIDE)
    (failed,) = (row for row, outcome in first.jobs[0].outcomes.items() if outcome.word is Word.FAILED)
    a_sheet(tmp_path, tagline="newer")
    newer = run(server, tmp_path, "run-2", guards=WIDE)
    assert words(newer) == DONE
    assert newer.jobs[0].plan is not None
    assert newer.jobs[0].plan.drifts == (), "what apply wrote is known to be ours"

    server.records[path_of(failed - 2)]["tagline"] = "old"
    again = run(server, tmp_path, "run-3", saved=saved, guards=WIDE)
    assert words(again) == DONE
    a_sheet(tmp_path, tagline="newest")
    last = run(server, tmp_path, "run-4", guards=WIDE)
    assert last.jobs[0].plan is not None
    assert last.jobs[0].plan.drifts == ()


def test_a_plan_without_changes_is_in_step_however_often_it_is_applied(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path, tagline="old")
    for number in range(ROWS):
        server.records[path_of(number)]["tagline"] = f"old {number}"
    saved = planned(server, tmp_path)
    assert all(not plan.changes for plan in saved.plans)
    for run_id in ("run-1", "run-2"):
        assert code(run(server, tmp_path, run_id, saved=saved)) == 0


def test_apply_sets_the_baseline_of_the_shrink_guard_and_is_held_by_it(tmp_path: Path) -> None:
    server = a_larger_world(tmp_path)
    large = planned(server, tmp_path)
    header, *lines = (tmp_path / "projects.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "projects.csv").write_text(header + "".join(lines[:4]).replace("new", "newer"), encoding="utf-8")
    small = planned(server, tmp_path)
    assert code(run(server, tmp_path, "run-1", saved=large)) == 0
    held = run(server, tmp_path, "run-2", saved=small)
    assert code(held) == 5
    assert [hold.guard for plan in plans_of(held) for hold in plan.holds] == ["shrink"]


def plans_of(report: Report) -> list[Plan]:
    return [job.plan for job in report.jobs if job.plan is not None]
