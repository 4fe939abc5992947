"""A sheet whose every row restarts keyword research, run against a sandbox as often as a campaign asks for."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layersync.sandbox.generate import generate
from tests.end_to_end.forks import Forks, forking
from tests.end_to_end.place import Place, place_in
from tests.sandbox.server import JsonObject, RunningSandbox, running_sandbox

PITCH = "Made to be told apart from all that stood here before, sentence for sentence, and long enough for the rules."

ALLOWING = "[guards]\nmax_changes = 999\nresearch = 999\n[jobs.projects]\nsource = 'projects.csv'"


@dataclass(frozen=True)
class Many:
    """A place, a sandbox of its own that has the rows' projects, and what starts runs."""

    place: Place
    sandbox: RunningSandbox
    forks: Forks
    ids: list[str]
    untouched: dict[str, JsonObject]

    def anew(self) -> None:
        """Forgets all runs, and everything that they did."""
        self.sandbox.reset()
        for name in (".layersync", "reports"):
            shutil.rmtree(self.place.folder / name, ignore_errors=True)
        assert self.sandbox.log
        with self.sandbox.log.open("r+b") as log:
            log.truncate()

    def has_begun(self) -> bool:
        """Whether a run has a folder for its report."""
        return any((self.place.folder / "reports").glob("*"))

    def is_done(self) -> bool:
        """Whether nothing is left to change."""
        projects = self.sandbox.state()["records"]["projects"]
        return all(PITCH in projects[bare]["appDescription"] for bare in self.ids)

    def greetings(self) -> int:
        """How many runs have asked the API who they are."""
        return sum(entry["path"] == "/v1/whoami" for entry in self.sandbox.entries())

    def lock_files(self) -> list[Path]:
        """Where runs say that they are at work."""
        return list((self.place.folder / ".layersync").glob("*.lock"))

    def patches(self) -> list[JsonObject]:
        """The PATCHes since the start."""
        return [entry for entry in self.sandbox.entries() if entry["method"] == "PATCH"]

    def reports(self) -> list[JsonObject]:
        """`results.json` of each run that has one, that of the last run last."""
        reports = self.place.folder / "reports"
        latest = (reports / "latest").resolve()
        folders = sorted(reports.glob("*"), key=lambda path: path == latest)
        files = [path / "results.json" for path in folders if not path.is_symlink()]
        return [json.loads(path.read_bytes()) for path in files if path.exists()]

    def remembered(self, query: str) -> list[tuple[Any, ...]]:
        """What the state file answers; nothing where there is none yet."""
        path = self.place.folder / ".layersync" / "state.sqlite"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as state:
            return state.execute(query).fetchall()

    def assert_all_done_once(self) -> None:
        """The server's state is what one run without any trouble leaves, and nothing happened twice."""
        state = self.sandbox.state()
        found = {bare: _without_stamp(record) for bare, record in state["records"]["projects"].items()}
        wanted = {bare: _without_stamp(record) for bare, record in self.untouched.items()}
        for number, bare in enumerate(self.ids):
            wanted[bare]["appDescription"] = f"{number:03} {PITCH}"
        assert found == wanted
        research = {bare: effects["researchRestarts"] for bare, effects in state["side_effects"].items()}
        assert {bare: count for bare, count in research.items() if count} == dict.fromkeys(self.ids, 1)

    def assert_journal_whole(self) -> None:
        """Nothing was sent whose intent is not in the state file, and the file is sound."""
        assert self.remembered("PRAGMA integrity_check") in ([], [("ok",)])
        meant = {key for (key,) in self.remembered("SELECT idempotency_key FROM intents")} if self.patches() else set()
        assert {entry["idempotency_key"] for entry in self.patches()} <= meant

    def assert_reports_whole(self, *, answers_lost: bool = False) -> None:
        """Every run that sent anything has a report of all rows; each row was changed in a run, none went wrong in any.

        A run that ended before it had a plan tells of no rows, and one that did not wait for an answer that it does not
        know what came of that change.
        """
        reports = [report for report in self.reports() if report["rows"]]
        senders = {run_id for (run_id,) in self.remembered("SELECT DISTINCT run_id FROM intents")}
        assert senders <= {report["run"]["run_id"] for report in reports}
        for report in reports:
            assert [row["row"] for row in report["rows"]] == list(range(2, len(self.ids) + 2))
        words = [{row["row"]: row["outcome"] for row in report["rows"]} for report in reports]
        for row in words[-1]:
            told = [each[row] for each in words]
            done = {"changed", "unknown"} if answers_lost else {"changed"}
            assert done & set(told), (row, told)
            assert set(told) <= {*done, "unchanged", "not_attempted"}, (row, told)
            assert told[-1] in {"changed", "unchanged"}, (row, told)


@contextmanager
def many_rows(folder: Path, rows: int) -> Iterator[Many]:
    """A sandbox with that many generated projects, and a place with a sheet that changes each of them."""
    flags = ("--tier", "partner", "--minute", "1", "--records", str(rows))
    log = folder / "requests.jsonl"
    place = place_in(folder / "place")
    place.folder.mkdir()
    with running_sandbox(*flags, log=log) as sandbox, forking(folder) as forks:
        ids = [project["id"] for project in generate(rows, 0, "")["projects"]]
        place.configure(sandbox.url, ALLOWING)
        place.table([{"id": bare, "appDescription": f"{number:03} {PITCH}"} for number, bare in enumerate(ids)])
        untouched = sandbox.state()["records"]["projects"]
        yield Many(place, sandbox, forks, ids, untouched)


def _without_stamp(record: JsonObject) -> JsonObject:
    return {name: value for name, value in record.items() if name != "updatedAt"}
