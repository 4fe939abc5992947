"""Runs, changes and outcomes to fill a state file with."""

from datetime import UTC, datetime

from layersync.state.clocks import Clocks
from layersync.state.runs import Run
from layersync.values.change import Change, Edit
from layersync.values.outcome import Outcome, Word

URL = "https://api.example"
ORG = "org_1"
JOB = "projects"
DAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def a_run(run_id: str = "run-1", *, jobs: tuple[str, ...] = (JOB,), url: str = URL, org: str = ORG) -> Run:
    return Run(
        run_id=run_id,
        command="sync",
        base_url=url,
        organization_id=org,
        started_at=NOON,
        tool_version="0.1.0",
        host="crow",
        pid=4711,
        user="ada",
        jobs=jobs,
        plan_digest="d1",
    )


def a_change(
    row: int = 2, value: object = "Europe/Berlin", *, before: object = "UTC", job: str = JOB, name: str | None = "Acme"
) -> Change:
    return Change(
        job=job,
        resource="projects",
        row=row,
        key=f"key-{row}",
        id=f"id-{row}",
        name=name,
        edits=(Edit("timezone", (), before, value),),
        patch={"timezone": value},
        base={"timezone": before},
    )


def an_outcome(row: int = 2, word: Word = Word.CHANGED, message: str = "") -> Outcome:
    return Outcome(job=JOB, row=row, word=word, message=message, attempts=1)


class Time:
    """Clocks that stand still until a test moves them."""

    def __init__(self, wall: float = 1_000_000.0, boot: float = 500.0) -> None:
        self.wall = wall
        self.boot = boot
        self.server: float | None = None

    def clocks(self, boot_id: str = "boot-1") -> Clocks:
        return Clocks(wall=lambda: self.wall, boot=lambda: self.boot, boot_id=boot_id, server=lambda: self.server)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.boot += seconds
