"""An order: everything that one command asks of `sync`, decided before anything is read or sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from layersync.errors import SyncError
from layersync.settings.allow import Allowance
from layersync.settings.model import Settings
from layersync.settings.secret import ApiKey
from layersync.state.runs import Run
from layersync.values.report import Report
from layersync.values.saved_plan import SavedPlan
from layersync.values.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to run, and how far.

    `jobs` are the names that run. `key` is None for the sandbox. `sources` maps jobs to sheets given by flag (absolute
    by now); `only_keys` and `only_fields` narrow the sheets, empty = all. `explain` asks about one row,
    `KEY[:FIELD]`. `deadline` (aware) and `max_duration_s` end the run early; `wait_s` is how long to
    wait for the lock. `plan_out` is where a dry run saves its plan besides its run folder. `saved` is a plan to
    carry out, `undoes` a run to undo: then no sheet is read. `approved` says that a person named the run that showed
    the plan, so that its guards hold nothing. `retry_quarantined` sends again what the API refused before. `ask` says
    that a person must agree before the first write; `detailed` that changes end the run with exit code 2.
    """

    settings: Settings
    jobs: tuple[str, ...]
    command: str
    dry_run: bool
    ask: bool = False
    key: ApiKey | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    only_keys: tuple[str, ...] = ()
    only_fields: tuple[str, ...] = ()
    explain: str | None = None
    allow: tuple[Allowance, ...] = ()
    deadline: datetime | None = None
    max_duration_s: float | None = None
    wait_s: float = 0.0
    plan_out: Path | None = None
    saved: SavedPlan | None = None
    undoes: Run | None = None
    approved: bool = False
    retry_quarantined: bool = False
    detailed: bool = False


class Console(Protocol):
    """What `sync` may say and ask while it works; results are not its business."""

    def tell(self, line: str) -> None:
        """Says one line to the person or the log."""

    def detail(self, line: str) -> None:
        """Says one line that only `--verbose` wants."""

    def progress(self, job: str, done: int, total: int) -> None:
        """Says how far the writing of a job has come."""

    def agree(self, preview: Report) -> bool:
        """Shows what would be sent and asks; called only where the order says `ask`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of an order: the report, and the folder that holds its files; `unwritten` is why it lacks some."""

    report: Report
    folder: Path
    unwritten: SyncError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What `whoami` learns: the target, the writes sent today, and until when the server takes no more of them."""

    target: Target
    writes_today: int
    capped_until: datetime | None = None
