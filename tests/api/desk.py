"""Everything that carries out changes, on virtual time, a simulated server and a real journal."""

import asyncio
import random
import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from layersync.api.apply import Apply
from layersync.api.client import ReadClient, WriteClient
from layersync.api.conditions import Conditions, Tally
from layersync.api.desk import Desk
from layersync.api.looks import Looks
from layersync.api.pacer import gates_of
from layersync.api.stop import Stop
from layersync.errors import SyncError
from layersync.resources import RESOURCES
from layersync.state import runs
from layersync.state.clocks import Clocks
from layersync.state.journal import Journal
from layersync.state.store import Store
from layersync.values.change import Change
from layersync.values.memory import OpenChange
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import Plan
from layersync.values.target import Budget
from tests.api.server import SimulatedServer
from tests.plan.build import an_id, desired, plan, project, reading
from tests.virtual_time import START, VirtualClock, run_virtual

FORM = RESOURCES["projects"]
BUDGET = Budget(tier="standard", reads=120, writes=60, writes_per_day=10_000)


def path_of(number: int) -> str:
    return f"/v1/projects/{an_id(number)}"


def server_with(count: int, **fields: object) -> SimulatedServer:
    return SimulatedServer({path_of(number): project(number, **fields) for number in range(count)})


def planned(server: SimulatedServer, **cells: object) -> Plan:
    """Plans the same cells for every record of the server, read at the first moment."""
    records = list(server.records.values())
    return plan(desired(FORM, [{"id": record["id"], **cells} for record in records]), reading(FORM, records), FORM)


class Carried:
    """What carrying out came to."""

    def __init__(
        self, outcomes: dict[int, Outcome], ended: SyncError | None, stop: Stop, tally: Tally, took: float
    ) -> None:
        self.outcomes, self.ended, self.stop, self.tally, self.took = outcomes, ended, stop, tally, took

    @property
    def words(self) -> list[Word]:
        return [self.outcomes[row].word for row in sorted(self.outcomes)]


def carry_out(
    server: SimulatedServer,
    changes: Sequence[Change],
    state_dir: Path,
    *,
    run_id: str = "run-1",
    budget: Budget = BUDGET,
    reusable: Sequence[OpenChange] = (),
    stop_after_s: float | None = None,
    kill_after_s: float | None = None,
    seed: int = 0,
    writes_left: int = 10**6,
    wait_first_s: float = 0.0,
    slept: tuple[float, float] = (0.0, 0.0),
) -> Carried:
    """Applies changes. `stop_after_s` asks for the end in good order; `kill_after_s` drops everything at once.

    `slept` is when the machine slept, and for how long.
    """

    async def main(store: Store) -> Carried:
        await asyncio.sleep(wait_first_s)
        clock, stop, rng = VirtualClock(), Stop(), random.Random(seed)
        conditions = Conditions(
            gates=gates_of(budget, clock), clock=clock, stop=stop, rng=rng, tally=Tally(), max_attempts=4
        )
        outcomes: dict[int, Outcome] = {}
        apply = Apply(_desk(server, conditions, store, run_id, reusable, outcomes, writes_left, slept))
        loop = asyncio.get_running_loop()
        if stop_after_s is not None:
            loop.call_later(stop_after_s, stop.ask, SyncError("stopped by the test"))
        work = asyncio.ensure_future(apply(changes))
        if kill_after_s is None:
            await work
        else:
            await asyncio.wait({work}, timeout=kill_after_s)
            raise _Killed
        return Carried(outcomes, apply.ended, stop, conditions.tally, clock.now())

    with Store.open(state_dir) as store:
        if not store.rows("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)):
            begin(store, run_id)
        try:
            return run_virtual(main(store))
        except _Killed:
            return Carried({}, None, Stop(), Tally(), 0.0)


class _Killed(BaseException):
    """The process is gone: nothing after this moment runs."""


def begin(store: Store, run_id: str) -> None:
    runs.begin(
        store,
        runs.Run(
            run_id=run_id,
            command="sync",
            base_url="http://127.0.0.1:1",
            organization_id="org_1",
            started_at=START,
            tool_version="0",
            host="test",
            pid=1,
            user="test",
            jobs=("projects",),
        ),
    )


def clocks(wall: float = START.timestamp()) -> Clocks:
    return Clocks(wall=lambda: wall, boot=lambda: wall, boot_id="boot")


def _desk(
    server: SimulatedServer,
    conditions: Conditions,
    store: Store,
    run_id: str,
    reusable: Sequence[OpenChange],
    outcomes: dict[int, Outcome],
    writes_left: int,
    slept: tuple[float, float],
) -> Desk:
    sent = [0]
    fell_asleep, slept_s = slept

    def boot() -> float:
        return slept_s if conditions.clock.now() >= fell_asleep else 0.0

    def count_send() -> None:
        sent[0] += 1

    rng = conditions.rng
    journal = Journal(
        store,
        run_id,
        clocks=Clocks(wall=START.timestamp, boot=boot, boot_id="boot"),
        new_key=lambda: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        reusable=reusable,
    )
    writer = WriteClient(server, conditions)
    return Desk(
        form=FORM,
        writer=writer,
        looks=Looks(FORM, ReadClient(server, conditions), conditions.clock, writer.in_doubt),
        journal=journal,
        clock=conditions.clock,
        stop=conditions.stop,
        writes_left=lambda: writes_left - sent[0],
        count_send=count_send,
        capped=lambda _: None,
        cap_ends=lambda: START + timedelta(days=1),
        done=lambda outcome: outcomes.__setitem__(outcome.row, outcome),
    )
