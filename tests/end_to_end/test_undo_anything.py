"""Whatever a run changed: undoing it leads back, later runs leave it so, and undoing that leads forth (must show 7)."""

import copy
import tempfile
from pathlib import Path

from hypothesis import given, settings

from layersync.values.outcome import Word
from layersync.values.report import Report
from tests.end_to_end.in_process import ORGANIZATION, InProcess, run_corridor
from tests.end_to_end.test_convergence import Record, World, _records, alike, worlds
from tests.plan.build import project

PUT_BACK = {Word.CHANGED, Word.UNCHANGED}


@settings(max_examples=settings.default.max_examples // 4)  # four runs each
@given(worlds())
def test_undo_leads_back_and_later_runs_leave_it_so_and_undoing_that_leads_forth(world: World) -> None:
    stored: Record = {world.resource: copy.deepcopy(world.live)}
    if world.resource == "influencers":
        stored["projects"] = [{**project(0), "organizationId": ORGANIZATION, "createdAt": "2026-04-01T00:00:00Z"}]
    server = InProcess(stored, generation=world.generation)

    def run(run_id: str, undoes: str | None = None) -> Report:
        return run_corridor(server, folder, world.resource, world.key, run_id, undoes=undoes)

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "sheet.csv").write_bytes(world.raw)
        run("run-1")
        then = _records(server, world)
        undone = run("run-2", undoes="run-1")
        back = _records(server, world)
        sent = len(server.sent)
        night = run("run-3")
        assert {request.method for request in server.sent[sent:]} <= {"GET"} | _others(undone)
        again = run("run-4", undoes="run-2")
        forth = _records(server, world)

    whole = whole_rows(undone, world)
    for row, before, now in zip(range(len(world.sheet)), world.live, back, strict=False):
        assert row not in whole or alike(now, before), (undone.jobs[0].outcomes, before, now)
    assert alike(back[-1], world.live[-1])
    held = rows_with(night, Word.HELD, world)
    changed = rows_with(undone, Word.CHANGED, world)
    assert changed <= held | rows_with(night, Word.INVALID, world), "held until somebody decides"
    if all(word in PUT_BACK for word in words(again).values()):
        for row in whole & changed:
            assert alike(forth[row], then[row])


def _others(undone: Report) -> set[str]:
    """A row that could not be put back may be sent again or not: it is no matter here."""
    return set() if all(word in PUT_BACK for word in words(undone).values()) else {"PATCH"}


def words(report: Report) -> dict[int, Word]:
    """The outcome of each row, by the number of its line in the plan."""
    job = report.jobs[0]
    assert job.failure is None, job.failure
    assert job.plan is not None
    states = {row: Word(state) for row, state in job.plan.rows.select("row", "state").iter_rows() if state != "change"}
    held = dict.fromkeys(job.plan.held_rows, Word.HELD)
    return {**states, **held, **{row: outcome.word for row, outcome in job.outcomes.items()}}


def rows_with(report: Report, word: Word, world: World) -> set[int]:
    """The places in the world's sheet of the rows with that outcome, told by their record."""
    job = report.jobs[0]
    assert job.plan is not None
    found = words(report)
    ids = {id_ for row, id_ in job.plan.rows.select("row", "id").iter_rows() if found.get(row) is word}
    return {at for at, record in enumerate(world.live) if any(_same_id(id_, record) for id_ in ids)}


def whole_rows(undone: Report, world: World) -> set[int]:
    """The places of the rows that are promised to be as before: nothing of them was told to stay."""
    job = undone.jobs[0]
    assert job.plan is not None
    told = {problem.row for problem in job.plan.problems}
    found = words(undone)
    left = {
        id_ for row, id_ in job.plan.rows.select("row", "id").iter_rows() if row in told or found[row] not in PUT_BACK
    }
    return {at for at, record in enumerate(world.live) if not any(_same_id(id_, record) for id_ in left)}


def _same_id(id_: str | None, record: Record) -> bool:
    known = str(record.get("id") or record.get("influencerId"))
    return id_ is not None and id_.rpartition("_")[2].lower() == known.rpartition("_")[2].lower()
