"""Real processes whose files may not grow beyond a size: they end with 8, tell what they sent, and lose nothing."""

import csv
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.end_to_end.place import PATIENCE_S, Place
from tests.end_to_end.test_guards import described_projects
from tests.end_to_end.test_interruption import PITCH, ROWS, assert_all_done_once
from tests.end_to_end.traffic import Traffic

LIMITED = (
    "import resource, sys; limit = int(sys.argv.pop(1)); resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)); "
    "from layersync.cli import main; sys.exit(main())"
)
SIZES = (60_000, 250_000)
MORE_SIZES = (8_000, 500_000, *range(0, 900_000, 30_000))


@pytest.mark.parametrize("size", [*SIZES, *(pytest.param(size, marks=pytest.mark.slow) for size in MORE_SIZES)])
def test_a_run_whose_files_cannot_grow_stops_early_and_the_next_one_carries_on(
    place: Place, api: Traffic, size: int
) -> None:
    ids = described_projects(api)[:ROWS]
    place.configure(api.url, "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'")
    place.table([{"id": bare, "appDescription": f"{number:02} {PITCH}"} for number, bare in enumerate(ids)])
    assert place.call("sync", "-n").code == 0  # leaves a state file that a run can begin with
    ran = limited(place, size)
    assert ran.returncode == 8, ran.stderr
    assert "unexpected" not in ran.stdout + ran.stderr
    assert "the disk is full or failing" in ran.stderr
    sent = {bare for bare in ids if api.research(bare)}
    assert sent <= intended(place)
    assert sent <= told_as_changed(ran, place)
    assert place.call("sync").code == 0
    assert_all_done_once(api, ids)


def limited(place: Place, size: int) -> subprocess.CompletedProcess[str]:
    """Runs `sync` in a process whose files can grow to `size` bytes, Python's own cache of modules left alone (-B)."""
    return subprocess.run(
        [sys.executable, "-B", "-c", LIMITED, str(size), "sync"],
        cwd=place.folder,
        env=dict(place.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


def intended(place: Place) -> set[str]:
    """The records of which the journal says that a change was about to be sent."""
    with closing(sqlite3.connect(place.folder / ".layersync" / "state.sqlite")) as state:
        return {bare for (bare,) in state.execute("SELECT id FROM intents")}


def told_as_changed(ran: subprocess.CompletedProcess[str], place: Place) -> set[str]:
    """The records that the report of the run, or else stderr, says were changed."""
    reports = sorted((place.folder / "reports").glob("2*/results.csv"))
    text = reports[-1].read_text(encoding="utf-8") if len(reports) > 1 else ran.stderr  # the first is the preview's
    lines = text[text.find("run_id,") :].splitlines()
    return {row["id"] for row in csv.DictReader(lines) if row["outcome"] == "changed"}
