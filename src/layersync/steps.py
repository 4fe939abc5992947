"""The small steps of a run that `sync` names and a newcomer need not read first."""

import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from types import FrameType
from typing import TypeVar

from layersync.api.connect import Link, connect
from layersync.api.stop import Stopped
from layersync.errors import InputUnusable, Locked, PlanUnusable, StoppedEarly, SyncError, UsageError
from layersync.plan.price import price_of
from layersync.report.reads import reads_sentence
from layersync.session import Job, Session, budget_for
from layersync.sheet.asked import question_of, unknown_key
from layersync.sheet.receiving import receive
from layersync.sheet.sought import refuse_missing, refuse_missing_fields
from layersync.signals import SIGNALS
from layersync.state.lock import Holder, hold, holder_of
from layersync.values.change import Change
from layersync.values.plan import Plan, PlanState
from layersync.values.reads import Reads
from layersync.values.report import JobReport, Report

_LOCK_POLL_S = 0.2

T = TypeVar("T")


async def locked(session: Session) -> tuple[Job, ...]:
    """The jobs of a run, each under its lock, or ended for want of it.

    Locks are taken in the order of the jobs' names, whatever the command line says: so no two runs ever hold what the
    other waits for.
    """
    ends = {job.name: await _locked(job, session) for job in sorted(session.jobs, key=lambda job: job.name)}
    return tuple(ends[job.name] for job in session.jobs)


async def _locked(job: Job, session: Session) -> Job:
    try:
        await _lock(job, session)
    except SyncError as error:
        return job.failed(error)
    return job


async def _lock(job: Job, session: Session) -> None:
    """Takes the job's lock until the run ends; a dry run takes none and says when a run is in progress.

    Raises Locked, naming the holder, once `wait_s` of the order have passed, or the run is to end before that.
    """
    where = (session.state_dir, session.base_url, session.organization, job.name)
    run = session.run
    if session.order.dry_run:
        holder = holder_of(*where)
        if holder is not None:
            session.console.tell(f"{job.name}: run {holder.run_id} is in progress: this preview may be out of date")
        return
    holder = Holder(run.run_id, session.pid, run.host, run.started_at)
    patience_ends = session.clock.now() + session.order.wait_s
    while True:
        try:
            session.locks.enter_context(hold(*where, holder))
        except Locked:
            if session.stop.asked or session.clock.now() >= patience_ends:
                raise
            with suppress(Stopped):
                await session.stop.guard(session.clock.sleep(_LOCK_POLL_S))
        else:
            return


async def received(job: Job, session: Session) -> bytes:
    """The bytes of the job's sheet. A download, or a pipe without end, is given up on when the run is to end."""
    return await _unless_stopped(receive(job.rules, job.form), session)


def sought(jobs: tuple[Job, ...], session: Session) -> tuple[Job, ...]:
    """The jobs as they were read, and the rows that `--explain` asks about.

    Where `--key`, `--only-fields` or `--explain` names what no sheet has, all of them end, and nothing is asked of the
    API.
    """
    try:
        refuse_missing([job.desired.missing_keys if job.desired else None for job in jobs])
        refuse_missing_fields([job.desired.missing_fields if job.desired else None for job in jobs])
        return jobs if session.order.explain is None else _asked(jobs, session.order.explain)
    except UsageError as error:
        return tuple(replace(job, desired=None).failed(error) for job in jobs)


def _asked(jobs: tuple[Job, ...], text: str) -> tuple[Job, ...]:
    sheets = [job.desired for job in jobs if job.desired]
    asked = tuple(
        replace(job, question=question_of(text, job.desired, job.form)) if job.desired else job for job in jobs
    )
    if len(sheets) == len(jobs) and not any(job.question for job in asked):
        raise unknown_key(text, sheets)
    return asked


async def _unless_stopped(waiting: Coroutine[object, object, T], session: Session) -> T:
    """Waits. Raises the reason of the run's end when that is asked for meanwhile."""
    try:
        return await session.stop.guard(waiting)
    except Stopped:
        raise session.stop.reason or StoppedEarly("the run was stopped") from None


async def greet(session: Session) -> Link | None:
    """Connects to the API; None where it does not want us or does not answer, and the run ends."""
    settings = session.order.settings
    try:
        link = await connect(
            session.transport,
            session.base_url,
            session.run.label,
            budget_for(settings.limits),
            clock=session.clock,
            stop=session.stop,
            rng=session.rng,
            max_attempts=settings.limits.max_attempts,
            pools=session.pools,
            organization=session.organization,
            tally=session.tally,
            tell=session.console.tell,
        )
        _refuse_other_organization(link, session)
    except SyncError as error:
        session.stop.ask(error)
        return None
    _warn_of_scopes(link, session)
    return link


def _warn_of_scopes(link: Link, session: Session) -> None:
    """Says which scopes the key seems to lack, and goes on: whether it does is for the API to say."""
    for job in session.jobs:
        lacking = job.form.lacking(link.target.scopes, writes=not session.order.dry_run)
        if lacking:
            session.console.tell(
                f"{job.name}: the key seems to lack the scope {' and '.join(lacking)}; trying all the same"
            )


def _refuse_other_organization(link: Link, session: Session) -> None:
    found, order = link.target.organization_id, session.order
    if order.saved is not None and order.saved.organization_id != found:
        told = f"the saved plan is for the organisation {order.saved.organization_id}; this key is of {found}"
        raise PlanUnusable(told, "use the key of that organisation, or make a plan with this one")
    # a run that never came to know its organisation sent nothing
    if order.undoes is not None and order.undoes.organization_id not in {"", found}:
        told = (
            f"run {order.undoes.run_id} was for the organisation {order.undoes.organization_id}; this key is of {found}"
        )
        raise PlanUnusable(told, "use the key of that organisation")


def progress(job: Job, session: Session) -> Callable[[int, int], None]:
    """Tells the console how far the reading of a job has come."""
    return lambda done, total: session.console.progress(f"{job.name}: reading", done, total)


def tell_reads(job: Job, reads: Reads, session: Session) -> None:
    """Says to whom it concerns how the records of a job were read, and at what price."""
    session.console.detail(f"{job.name}: {reads_sentence(reads)}")
    if reads.told:
        session.console.tell(f'{job.name}: fetch is "changed", but every record was read: {reads.told}')


def aborted(job: Job) -> Job:
    """Ends the job where one invalid row is enough to end it (`invalid_rows = "abort"`)."""
    if not job.aborts_on_invalid or job.plan is None:
        return job
    invalid = int((job.plan.rows["state"] == PlanState.INVALID.value).sum())
    if not invalid:
        return job
    rows = "1 row is" if invalid == 1 else f"{invalid} rows are"
    told = f'{rows} invalid, and invalid_rows is "abort": nothing of this job is sent'
    return job.failed(InputUnusable(told, "correct them; they are listed in the report"))


def priced(jobs: tuple[Job, ...], link: Link, session: Session) -> tuple[Job, ...]:
    """Prices the plans one after the other: what one job writes today is not left for the next.

    What will not fit into today is told before the first write; a preview has it in its summary.
    """
    found, before = [], 0
    for job in jobs:
        if job.plan is None or job.failure is not None:
            found.append(job)
            continue
        changes = [change for change in job.plan.to_send if change.row not in job.earlier]
        budget = link.target.budget
        sent = job.memory.writes_today if job.memory.capped_until is None else budget.per_day
        price = price_of(changes, job.form, budget, sent + before, now=session.clock.now(), behind=before)
        before += price.writes - price.carried_over
        found.append(replace(job, plan=replace(job.plan, price=price)))
        if price.carried_over and not session.order.dry_run:
            told = f"{price.carried_over:,} of {price.writes:,} changes do not fit into today's writes"
            session.console.tell(f"{job.name}: {told}: the next run carries on")
    return tuple(found)


def unless_done(jobs: tuple[Job, ...], session: Session) -> tuple[Job, ...]:
    """Gives the jobs, without their plans where a saved one was carried out before: then the run ends.

    A run that has just settled what a dead one left open has that to tell, even if nothing is left to send.
    """
    changes = [(job, change) for job in jobs if job.plan is not None for change in job.plan.changes]
    is_open = any(job.plan is None or job.dead_runs for job in jobs)
    if is_open or not changes or any(change.row not in job.earlier for job, change in changes):
        return jobs
    job, change = changes[0]
    first = job.earlier[change.row]
    told = (
        f"every change of the saved plan has its outcome; row {first.row} of {job.name}: {first.word} {first.message}"
    )
    session.stop.ask(PlanUnusable(told, "make a new plan: layersync plan"))
    return tuple(replace(job, plan=None, outcomes={}) for job in jobs)


def agreed(preview: Report, session: Session) -> bool:
    """Whether anything may be written now: it is no preview, nothing has ended it or holds it back, a person agrees."""
    if session.stop.asked:
        return False
    blocked = _blocked(preview, session)
    if session.order.dry_run:
        if blocked is not None:
            session.console.tell(f"{blocked}: a run that is no preview would send nothing")
        return False
    waiting = [job for job in preview.jobs if job.failure is None and job.plan is not None and _unsent(job, job.plan)]
    if blocked is not None:
        session.stop.ask(StoppedEarly(f"{blocked}: nothing was sent", "see to that job first"))
    elif waiting and session.order.ask and not _says_yes(preview, session):
        session.stop.ask(StoppedEarly("not confirmed: nothing was sent", "run it again and answer y, or give --yes"))
    return not session.stop.asked


def _blocked(preview: Report, session: Session) -> str | None:
    """Says which job holds back the others; None where none does."""
    jobs = (job for job in preview.jobs if job.failure is not None or (job.plan is not None and job.plan.held_whole))
    first = next(jobs, None)
    if first is None or len(preview.jobs) < 2 or not session.order.settings.run.all_or_nothing:
        return None
    return f"{first.job} cannot be sent, and all_or_nothing is set"


def _unsent(job: JobReport, plan: Plan) -> list[Change]:
    return [change for change in plan.to_send if change.row not in job.outcomes]


def _says_yes(preview: Report, session: Session) -> bool:
    """Asks; while a person is thinking, a signal (Ctrl-C, say) means no and ends the run at once."""

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the form of such a function
        raise KeyboardInterrupt(number)

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        return session.console.agree(preview)
    except KeyboardInterrupt as heard:
        number = signal.Signals(heard.args[0])
        session.stop.ask(StoppedEarly(f"ended by {number.name}: nothing was sent", "run it again"), number)
        return False
    finally:
        for known, handler in before.items():
            signal.signal(known, handler)
