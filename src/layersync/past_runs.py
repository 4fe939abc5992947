"""Past runs, as the state file remembers them: found by name, and where each of them stands."""

from collections import Counter
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from layersync.errors import PlanUnusable, UsageError
from layersync.run_identity import LATEST
from layersync.settings.model import Settings
from layersync.settings.suggest import did_you_mean, listed
from layersync.state import runs
from layersync.state.fates import fates_of
from layersync.state.history import PastRun, past_runs
from layersync.state.lock import holder_of
from layersync.state.reports import is_rebuilt
from layersync.state.sent import resources_of
from layersync.state.store import Store
from layersync.values.outcome import Word


class Standing(StrEnum):
    """Where a run stands."""

    FINISHED = "finished"
    RUNNING = "running"
    DIED = "died"


def find_run(store: Store, place: str, report_dir: Path) -> runs.Run:
    """Gives the run that `RUN` or `latest` means. UsageError where the state file knows none."""
    name = _newest(report_dir) if place == LATEST else place
    run = runs.find(store, name)
    if run is None:
        raise UsageError(f"there is no run {name!a} in {store.path}{did_you_mean(name, runs.ids(store))}")
    return run


def find_run_to_undo(store: Store, place: str, settings: Settings) -> runs.Run:
    """Gives the run that `undo RUN` means; `latest` is the newest that was no preview.

    UsageError where there is none, and for a preview.
    """
    if place == LATEST:
        found = (past.run for past in past_runs(store, settings.api.base_url) if not past.run.dry_run)
        run = next(found, None)
        if run is None:
            raise UsageError(f"there is no run against {settings.api.base_url} in {store.path} yet")
        return run
    run = find_run(store, place, settings.run.report_dir)
    if run.dry_run:
        raise UsageError(f"run {run.run_id} was a preview: it sent nothing")
    return run


def standing_of(past: PastRun, settings: Settings) -> Standing:
    """Tells whether a run ended, is still going, or died: the lock of a job is free once its process is gone."""
    if past.finished_at is not None:
        return Standing.FINISHED
    run, organizations = past.run, {settings.api.organization or "", past.run.organization_id, ""}
    for job in past.open_jobs:
        for organization in organizations:
            holder = holder_of(settings.run.state_dir, run.base_url, organization, job)
            if holder is not None and holder.run_id == run.run_id:
                return Standing.RUNNING
    return Standing.DIED


def known_so_far(past: PastRun, store: Store) -> PastRun:
    """Gives a run with its rows counted as far as the journal has come, where nothing was kept since it began."""
    if past.finished_at is not None or not past.counts or is_rebuilt(store, past.run.run_id):
        return past
    ends = [outcome.word for job in fates_of(store, past.run.run_id).values() for outcome in job.values()]
    found = Counter(past.counts)
    found.update(ends)
    found[Word.NOT_ATTEMPTED] -= len(ends)
    return replace(past, counts={word.value: found[word] for word in Word if found[word]})


def jobs_to_undo(store: Store, run: runs.Run, settings: Settings) -> tuple[str, ...]:
    """Gives the jobs of a run that can be undone here: those of which it sent something, else all that it had.

    PlanUnusable for a run against another API, or with a job that is not, or no longer, one of these settings.
    """
    if run.base_url != settings.api.base_url:
        told = f"run {run.run_id} was against {run.base_url}, this configuration is for {settings.api.base_url}"
        raise PlanUnusable(told, "give the --base-url or --config that it ran with")
    sent = resources_of(store, run.run_id)
    for job, resource in sent.items():
        found = settings.jobs.get(job)
        if found is None:
            raise PlanUnusable(f"run {run.run_id} had a job {job!a}, this configuration none", listed(settings.jobs))
        if found.resource != resource:
            told = f"the job {job} was for {resource} then, in this configuration it is for {found.resource}"
            raise PlanUnusable(told, "give the --config that it ran with")
    return tuple(sent) or tuple(job for job in run.jobs if job in settings.jobs)


def _newest(report_dir: Path) -> str:
    link = report_dir / LATEST
    if not link.is_dir():
        raise UsageError(f"there is no run in {report_dir} yet")
    return link.resolve().name
