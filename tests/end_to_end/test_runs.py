"""`runs` end to end: what was run, one run's report again, runs that died, and runs that are dropped in time."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.place import LEISURELY, PROGRAM, JsonObject, Place
from tests.end_to_end.test_guards import ACME, HALDEN, YOGA
from tests.end_to_end.test_undo import with_tagline
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

WIDE = "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'"


@pytest.fixture
def begun(place: Place, api: Traffic) -> Place:
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": "one"}, {"id": HALDEN, "tagline": "two"}, {"id": YOGA, "tagline": ""}])
    return place


def listed(place: Place, *words: str) -> list[JsonObject]:
    ran = place.call("runs", "--format", "json", *words)
    assert (ran.code, ran.err) == (0, "")
    found: list[JsonObject] = json.loads(ran.out)
    return found


def told(place: Place, run: str, form: str = "json") -> JsonObject:
    ran = place.call("runs", run, "--format", form)
    assert (ran.code, ran.err) == (0, "")
    found: JsonObject = json.loads(ran.out)
    return found


def test_every_run_is_listed_newest_first_with_what_it_came_to(begun: Place, api: Traffic) -> None:
    assert listed(begun) == []
    preview = begun.call("sync", "-n").folder.name
    synced = begun.call("sync").folder.name
    begun.sheet("nothing", "projects.csv")
    assert begun.call("sync").code == 4
    api.forget()

    found = listed(begun)
    assert [(one["command"], one["dry_run"], one["state"], one["exit_code"], one["counts"]) for one in found] == [
        ("sync", False, "finished", 4, {}),
        ("sync", False, "finished", 0, {"changed": 2, "unchanged": 1}),
        ("sync", True, "finished", 0, {"would_change": 2, "unchanged": 1}),
    ]
    assert [one["run_id"] for one in found[1:]] == [synced, preview]
    assert found[1]["jobs"] == ["projects"]
    assert Path(found[1]["folder"]).name == synced
    text = begun.call("runs", LAYERS_API_KEY="")
    head, first, second, third = text.out.splitlines()
    assert head == f"{api.url} · 3 runs"
    assert "exit 4" in first
    assert second.split() == [
        synced,
        *second.split()[1:3],
        "sync",
        "projects",
        "exit",
        "0",
        "2",
        "changed,",
        "1",
        "unchanged",
    ]
    assert "sync -n" in third
    assert api.requests() == []


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_reader_of_a_report_who_leaves_is_no_error(begun: Place, form: str) -> None:
    begun.call("sync")
    reading, writing = os.pipe()
    os.close(reading)
    words = [*PROGRAM, "runs", "latest", "--format", form]
    ran = subprocess.run(
        words, cwd=begun.folder, env=begun.environ, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize("words", [("sync", "-n"), ("sync",)])
def test_a_report_is_told_again_in_every_format_as_it_was(begun: Place, api: Traffic, words: tuple[str, ...]) -> None:
    begun.configure(api.url, "[run]\nformats = ['csv', 'json', 'html', 'markdown', 'junit']\n" + WIDE)
    ran = begun.call(*words)
    api.forget()
    for form, name in [
        ("json", "results.json"),
        ("csv", "results.csv"),
        ("html", "report.html"),
        ("markdown", "summary.md"),
        ("junit", "junit.xml"),
    ]:
        again = begun.call("runs", ran.folder.name, "--format", form)
        assert (again.code, again.out) == (0, (ran.folder / name).read_text(encoding="utf-8")), form
    assert begun.call("runs", "latest").out == ran.out
    assert "Report: " in begun.call("runs", "latest", "--stat").out
    assert begun.call("runs", "latest", "--format", "github").code == 0


def test_what_is_not_there_or_cannot_be_written_is_a_usage_error(begun: Place) -> None:
    for words, message in [
        (["20200101T000000Z-0000"], "there is no run"),
        (["latest"], "there is no run"),
        (["--format", "html"], "text or json"),
        (["--format", "pdf"], ""),
    ]:
        ran = begun.call("runs", *words)
        assert (ran.code, ran.out) == (64, ""), words
        assert message in ran.err


def test_a_run_that_is_going_on_is_told_as_far_as_it_has_come(begun: Place, api: Traffic) -> None:
    api.faults({"method": "PATCH", "after": 1, "do": {"delay": 600}})
    with begun.started("sync") as process:
        api.wait_for_fault(process)
        (found,) = listed(begun)
        assert (found["state"], found["exit_code"]) == ("running", None)
        report = told(begun, found["run_id"])
        assert report["run"]["message"].startswith("this run is still going")
        assert begun.call("undo", found["run_id"]).code == 7
    api.faults()


def a_dead_run(place: Place, api: Traffic) -> tuple[Path, list[str], int]:
    """A run that was killed: its folder, its ids, and how many of them were taken up."""
    ids = with_tagline(api)
    place.configure(api.url, WIDE, limits=LEISURELY)
    rows = [{"id": bare, "tagline": f"new {number}"} for number, bare in enumerate(ids)]
    place.table([*rows, {"id": "nonsense", "tagline": "x"}])
    api.faults({"method": "PATCH", "after": 2, "do": {"delay": 30}})
    with place.started("sync") as process:
        api.wait_for_fault(process)
        process.kill()
        assert place.ended(process).code == -signal.SIGKILL
    api.faults()
    (folder,) = (place.folder / "reports").iterdir()
    return folder, ids, len({request["path"] for request in api.requests("PATCH")})


def test_the_report_of_a_dead_run_is_rebuilt_from_the_journal_by_the_next_run(place: Place, api: Traffic) -> None:
    folder, ids, sent = a_dead_run(place, api)
    assert list(folder.iterdir()) == []
    (found,) = listed(place)
    assert (found["state"], found["exit_code"]) == ("died", None)
    before = told(place, folder.name)
    assert before["run"]["message"].startswith("this run died before it ended")
    assert found["counts"] == {word: number for word, number in before["counts"].items() if number}
    assert before["counts"]["unknown"] >= sent - 2

    place.call("sync", "-n")
    assert list(folder.iterdir()) == [], "a preview settles nothing"
    api.forget()
    second = place.call("sync")
    assert second.code == 3
    again = {request["path"].rpartition("/")[2].rpartition("_")[2] for request in api.requests("PATCH")}
    assert f"the report of run {folder.name} was rebuilt from the journal" in second.err

    rebuilt = json.loads((folder / "results.json").read_bytes())
    run = rebuilt["run"]
    assert (run["run_id"], run["rebuilt_by"], run["exit_code"]) == (folder.name, second.folder.name, 8)
    assert f"rebuilt from the journal by run {second.folder.name}" in run["message"]
    assert run["finished_at"] >= run["started_at"]
    assert len(rebuilt["rows"]) == len(ids) + 1, "no row of the sheet is missing"
    words = {row["key"]: row["outcome"] for row in rebuilt["rows"]}
    assert words.pop("nonsense") == "invalid"
    own = {bare for bare in ids if words[bare] == "changed"}
    assert set(words.values()) == {"changed", "not_attempted"}
    assert len(own) >= sent
    assert {bare for bare in ids if words[bare] == "not_attempted"} <= again
    assert (folder / "results.csv").exists()
    assert (place.folder / "reports" / "latest").resolve() == second.folder
    assert told(place, folder.name) == rebuilt
    assert [one["state"] for one in listed(place)] == ["finished", "finished", "died"]
    assert listed(place)[-1]["counts"] == {word: number for word, number in rebuilt["counts"].items() if number}


@pytest.mark.slow
def test_a_report_folder_that_is_gone_does_not_keep_a_dead_run_from_being_settled(place: Place, api: Traffic) -> None:
    folder, ids, _ = a_dead_run(place, api)
    folder.rmdir()
    folder.write_text("in the way", encoding="utf-8")
    second = place.call("sync")
    assert (second.code, second.results["run"]["resumed_from"]) == (3, folder.name)
    assert "could not be rebuilt" in second.err
    assert folder.read_text(encoding="utf-8") == "in the way"
    third = place.call("sync")
    assert (third.results["run"]["resumed_from"], third.counts["unchanged"]) == (None, len(ids))


def test_old_runs_are_dropped_with_their_folders_and_nothing_else_is(begun: Place, api: Traffic) -> None:
    begun.configure(api.url, "[run]\nkeep_runs = 2\n[jobs.projects]\nsource = 'projects.csv'")
    reports = begun.folder / "reports"
    names = [begun.call("sync").folder.name for _ in range(2)]
    (reports / names[0] / "my notes.txt").write_text("kept", encoding="utf-8")
    (reports / "20200101T000000Z-0000").mkdir()
    names += [begun.call("sync").folder.name for _ in range(2)]
    assert [one["run_id"] for one in listed(begun)] == [names[3], names[2]]
    assert [path.name for path in (reports / names[0]).iterdir()] == ["my notes.txt"]
    assert {path.name for path in reports.iterdir()} == {
        "latest",
        "20200101T000000Z-0000",
        names[0],
        names[2],
        names[3],
    }
    assert {row[0] for row in begun.remembered()["runs"]} == {names[2], names[3]}
    assert begun.call("undo", names[1]).code == 64


def test_ten_previews_are_kept_beside_the_runs_that_wrote(begun: Place) -> None:
    synced = begun.call("sync").folder.name
    for _ in range(12):
        begun.call("check")
        last = begun.call("plan").folder.name
    found = listed(begun)
    assert [one["dry_run"] for one in found].count(True) == 10
    assert (found[0]["run_id"], found[-1]["run_id"]) == (last, synced)


def test_a_held_run_stays_until_a_later_run_of_its_job_has_ended(begun: Place, api: Traffic) -> None:
    begun.configure(
        api.url, "[run]\nkeep_runs = 1\n[guards]\nmax_changes = 1\n[jobs.projects]\nsource = 'projects.csv'"
    )
    held = begun.call("sync").folder
    for _ in range(11):
        begun.call("sync", "-n")
    assert (held / "plan.json").exists()
    assert begun.call("apply", held.name).counts == {"changed": 2}
    begun.call("sync")
    assert not held.exists()
