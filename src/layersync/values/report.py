"""A report: what a run meant to do and how it went, for every format to tell in its own way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from layersync.errors import InputUnusable, SyncError
from layersync.values.grid import Grid
from layersync.values.outcome import Outcome
from layersync.values.plan import Plan
from layersync.values.problem import Problem
from layersync.values.refusal import Unsettled


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What started the run: `cron`, `ci` or `terminal`; who, which commit, which page, where that is known."""

    kind: str
    actor: str | None = None
    commit: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The input of one job: its path as configured, the digest of its bytes, its data rows."""

    job: str
    path: str
    sha256: str | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """Who ran what, where and when; the `run` object of `results.json` is made from it.

    `resumed_from` is the dead run that this one settled, `rebuilt_by` the run that told this one's story after it died.
    """

    run_id: str
    command: str
    dry_run: bool
    started_at: datetime
    finished_at: datetime
    base_url: str
    label: str
    organization_id: str | None
    organization_name: str | None
    tier: str | None
    tool_version: str
    host: str
    user: str
    trigger: Trigger
    config_sha256: str
    plan_digest: str | None
    resumed_from: str | None = None
    rebuilt_by: str | None = None
    signal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCount:
    """Requests of one rate class: sent in all, of these answered 429, of these tries after the first."""

    sent: int = 0
    throttled: int = 0
    retried: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JobReport:
    """One job of a run: its plan if it came to one, what became of the plan's changes by row, or why the job ended.

    Where the sheet was read and the job ended before it was planned, `plan` has its rows and decides nothing.

    `grid` is the sheet where it could be read. `problems` are those of a sheet that came to no plan. `unsettled` is
    what did not get through the run before.
    """

    job: str
    resource: str
    source: str
    grid: Grid | None = None
    plan: Plan | None = None
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    failure: SyncError | None = None
    problems: tuple[Problem, ...] = ()
    unsettled: Unsettled = field(default_factory=Unsettled)

    @property
    def plan_to_keep(self) -> Plan | None:
        """The plan as it may be saved: none where the input can't be used, so that nothing of it is ever sent."""
        is_whole = self.plan is not None and self.plan.decided
        return self.plan if is_whole and not isinstance(self.failure, InputUnusable) else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """Plan and outcomes of every job of one run. `failure` ended the run as a whole.

    `only_new` says that a row's problem which the run before had, too, does not make an exit code of 3.
    """

    run: RunInfo
    sources: tuple[Source, ...]
    jobs: tuple[JobReport, ...]
    requests: Mapping[str, RequestCount]
    only_new: bool = False
    failure: SyncError | None = None
