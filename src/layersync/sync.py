"""The whole job on one screen: sheet → desired → live → plan → outcomes → report → exit code."""

from dataclasses import replace

from layersync.api.connect import Link
from layersync.bookkeeping import begin, finish, recall
from layersync.errors import SyncError
from layersync.origins import origin_of, undisputed
from layersync.sending import send
from layersync.session import Job, Session, report_of
from layersync.sheet.reading import read_sheet
from layersync.steps import aborted, agreed, greet, locked, priced, received, sought, unless_done
from layersync.values.report import Report


async def sync(session: Session) -> Report:
    """Prepares every job before the first write of any, then carries out what nothing holds."""
    jobs = sought(tuple([await read(job, session) for job in await locked(session)]), session)
    link = await greet(session) if any(job.failure is None for job in jobs) else None
    if link is None:
        return report_of(session, jobs, link)
    jobs = tuple([await prepare(job, link, session) for job in jobs])
    jobs = tuple(aborted(job) for job in undisputed(jobs))
    jobs = unless_done(priced(jobs, link, session), session)
    if not agreed(report_of(session, jobs, link), session):
        return report_of(session, jobs, link)
    jobs = begin(jobs, link, session)
    jobs = tuple([await carry_out(job, link, session) for job in jobs])
    return finish(report_of(session, jobs, link), jobs, session)


async def read(job: Job, session: Session) -> Job:
    """sheet → desired: offline, under the job's lock; a saved plan and a run to undo have their sheet behind them."""
    if job.failure is not None or not job.has_sheet:
        return job
    try:
        return replace(job, desired=read_sheet(job.rules, job.form, await received(job, session)))
    except SyncError as error:
        return job.failed(error)


async def prepare(job: Job, link: Link, session: Session) -> Job:
    """desired → live → plan, or a plan that was saved, or one that undoes a run: reads only."""
    if job.failure is not None:
        return job
    try:
        job = await recall(job, link, session)
        return await origin_of(job)(job, link, session)
    except SyncError as error:
        session.end(error)
        return job.failed(error)


async def carry_out(job: Job, link: Link, session: Session) -> Job:
    """plan → outcomes: the only step that writes."""
    if job.plan is None or job.failure is not None:
        return job
    return await send(job, job.plan.to_send, link, session)
