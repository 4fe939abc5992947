"""What a run writes about itself in the state file, and what it puts in order there after a run that died."""

from dataclasses import replace

from layersync.api.connect import Link
from layersync.api.settle import closed, settle
from layersync.errors import StoppedEarly, SyncError
from layersync.ledger_keeping import keep_ledger, recall_ledger
from layersync.left_over import keep_left_over, with_left_over
from layersync.record_keeping import recall_full_records
from layersync.report.exit_code import exit_code, job_exit_code
from layersync.report_keeping import keep_beginning, keep_report_of, rebuild, this_run
from layersync.session import Job, Session, report_of
from layersync.state import runs
from layersync.state.applied import keep_not_sent, settled_rows
from layersync.state.journal import body_of, is_open, settle_open
from layersync.state.memory import close_run, remember, stopped_midway, unfinished_runs
from layersync.state.undone import undone_values
from layersync.values.memory import OpenChange
from layersync.values.outcome import Outcome, Word
from layersync.values.report import Report

_ENDED_WELL = frozenset({0, 2, 3})


async def recall(job: Job, link: Link, session: Session) -> Job:
    """Reads what is known of a job, once the changes that a dead run left open are settled.

    A dry run changes nothing: it looks what became of open changes, and leaves them as they are.
    """
    where = (session.base_url, link.target.organization_id, job.name)
    clocks, spender = session.clocks_with(link), link.target.spender
    memory = remember(session.store, *where, session.clock.wall(), clocks, spender=spender)
    is_dry = session.order.dry_run
    dead = unfinished_runs(session.store, *where)
    resumed = None if is_dry else stopped_midway(session.store, dead, job.name)
    if resumed is not None:
        session.console.tell(f"{job.name}: run {resumed} ended without a word; settling what it left open")
    ends = [(change, await _end_of(change, job, link, session)) for change in memory.open_changes]
    done = [change for change, outcome in ends if outcome is not None and outcome.word is Word.CHANGED]
    still_open = () if is_dry else tuple(change for change, outcome in ends if outcome is None)
    ledger = recall_ledger(job, dead, link.target, session, done)
    kept, why_none = recall_full_records(job, link.target.organization_id, session)
    undone = undone_values(session.store, *where[:2], job.form.name)
    memory = replace(
        memory, open_changes=still_open, ledger=ledger, full_records=kept, all_read=why_none, undone=undone
    )
    memory = with_left_over(memory, where, session)
    known = replace(job, memory=memory, dead_runs=() if is_dry else dead, resumed_from=resumed)
    return _resumed(known, link, session)


def begin(jobs: tuple[Job, ...], link: Link, session: Session) -> tuple[Job, ...]:
    """Writes that this run is about to send, and closes the changes of dead runs that it will not send again.

    Where that can't be written, every job ends: nothing may be sent that nobody remembers.
    """
    try:
        runs.begin(session.store, this_run(session, link.target.organization_id))
        keep_beginning(report_of(session, jobs, link), session)
        for job in jobs:
            _close_unwanted(job, session)
    except SyncError as error:
        session.stop.ask(error)
        return tuple(job.failed(error) for job in jobs)
    return jobs


def finish(report: Report, jobs: tuple[Job, ...], session: Session) -> Report:
    """Writes how the run ended: ledgers, and the row count of each job that ended well as the baseline of its next run.

    Where that can't be written, the run has stopped early, as its report says from then on: the next run finds it
    unfinished and settles it.
    """
    try:
        _finish(report, jobs, session)
    except SyncError as error:
        session.console.tell(f"{error.message}; the next run will settle this one")
        stopped = error if isinstance(error, StoppedEarly) else StoppedEarly(error.message, error.what_to_do)
        return replace(report, failure=report.failure or stopped)
    return report


def _finish(report: Report, jobs: tuple[Job, ...], session: Session) -> None:
    if runs.find(session.store, session.run.run_id) is None:
        return  # its beginning could not be written, so it did nothing
    for job, told in zip(jobs, report.jobs, strict=True):
        organization = report.run.organization_id or ""
        keep_ledger(job, organization, session)
        keep_left_over(job, told, report, session)
        if job.plan is None or job.plan.partial:
            continue
        if job_exit_code(told, report, detailed=True) in _ENDED_WELL:
            runs.set_last_rows(session.store, session.base_url, organization, job.name, job.plan.data_rows)
    if session.order.saved is not None:
        new = (told for job in jobs for row, told in job.outcomes.items() if row not in job.earlier)
        keep_not_sent(session.store, session.run.run_id, new)
    _close_dead(jobs, session)
    session.write_files(report)
    keep_report_of(report, session)
    code = exit_code(report, detailed=session.order.detailed)
    runs.finish(session.store, session.run.run_id, code, session.clock.wall())


def _close_dead(jobs: tuple[Job, ...], session: Session) -> None:
    """Ends the story of the dead runs that this one has settled; were it to die first, the next one would do both."""
    for job in jobs:
        _close_superseded(job, session)
    settled = [(dead, job.name) for job in jobs if job.plan is not None for dead in job.dead_runs]
    rebuild(tuple(dict.fromkeys(dead for dead, _ in settled)), session)
    for dead, job_name in settled:
        close_run(session.store, dead, job_name, settled_by=session.run.run_id, settled_at=session.clock.wall())


def _close_superseded(job: Job, session: Session) -> None:
    """Closes what was at its base and not gone on with: its key was too old, or other bytes were sent."""
    for change in job.memory.open_changes if job.plan is not None else ():
        if is_open(session.store, change):
            told = closed(
                change, Word.NOT_ATTEMPTED, "it was not gone on with: the record was as before", session.clock
            )
            settle_open(session.store, change, told)


def _resumed(job: Job, link: Link, session: Session) -> Job:
    """Adds what earlier runs came to with the saved plan that is carried out: none of it is sent again."""
    if (saved := session.order.saved) is None:
        return job
    where = (session.base_url, link.target.organization_id, job.name)
    earlier = settled_rows(session.store, *where, seal=saved.seal, made_by=saved.run_id)
    return replace(job, earlier=earlier, outcomes=earlier)


async def _end_of(change: OpenChange, job: Job, link: Link, session: Session) -> Outcome | None:
    """How an open change ended, None while it stands at its base; a dry run does not write it down."""
    outcome = await settle(change, job.form, link.reader, session.clock)
    if outcome is not None and not session.order.dry_run:
        settle_open(session.store, change, outcome)
    return outcome


def _close_unwanted(job: Job, session: Session) -> None:
    """An open change is sent again only if the new, guarded plan wants exactly its body (contract, section 7)."""
    if job.plan is None:
        return
    wanted = {(change.id, body_of(change.patch)) for change in job.plan.to_send}
    for change in job.memory.open_changes:
        if (change.id, change.body) not in wanted:
            told = closed(change, Word.NOT_ATTEMPTED, "not sent again: the new plan does not want it", session.clock)
            settle_open(session.store, change, told)
