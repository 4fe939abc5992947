"""Where a plan comes from: a sheet, a file that holds one, or a run to undo; `carry_out` neither knows nor cares."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from layersync.api.connect import Link
from layersync.api.fetch import fetch
from layersync.plan.again import plan_again
from layersync.plan.compose import plan_of
from layersync.plan.disputes import Stated, disputes, without
from layersync.plan.explain import explain
from layersync.plan.reverse import reverse_plan
from layersync.plan.wanted import wanted_of
from layersync.record_keeping import keep_full_records
from layersync.session import Job, Session
from layersync.state.sent import sent_by
from layersync.steps import progress, tell_reads
from layersync.values.desired import Desired
from layersync.values.live import Live
from layersync.values.problem import Problem

Origin = Callable[[Job, Link, Session], Awaitable[Job]]


def origin_of(job: Job) -> Origin:
    """Gives what plans a job that is ready for it."""
    if job.saved is not None:
        return from_file
    return from_sheet if job.undoes is None else from_run


async def from_sheet(job: Job, link: Link, session: Session) -> Job:
    """desired → live → plan. The live records are kept only for what another job states of the same resource."""
    assert job.desired is not None  # noqa: S101  it was read, or the job would have failed
    live = await _read(job, job.desired, link, session)
    shared = sum(other.form is job.form for other in session.jobs) > 1
    return replace(_planned(job, job.desired, live), live=live if shared else None)


async def from_file(job: Job, _link: Link, session: Session) -> Job:
    """The saved plan, held by the guards of today unless a person approved its own preview."""
    assert job.saved is not None  # noqa: S101  that is what sends a job here
    limits = None if session.order.approved else job.limits
    return replace(job, plan=plan_again(job.saved, job.memory, job.form, limits))


async def from_run(job: Job, link: Link, session: Session) -> Job:
    """The journal of a run → what is live of its records → the plan that puts back what was before."""
    assert job.undoes is not None  # noqa: S101  that is what sends a job here
    sent = sent_by(session.store, job.undoes, job.name)
    told = "undoing" if sent else "there is nothing to undo in"
    session.console.tell(f"{job.name}: {told} run {job.undoes}")
    wanted = wanted_of(job.rules.source, job.name, sent, job.form)
    live = await _read(job, wanted, link, session)
    return replace(job, plan=reverse_plan(job.undoes, sent, wanted, live, job.memory, job.form, job.limits))


async def _read(job: Job, desired: Desired, link: Link, session: Session) -> Live:
    """desired → live; says how it was read, and keeps what a later run need not read again."""
    kept = job.memory.full_records
    live = await fetch(desired, job.form, link.reader, session.clock, progress(job, session), kept)
    keep_full_records(job, live.read_in_full, link.target.organization_id, session)
    reads = replace(live.reads, told=job.memory.all_read or live.reads.told)
    tell_reads(job, reads, session)
    return replace(live, reads=reads, read_in_full=())


def undisputed(jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """The jobs with new plans where rows of two of them contradict each other: such rows are invalid in both."""
    found: dict[str, Sequence[Problem]] = {}
    for form in {job.form.name: job.form for job in jobs}.values():
        found.update(disputes([_stated(job) for job in jobs if job.form is form and job.live], form))
    return tuple(replace(_planned_without(job, found.get(job.name, ())), live=None) for job in jobs)


def _stated(job: Job) -> Stated:
    assert job.desired is not None and job.plan is not None  # noqa: S101, PT018  they came with `live`
    return Stated(job.desired, job.plan.rows)


def _planned_without(job: Job, disputed: Sequence[Problem]) -> Job:
    if not disputed or job.desired is None or job.live is None:
        return job
    return _planned(job, without(job.desired, disputed), job.live)


def _planned(job: Job, desired: Desired, live: Live) -> Job:
    plan = plan_of(desired, live, job.memory, job.form, job.limits, job.on_drift)
    asked = explain(job.question, desired, live, job.memory, plan, job.form) if job.question else ()
    return replace(job, plan=replace(plan, explained=tuple(asked)))
