"""Nothing is asked of the API before every sheet was read and checked (must show 5), over the whole corpus."""

import random
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from layersync.api.stop import Stop
from layersync.api.wire import Answer, Request
from layersync.order import Order
from layersync.resources import RESOURCES
from layersync.session import Job, Session
from layersync.settings.jobs import guard_limits, sheet_rules
from layersync.settings.load import load_settings
from layersync.state.clocks import Clocks
from layersync.state.store import Store
from layersync.sync import sync
from layersync.values.report import Report
from tests.api.server import SimulatedServer
from tests.corpus.case import Case
from tests.corpus.hazards import CASES
from tests.corpus.run import write
from tests.test_sync import WHOAMI, Quiet, run_info
from tests.virtual_time import START, VirtualClock, run_virtual

TEXTS = [case for case in CASES if case.hazard[0] != "D"]
# the first of each hazard that is refused, and the first that is not
SAMPLE = list({(case.hazard, case.code == 4): case for case in reversed(TEXTS)}.values())
WORKBOOKS = [case for case in CASES if case.hazard[0] == "D"]
KINDS = pytest.mark.parametrize(
    "cases",
    [
        pytest.param(SAMPLE, id="sample"),
        pytest.param(TEXTS, id="texts", marks=pytest.mark.slow),
        pytest.param(WORKBOOKS, id="workbooks", marks=pytest.mark.slow),  # each costs a process of its own
    ],
)


class Vanishing(SimulatedServer):
    """A server at whose first request all sheets are gone: what is read later cannot be read."""

    folder: Path

    async def send(self, request: Request) -> Answer:
        shutil.rmtree(self.folder, ignore_errors=True)
        return await super().send(request)


def dry_run(cases: list[Case], folder: Path) -> tuple[Report, Vanishing]:
    """One dry run over the sheets of these cases, a job each."""
    sheets = folder / "sheets"
    sheets.mkdir()
    write(cases, sheets)
    server = Vanishing({"/v1/whoami": dict(WHOAMI)})
    server.folder = sheets
    settings = load_settings(str(sheets / "config.toml"), {"run": {"state_dir": str(folder / "state")}})
    jobs = tuple(
        Job(
            name=case.stem,
            form=RESOURCES[settings.jobs[case.stem].resource],
            rules=sheet_rules(settings, case.stem),
            limits=guard_limits(settings, case.stem),
        )
        for case in cases
    )
    names = tuple(case.stem for case in cases)
    with ExitStack() as parts:
        session = Session(
            order=Order(settings=settings, jobs=names, command="sync", dry_run=True),
            run=run_info("run-1", dry_run=True),
            base_url="http://127.0.0.1:1",
            transport=server,
            store=parts.enter_context(Store.open(folder / "state")),
            clock=VirtualClock(),
            clocks=Clocks(wall=START.timestamp, boot=START.timestamp, boot_id="boot"),
            rng=random.Random(1),
            stop=Stop(),
            console=Quiet(),
            locks=parts.enter_context(ExitStack()),
            pid=1,
            jobs=jobs,
        )
        return run_virtual(sync(session)), server


@KINDS
def test_sheets_that_cannot_be_used_cost_no_request(cases: list[Case], tmp_path: Path) -> None:
    unusable = [case for case in cases if case.code == 4]
    report, server = dry_run(unusable, tmp_path)
    assert server.log == []
    assert {job.job: job.failure.exit_code for job in report.jobs if job.failure} == {c.stem: 4 for c in unusable}


@KINDS
def test_the_first_request_comes_after_the_last_sheet_was_read_and_checked(cases: list[Case], tmp_path: Path) -> None:
    report, server = dry_run(cases, tmp_path)
    assert server.log != []
    assert not server.folder.exists()
    unread = {job.job for job in report.jobs if job.grid is None}
    assert unread == {case.stem for case in cases if case.code == 4}
