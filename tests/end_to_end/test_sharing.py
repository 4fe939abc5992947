"""Two processes with one key, started in the same second: one budget between them, over real HTTP."""

import csv
from itertools import pairwise
from pathlib import Path

from tests.end_to_end.place import Place
from tests.end_to_end.waiting import moment
from tests.sandbox.server import running_sandbox

ROWS, SHARE, WINDOW_S = 70, 54, 2.0
JOBS = """[guards]
max_changes = 999
[jobs.first]
resource = "projects"
source = "first.csv"
[jobs.second]
resource = "projects"
source = "second.csv"
"""


def test_two_jobs_at_once_stay_within_the_budget_and_neither_starves(place: Place, tmp_path: Path) -> None:
    flags = ("--tier", "standard", "--minute", str(WINDOW_S), "--records", str(2 * ROWS))
    with running_sandbox(*flags, log=tmp_path / "requests.jsonl") as sandbox:
        place.configure(sandbox.url, JOBS)
        config = place.folder / "config.toml"
        config.write_text(config.read_text().replace('window = "1s"', f'window = "{WINDOW_S:g}s"'))
        ids = list(sandbox.state()["records"]["projects"])[-2 * ROWS :]
        halves = {"first": set(ids[:ROWS]), "second": set(ids[ROWS:])}
        for name, half in halves.items():
            with (place.folder / f"{name}.csv").open("w", newline="") as file:
                csv.writer(file).writerows([("id", "tagline"), *((one, f"of {name}") for one in half)])
        with place.started("sync", "first", "-q") as first, place.started("sync", "second", "-q") as second:
            codes = [place.ended(one).code for one in (first, second)]
        entries = sandbox.entries()
    assert codes == [0, 0]
    assert {entry["status"] for entry in entries} == {200}
    writes = [entry for entry in entries if entry["method"] == "PATCH"]
    times = [moment(entry) for entry in writes]
    assert len(times) == 2 * ROWS
    # arrivals are told on the server's clock: a slot is free again a window after its answer was read
    assert all(later - earlier >= WINDOW_S * 0.95 for earlier, later in zip(times, times[SHARE:], strict=False))
    for half in halves.values():
        own = [moment(entry) for entry in writes if entry["path"].rpartition("/")[2] in half]
        assert len(own) == ROWS
        assert max(later - earlier for earlier, later in pairwise(own)) < 2 * WINDOW_S
