"""Reports in the state file: kept, told again, rebuilt for a run that died, and dropped in time."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from layersync.errors import StoppedEarly, SyncError, UsageError
from layersync.files import drop_folder, write_report
from layersync.report.counts import counts
from layersync.report.exit_code import exit_code
from layersync.report.kept import kept_rows, kept_text, report_of
from layersync.session import Session
from layersync.state import runs
from layersync.state.fates import fates_of
from layersync.state.history import forget, forgettable
from layersync.state.reports import KeptReport, keep_report, kept_report
from layersync.state.store import Store
from layersync.values.report import Report

_KEEP_DRY_RUNS: Final = 10


def this_run(session: Session, organization_id: str) -> runs.Run:
    """Gives the run of a session as the state file is to know it."""
    run, order = session.run, session.order
    return runs.Run(
        run_id=run.run_id,
        command=run.command,
        base_url=session.base_url,
        organization_id=organization_id,
        started_at=run.started_at,
        tool_version=run.tool_version,
        host=run.host,
        pid=session.pid,
        user=run.user,
        jobs=tuple(job.name for job in session.jobs),
        plan_digest=order.saved.seal if order.saved else None,
        dry_run=run.dry_run,
        folder=str(order.settings.run.report_dir / run.run_id),
    )


def keep_beginning(report: Report, session: Session) -> None:
    """Keeps what a run is about to do: what is told of it, should it die. Raises StoppedEarly where that fails."""
    _keep(session.store, report, with_rows=True)


def keep_report_of(report: Report, session: Session) -> None:
    """Keeps how a run that came to sending has ended. Raises StoppedEarly where that fails."""
    _keep(session.store, report, with_rows=False)


def keep_unsent(report: Report, session: Session) -> None:
    """Keeps how a run ended that never came to sending; what can't be kept is told, and that is all."""
    try:
        if runs.find(session.store, report.run.run_id) is not None:
            return
        runs.begin(session.store, this_run(session, report.run.organization_id or ""))
        code = exit_code(report, detailed=session.order.detailed)
        runs.finish(session.store, report.run.run_id, code, report.run.finished_at)
        _keep(session.store, report, with_rows=True)
    except SyncError as error:
        session.console.tell(f"{error.message} This run will be missing among the past ones")


def report_again(store: Store, run_id: str) -> Report:
    """Gives the report of a past run, with what is known by now of the changes that it sent.

    UsageError where none was kept.
    """
    kept = kept_report(store, run_id)
    if kept is None:
        raise UsageError(f"no report of run {run_id} was kept: it died before its first write, or is of an old version")
    try:
        report = report_of(kept.told, kept.rows)
    except (ValueError, TypeError, KeyError) as error:
        raise store.damaged(f"the report of run {run_id} is not readable") from error
    fates = fates_of(store, run_id)
    known = (replace(job, outcomes={**job.outcomes, **fates.get(job.job, {})}) for job in report.jobs)
    return replace(report, jobs=tuple(known))


def without_end(report: Report, message: str, what_to_do: str) -> Report:
    """The report of a run that came to no end: it goes as far as the journal does."""
    moments = (outcome.finished_at for job in report.jobs for outcome in job.outcomes.values() if outcome.finished_at)
    run = replace(report.run, finished_at=max(moments, default=report.run.started_at))
    return replace(report, run=run, failure=StoppedEarly(message, what_to_do))


def rebuild(dead_runs: Sequence[str], session: Session) -> None:
    """Writes the reports of dead runs once what they left open is settled, and says so.

    A report that can't be written is told; the run is settled all the same.
    """
    for dead in dead_runs:
        try:
            folder = _rebuild(dead, session)
            session.console.tell(f"the report of run {dead} was rebuilt from the journal: {folder}")
        except SyncError as error:
            session.console.tell(f"the report of run {dead} could not be rebuilt: {error.message}")


def drop_old_runs(session: Session) -> None:
    """Drops the runs beyond `keep_runs`, with their folders; nobody is kept from their work where that fails."""
    limits = {"keep_writing": session.order.settings.run.keep_runs, "keep_dry": _KEEP_DRY_RUNS}
    try:
        for run in tuple(forgettable(session.store, session.base_url, **limits)):
            if run.folder is not None:
                drop_folder(Path(run.folder), run.run_id)
            forget(session.store, run.run_id)
    except SyncError as error:
        session.console.tell(f"{error.message} Old runs were not dropped")


def _rebuild(dead: str, session: Session) -> Path:
    told = f"the run died before it ended; this report was rebuilt from the journal by run {session.run.run_id}"
    report = without_end(report_again(session.store, dead), told, "nothing: the run that rebuilt it has carried on")
    report = replace(report, run=replace(report.run, rebuilt_by=session.run.run_id))
    _keep(session.store, report, with_rows=False)
    run = runs.find(session.store, dead)
    folder = Path(run.folder) if run and run.folder else session.order.settings.run.report_dir / dead
    write_report(report, session.order.settings.run, folder)
    return folder


def _keep(store: Store, report: Report, *, with_rows: bool) -> None:
    held = any(job.plan.holds for job in report.jobs if job.plan is not None)
    told = KeptReport(
        told=kept_text(report), rows=kept_rows(report) if with_rows else {}, counts=_counts(report), held=held
    )
    keep_report(store, report.run.run_id, told)


def _counts(report: Report) -> dict[str, int]:
    return {word.value: number for word, number in counts(report).items() if number}
