"""Plays schedules from beginning to end. `python -m tests.simulation.play N` stops at the first of N that fails."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.simulation.api_model import ApiModel, Delivery, Weather, project
from tests.simulation.checker import Ended, is_quiet, unquiet, violations
from tests.simulation.night import run_night
from tests.simulation.schedule import Edit, Night, Schedule, schedule_of

_FAIR_NIGHTS = 3  # a lie that is kept under a key takes two nights to get over
_PLAYS_ON = 10  # every tenth schedule: quiet is to stay quiet
_MEMORY = Path("/dev/shm")  # noqa: S108  where there is one, a disk that costs no time


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder for the disks of simulated machines."""
    made = tempfile.mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None)
    try:
        yield Path(made)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def simulate(seed: int, folder: Path) -> list[str]:
    """Plays a schedule, then nights in fair weather until one is quiet; gives what should never have been."""
    schedule = schedule_of(seed)
    records = {one: project(one, tagline="old", metadata={"theirs": 1}) for one in schedule.ids}
    api = ApiModel(records, Random(seed))
    for edit in schedule.edits:
        api.later(edit.at, _made(edit, schedule, api))
    runs: list[Ended] = []
    for number, (night, sheet) in enumerate(zip(schedule.nights, schedule.sheets, strict=True)):
        # a run that took longer than the time to the next one is not overtaken by it
        night.at = max(night.at, *(run.ended + 1.0 for run in runs)) if runs else night.at
        api.up_to(night.at)
        runs += run_night(night, number, sheet, api, folder)
    for number in range(_FAIR_NIGHTS):
        at = max(api.last_pending, *(run.ended for run in runs)) + 3600.0
        api.up_to(at)
        fair = Night(at=at, weather=Weather(), boot_id="last", retry_quarantined=True)
        runs += run_night(fair, 97 + number, schedule.sheets[-1], api, folder)
        if is_quiet(api.history, runs[-1]) and seed % _PLAYS_ON:
            break
    found = [*violations(api.history, runs), *unquiet(api.history, runs[-1], api.records)]
    return [f"seed {seed}: {one}" for one in found]


def _made(edit: Edit, schedule: Schedule, api: ApiModel) -> Delivery:
    record_id = schedule.ids[edit.row]

    def put_back(value: object) -> None:
        assert edit.until is not None
        if api.shown(record_id, edit.field) == edit.value:
            api.edit(edit.until, record_id, edit.field, value)

    def make() -> None:
        before = api.shown(record_id, edit.field)
        api.edit(edit.at, record_id, edit.field, edit.value)
        if edit.until is not None:
            api.later(edit.until, lambda: put_back(before))

    return make


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        with a_folder() as place:
            wrong = simulate(number, place)
        if wrong:
            sys.exit("\n".join(wrong))
