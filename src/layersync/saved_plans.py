"""Saved plans on the disk: found by file or by run, read whole, and fit for these settings."""

import os
import stat
from pathlib import Path

from layersync.errors import PlanUnusable, UsageError
from layersync.files import PLAN_FILE
from layersync.plan.from_text import saved_plan_of
from layersync.run_identity import LATEST, is_run_id
from layersync.settings.model import Run, Settings
from layersync.settings.suggest import did_you_mean, listed
from layersync.state import runs
from layersync.state.store import Store
from layersync.values.saved_plan import SavedPlan

_LARGEST = 1 << 30
_PIECE = 1 << 20


def find_plan(place: str, settings: Run) -> tuple[Path, bool]:
    """Gives the file that `apply FILE|RUN` means, and whether it was named by its run.

    A run is looked for in `report_dir`, then where the state file says that its report went. UsageError for one that is
    not there or kept no plan; what a file holds is another question.
    """
    if place != LATEST and not is_run_id(place):
        return Path(place).absolute(), False
    report_dir = settings.report_dir
    folder = report_dir / place
    if not folder.is_dir():
        folder = _folder_elsewhere(place, settings.state_dir) or folder
    if not folder.is_dir():
        raise UsageError(f"there is no run {place} in {report_dir}{did_you_mean(place, _runs_in(report_dir))}")
    plan = folder.resolve() / PLAN_FILE
    if not plan.exists():
        raise UsageError(f"run {plan.parent.name} kept no plan", "only previews and held runs keep one")
    return plan, True


def load_plan(path: Path, settings: Settings) -> SavedPlan:
    """Reads a saved plan.

    Raises PlanUnusable where it is damaged, or made for another API or for jobs that are not these; UsageError where
    there is no such file.
    """
    saved = saved_plan_of(_text(path))
    if saved.base_url != settings.api.base_url:
        told = f"the saved plan is for {saved.base_url}, this configuration for {settings.api.base_url}"
        raise PlanUnusable(told, "give the --base-url or --config that it was made with, or make a new plan")
    for plan in saved.plans:
        job = settings.jobs.get(plan.job)
        if job is None:
            raise PlanUnusable(f"the saved plan has a job {plan.job!a}, this configuration none", listed(settings.jobs))
        if job.resource != plan.resource:
            told = f"the job {plan.job} of the saved plan is for {plan.resource}, in this configuration {job.resource}"
            raise PlanUnusable(told, "make a new plan")
    return saved


def _text(path: Path) -> str:
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to must not hang
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"the saved plan {path} cannot be opened: {reason}", "name a file or a run") from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise PlanUnusable(f"{path} is not a regular file, so it is no saved plan")
        if found.st_size > _LARGEST:
            raise PlanUnusable(f"{path} is larger than any saved plan: {found.st_size:,} bytes")
        return _read(handle).decode("ascii")
    except UnicodeDecodeError:
        raise PlanUnusable("the saved plan is damaged: it is not ASCII", "make a new plan") from None
    except OSError as error:
        raise PlanUnusable(f"the saved plan {path} cannot be read: {error.strerror}") from None
    finally:
        os.close(handle)


def _read(handle: int) -> bytes:
    pieces = []
    left = _LARGEST  # a file that grows meanwhile must not fill the memory; what is cut is damaged
    while left > 0 and (piece := os.read(handle, min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _folder_elsewhere(run_id: str, state_dir: Path) -> Path | None:
    """The folder of a run that was given another `--report-dir`; a mistyped command leaves no state directory."""
    if not state_dir.is_dir():
        return None
    with Store.open(state_dir) as store:
        run = runs.find(store, run_id)
    return Path(run.folder) if run is not None and run.folder is not None else None


def _runs_in(report_dir: Path) -> list[str]:
    if not report_dir.is_dir():
        return []
    return [folder.name for folder in report_dir.iterdir() if is_run_id(folder.name)]
