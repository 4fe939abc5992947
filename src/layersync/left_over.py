"""What a run leaves to the next: changes that the API refused, and rows that did not get through."""

from collections.abc import Iterator
from dataclasses import replace

from layersync.errors import ApiRefuses
from layersync.plan.quarantine import mark_of
from layersync.report.rows import notable_rows
from layersync.session import Job, Session
from layersync.state.refusals import Where, keep_refusals, refusals
from layersync.state.unsettled import Line, keep_unsettled, unsettled
from layersync.values.memory import Memory
from layersync.values.outcome import Word
from layersync.values.plan import Plan
from layersync.values.refusal import Refusal
from layersync.values.report import JobReport, Report


def with_left_over(memory: Memory, where: Where, session: Session) -> Memory:
    """Adds what the run before left; what it was refused is not held back where a person asks to try again."""
    refused = refusals(session.store, where, session.run.tool_version)
    return replace(
        memory,
        refused={} if session.order.retry_quarantined else refused,
        unsettled=unsettled(session.store, where),
    )


def keep_left_over(job: Job, told: JobReport, report: Report, session: Session) -> None:
    """Writes down what this run leaves of a job that came to a plan; a saved plan says nothing of other rows.

    What an undo could not put back is no problem of the sheet's rows: what is known of those stays.
    """
    plan = job.plan
    if plan is None:
        return
    where = (session.base_url, report.run.organization_id or "", job.name)
    partial = plan.partial or job.saved is not None
    now_refused = tuple(_refused(job, plan, session))
    keep_refusals(session.store, where, now_refused, session.run.tool_version, partial=partial)
    if plan.undoes is not None:
        return
    keys = (key for key in plan.rows["key"] if key is not None) if partial else None
    keep_unsettled(session.store, where, _lines(told, report), only=keys)


def _refused(job: Job, plan: Plan, session: Session) -> Iterator[Refusal]:
    """What is in quarantine from now on; where nearly everything was refused it is not the rows that are at fault."""
    yield from plan.quarantined.values()
    if isinstance(job.failure, ApiRefuses):
        return
    for change in plan.changes:
        outcome = job.outcomes.get(change.row)
        if outcome is not None and outcome.word is Word.REFUSED and change.row not in job.earlier:
            yield Refusal(
                mark=mark_of(change),
                since=session.run.started_at,
                error_code=outcome.error_code,
                message=outcome.message,
            )


def _lines(told: JobReport, report: Report) -> Iterator[Line]:
    for row in notable_rows(told, report):
        if row.problem_mark is not None and row.problem_since is not None:
            yield Line(row.key or "", row.problem_mark, row.problem_since, waits=row.outcome is Word.NOT_ATTEMPTED)
