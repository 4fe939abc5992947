"""The reports of runs that died: rebuilt from the journal once, whole, and whoever dies meanwhile."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layersync.report_keeping import report_again
from layersync.state.memory import unfinished_runs
from layersync.state.runs import begin, find
from layersync.state.store import Store
from layersync.values.outcome import Word
from tests.test_sync import ROWS, Quiet, a_server, a_sheet, killed_run, run, words

Told = dict[str, Any]


def results(folder: Path, run_id: str) -> Told:
    read: Told = json.loads((folder / "reports" / run_id / "results.json").read_bytes())
    return read


def unfinished(folder: Path) -> tuple[str, ...]:
    with Store.open(folder / "state") as store:
        return unfinished_runs(store, "http://127.0.0.1:1", "org_1", "projects")


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("taken_up", range(ROWS))
def test_wherever_a_run_dies_its_report_has_every_row_as_it_really_went(
    tmp_path: Path, taken_up: int, arrives: bool
) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, taken_up, lambda one, request: one.work(request) if arrives else None)
    own = {path for _, _, path, _ in server.sends("PATCH")}

    console = Quiet()
    second = run(server, tmp_path, "run-2", console=console)
    assert any("report of run run-1 was rebuilt from the journal" in line for line in console.told)
    told = results(tmp_path, "run-1")
    assert (told["run"]["rebuilt_by"], told["run"]["exit_code"]) == ("run-2", 8)
    assert {row["key"]: row["outcome"] for row in told["rows"]} == {
        path.rpartition("/")[2]: "changed" if path in own else "not_attempted"
        for path in server.records
        if path != "/v1/whoami"
    }
    assert words(second).count(Word.CHANGED) + second.jobs[0].plan.matched - len(second.jobs[0].plan.changes) == ROWS
    assert unfinished(tmp_path) == ()


def test_two_runs_that_died_one_after_the_other_are_both_told_by_the_third(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 1, lambda one, request: one.work(request))
    killed_run(server, tmp_path, 0, lambda one, request: one.work(request), run_id="run-2")
    assert unfinished(tmp_path) == ("run-1", "run-2")
    third = run(server, tmp_path, "run-3")
    assert third.run.resumed_from == "run-2"
    for dead in ("run-1", "run-2"):
        told = results(tmp_path, dead)
        assert (told["run"]["rebuilt_by"], len(told["rows"])) == ("run-3", ROWS)
        assert {row["outcome"] for row in told["rows"]} <= {"changed", "not_attempted", "unchanged"}
    assert max(server.effects.values()) == 1
    assert unfinished(tmp_path) == ()
    assert run(server, tmp_path, "run-4").run.resumed_from is None


def test_the_run_that_died_while_it_sent_is_named_though_another_died_since_before_it_sent_anything(
    tmp_path: Path,
) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 1, lambda one, request: one.work(request))
    with Store.open(tmp_path / "state") as store:
        first = find(store, "run-1")
        assert first is not None
        begin(store, replace(first, run_id="run-2"))
    console = Quiet()
    assert run(server, tmp_path, "run-3", console=console).run.resumed_from == "run-1"
    assert any("run run-1 ended without a word" in line for line in console.told)
    assert unfinished(tmp_path) == ()


def test_a_preview_neither_settles_nor_rebuilds(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 1, lambda one, request: one.work(request))
    run(server, tmp_path, "preview", dry_run=True)
    assert unfinished(tmp_path) == ("run-1",)
    assert not (tmp_path / "reports").exists()


def test_what_was_unknown_when_a_run_ended_is_told_as_it_was_settled_later(tmp_path: Path) -> None:
    server = a_server()
    a_sheet(tmp_path)
    killed_run(server, tmp_path, 1, lambda one, request: one.work(request))
    with Store.open(tmp_path / "state") as store:
        before = report_again(store, "run-1").jobs[0].outcomes
    assert Word.UNKNOWN in {outcome.word for outcome in before.values()}
    run(server, tmp_path, "run-2")
    with Store.open(tmp_path / "state") as store:
        after = report_again(store, "run-1").jobs[0].outcomes
    assert {outcome.word for outcome in after.values()} == {Word.CHANGED}
    assert after.keys() == before.keys()
