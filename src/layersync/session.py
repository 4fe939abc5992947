"""What one run is given and what it keeps: everything that `sync` passes on to the rooms."""

import random
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from layersync.api.clock import Clock
from layersync.api.conditions import Tally
from layersync.api.connect import Link
from layersync.api.lots import Pools
from layersync.api.stop import Stop
from layersync.api.tiers import budget_of
from layersync.api.wire import Transport
from layersync.errors import ApiRefuses, SyncError
from layersync.order import Console, Order
from layersync.plan.saved import decisions
from layersync.plan.undecided import undecided
from layersync.resources.resource import Resource
from layersync.settings.model import Limits
from layersync.state.clocks import Clocks
from layersync.state.store import Store
from layersync.values.desired import Desired
from layersync.values.drift import DriftRules
from layersync.values.explanation import Question
from layersync.values.guards import GuardLimits
from layersync.values.live import Live
from layersync.values.memory import Memory
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import Plan
from layersync.values.report import JobReport, Report, RunInfo, Source
from layersync.values.rules import SheetRules
from layersync.values.source_name import source_name
from layersync.values.target import Budget

_UNFINISHED = frozenset({Word.NOT_ATTEMPTED, Word.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job on its way through a run: each step hands on a copy that knows more.

    `question` is what `--explain` asks of it. `trust_s` is how long a record that was read in full may stand for
    another read of it, None where every record is to be read.
    `live` is kept between plan and writes only where another job is of the same resource.
    `memory` holds, once the job is prepared, the open changes of `dead_runs` that were found still at their base;
    `resumed_from` is the one of those runs that is named as the one that this run goes on with.
    `saved` is the plan to carry out, or `undoes` the run to undo, where no plan is made from a sheet. `earlier` are the
    outcomes that changes of a saved plan have from runs before this one.
    """

    name: str
    form: Resource
    rules: SheetRules
    limits: GuardLimits
    on_drift: DriftRules = field(default_factory=DriftRules)
    aborts_on_invalid: bool = False
    trust_s: float | None = None
    saved: Plan | None = None
    undoes: str | None = None
    earlier: Mapping[int, Outcome] = field(default_factory=dict)
    desired: Desired | None = None
    live: Live | None = None
    question: Question | None = None
    memory: Memory = field(default_factory=Memory)
    dead_runs: tuple[str, ...] = ()
    resumed_from: str | None = None
    plan: Plan | None = None
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    failure: SyncError | None = None

    @property
    def has_sheet(self) -> bool:
        """True where the plan is to be made from a sheet."""
        return self.saved is None and self.undoes is None

    def failed(self, error: SyncError) -> "Job":
        """The job as it ended; the first reason stands."""
        return replace(self, failure=self.failure or error)


def _nowhere(report: Report) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The parts of one run. Clock, randomness, transport and store are passed in; nothing below opens its own.

    `write_files` writes the files of the report. It is called before the state file says that the run has ended: where
    the run dies in between, or the disk does not take them, the next run writes them anew.
    """

    order: Order
    run: RunInfo
    base_url: str
    transport: Transport
    store: Store
    clock: Clock
    clocks: Clocks
    rng: random.Random
    stop: Stop
    console: Console
    locks: ExitStack
    pid: int
    jobs: tuple[Job, ...]
    pools: Pools | None = None
    tally: Tally = field(default_factory=Tally)
    write_files: Callable[[Report], None] = _nowhere

    @property
    def state_dir(self) -> Path:
        """Where state is kept."""
        return self.order.settings.run.state_dir

    @property
    def organization(self) -> str:
        """The organisation that the configuration names, empty for the key's own."""
        return self.order.settings.api.organization or ""

    def clocks_with(self, link: Link) -> Clocks:
        """The clocks that tell how old an idempotency key is, the API's own among them."""
        return replace(self.clocks, server=link.conditions.server_time.seconds)

    def end(self, error: SyncError) -> None:
        """Ends the run where an error concerns all of it."""
        if isinstance(error, ApiRefuses) and error.whole_run:
            self.stop.ask(error)


def budget_for(limits: Limits) -> Callable[[str], Budget]:
    """Gives what `[limits]` makes of the tier that the API names."""

    def budget(tier: str) -> Budget:
        known = budget_of(tier if limits.tier == "auto" else limits.tier, limits.window, limits.share)
        if limits.tier != "custom":
            return known
        return replace(
            known,
            reads=limits.reads_per_minute or known.reads,
            writes=limits.writes_per_minute or known.writes,
            writes_per_day=limits.writes_per_day or known.writes_per_day,
        )

    return budget


def report_of(session: Session, jobs: tuple[Job, ...], link: Link | None) -> Report:
    """Closes the books: plan and outcomes of every job, together with who ran what, where and when."""
    target = link.target if link else None
    told = tuple(_job_report(job, session) for job in jobs)
    run = replace(
        session.run,
        finished_at=session.clock.wall(),
        organization_id=target.organization_id if target else None,
        organization_name=target.organization_name if target else None,
        tier=target.budget.tier if target else None,
        plan_digest=_digest(session, told, link),
        resumed_from=next((job.resumed_from for job in jobs if job.resumed_from), None),
        signal=session.stop.signal,
    )
    return Report(
        run=run,
        sources=tuple(_source(job) for job in jobs),
        jobs=told,
        requests=session.tally.counts() if session.tally.sent else {},
        only_new=session.order.settings.run.fail_on == "new",
        failure=_failure(session, jobs),
    )


def _digest(session: Session, jobs: tuple[JobReport, ...], link: Link | None) -> str | None:
    if session.order.saved is not None:
        return session.order.saved.digest
    plans = tuple(job.plan_to_keep for job in jobs if job.plan_to_keep is not None)
    if link is None or not plans:
        return None
    return _digest_of(plans, session.base_url, link.target.organization_id, session.run.config_sha256)


@lru_cache(maxsize=1)  # a run reports more than once on the same plans
def _digest_of(plans: tuple[Plan, ...], base_url: str, organization_id: str, config_sha256: str) -> str:
    return str(decisions(plans, base_url, organization_id, config_sha256)["digest"])


def _failure(session: Session, jobs: tuple[Job, ...]) -> SyncError | None:
    """Why the run as a whole ended; an end that came when nothing was left to do is none."""
    reason = session.stop.reason
    return reason if isinstance(reason, ApiRefuses) or any(_has_left(job) for job in jobs) else None


def _has_left(job: Job) -> bool:
    """Whether the end came before all was done: a change was not reached, given up, or not seen to its end."""
    if job.plan is None:
        return True
    outcomes = (job.outcomes.get(change.row) for change in job.plan.to_send)
    return any(outcome is None or outcome.word in _UNFINISHED for outcome in outcomes)


def _source(job: Job) -> Source:
    """The sheet as it was read; of a saved plan, the one that it was made from."""
    if job.saved is not None:
        saved = job.saved
        return Source(job=job.name, path=saved.source, sha256=saved.sheet_sha256, rows=saved.data_rows)
    grid = job.desired.grid if job.desired else None
    return Source(
        job=job.name,
        path=source_name(job.rules.source),
        sha256=grid.sha256 if grid else None,
        rows=len(job.desired.rows) if job.desired else job.plan.data_rows if job.plan else 0,
    )


def _job_report(job: Job, session: Session) -> JobReport:
    plan, desired = job.plan, job.desired
    if plan is None and desired is not None:
        plan = undecided(desired, job.failure or session.stop.reason)
    return JobReport(
        job=job.name,
        resource=job.form.name,
        source=source_name(job.rules.source),
        grid=desired.grid if desired else None,
        plan=plan,
        outcomes=job.outcomes,
        failure=job.failure,
        unsettled=job.memory.unsettled,
        problems=getattr(job.failure, "problems", ()) if plan is None else (),
    )
