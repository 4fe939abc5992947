"""The corridor in virtual time against the sandbox's own work: CSV bytes in, report out, no sockets in between."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from layersync.api.stop import Stop
from layersync.api.wire import Answer, Request
from layersync.order import Order
from layersync.resources import RESOURCES
from layersync.sandbox.beginning import fill
from layersync.sandbox.clock import Clock
from layersync.sandbox.exchange import Call, Exchange
from layersync.sandbox.faults import NO_TWIST
from layersync.sandbox.generations import SEED, Generation
from layersync.sandbox.idempotency import Replays
from layersync.sandbox.limits import Budgets, Tier
from layersync.sandbox.records import Records
from layersync.session import Job, Session
from layersync.settings.jobs import guard_limits, sheet_rules, trust_s
from layersync.settings.model import Settings
from layersync.state.clocks import Clocks
from layersync.state.store import Store
from layersync.sync import sync
from layersync.values.report import Report
from tests.sandbox.server import KEY
from tests.test_sync import Quiet, run_info
from tests.virtual_time import START, VirtualClock, run_virtual

ORGANIZATION = "org_2481fa5c-a404-44ed-a561-565392499abc"
_BOUNDLESS = Tier("partner", 10**9, 10**9, 10**9)


class InProcess:
    """A transport that hands each request to the sandbox's work; `records` is what the sandbox holds."""

    def __init__(self, *records: Mapping[str, object], generation: Generation = SEED) -> None:
        clock = Clock()
        self.records, replays = Records(), Replays(clock)
        organization = {"id": ORGANIZATION, "name": "Sandbox", "parentOrganizationId": None}
        fill(self.records, replays, None, [{"organizations": [organization]}, *records])
        self._exchange = Exchange(
            records=self.records,
            budgets=Budgets(_BOUNDLESS, 1.0, "sliding", clock),
            replays=replays,
            state=None,
            log=None,
            clock=clock,
            generation=generation,
            rate_headers=False,
        )
        self._numbers = itertools.count()
        self.sent: list[Request] = []
        self.statuses: Counter[int] = Counter()

    async def send(self, request: Request) -> Answer:
        """Gives the sandbox's answer."""
        await asyncio.sleep(0.05)
        self.sent.append(request)
        headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
        if request.idempotency_key is not None:
            headers["idempotency-key"] = request.idempotency_key
        call = Call(
            method=request.method,
            path=request.path,
            query=urlencode(request.query),
            headers=headers,
            body=request.body or b"",
            request_id=f"req_{next(self._numbers)}",
        )
        answer = (await self._exchange.carry_out(call, NO_TWIST)).answer
        assert answer is not None
        self.statuses[answer.status] += 1
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, {"content-type": answer.content_type, **told}, answer.body)

    async def close(self) -> None:
        """Nothing to let go of."""


class LaterClock(VirtualClock):
    """The clock of the virtual loop, on a later day."""

    def __init__(self, later_s: float) -> None:
        self._later = timedelta(seconds=later_s)

    def wall(self) -> datetime:
        return super().wall() + self._later


def run_corridor(
    transport: InProcess,
    folder: Path,
    resource: str,
    key: str,
    run_id: str,
    *,
    later_s: float = 0.0,
    undoes: str | None = None,
    **job_keys: str,
) -> Report:
    """One run of `sync` over `sheet.csv` in the folder, or one that undoes another; guards are out of the way.

    It is `later_s` after the first. `job_keys` are more keys of the job in its configuration.
    """
    settings = Settings(
        api={"base_url": "http://127.0.0.1:1"},
        jobs={"job": {"resource": resource, "source": str(folder / "sheet.csv"), "key": key, **job_keys}},
        guards={"max_changes": 99, "max_shrink": 99, "archive": 99, "clears": 99, "research": 99},
        run={"state_dir": folder / "state", "report_dir": folder / "reports"},
    )
    job = Job(
        name="job",
        form=RESOURCES[resource],
        rules=sheet_rules(settings, "job"),
        limits=guard_limits(settings, "job"),
        trust_s=trust_s(settings, "job"),
        undoes=undoes,
    )
    with ExitStack() as parts:
        session = Session(
            order=Order(settings=settings, jobs=("job",), command="sync", dry_run=False),
            run=run_info(run_id, dry_run=False),
            base_url=settings.api.base_url,
            transport=transport,
            store=parts.enter_context(Store.open(settings.run.state_dir)),
            clock=LaterClock(later_s),
            clocks=Clocks(wall=START.timestamp, boot=START.timestamp, boot_id="boot"),
            rng=random.Random(run_id),
            stop=Stop(),
            console=Quiet(),
            locks=parts.enter_context(ExitStack()),
            pid=1,
            jobs=(job,),
        )
        return run_virtual(sync(session))
