"""Where a plan comes from: a sheet, or a file that holds one; `carry_out` neither knows nor cares."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from layersync.api.connect import Link
from layersync.api.fetch import fetch
from layersync.plan.again import plan_again
from layersync.plan.compose import plan_of
from layersync.plan.explain import explain
from layersync.session import Job, Session
from layersync.steps import progress
from layersync.values.plan import Plan

Origin = Callable[[Job, Link, Session], Awaitable[Plan]]


def origin_of(job: Job) -> Origin:
    """Gives what makes the plan of a job that is ready to have one."""
    return from_file if job.saved is not None else from_sheet


async def from_sheet(job: Job, link: Link, session: Session) -> Plan:
    """desired → live → plan."""
    assert job.desired is not None  # noqa: S101  it was read, or the job would have failed
    live = await fetch(job.desired, job.form, link.reader, session.clock, progress(job, session))
    plan = plan_of(job.desired, live, job.memory, job.form, job.limits, job.on_drift)
    asked = explain(job.question, job.desired, live, job.memory, plan, job.form) if job.question else ()
    return replace(plan, explained=tuple(asked))


async def from_file(job: Job, _link: Link, session: Session) -> Plan:
    """The saved plan, held by the guards of today unless a person approved its own preview."""
    assert job.saved is not None  # noqa: S101  that is what sends a job here
    limits = None if session.order.approved else job.limits
    return plan_again(job.saved, job.memory, job.form, limits)
