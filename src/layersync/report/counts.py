"""Counts rows by outcome, over whole columns: no row becomes an object for it."""

from collections import Counter
from collections.abc import Mapping

from layersync.report.unsent import unsent
from layersync.values.outcome import Word
from layersync.values.plan import Plan, PlanState
from layersync.values.report import JobReport, Report


def counts(report: Report) -> Mapping[Word, int]:
    """The rows of the whole run by outcome; every word is there, with 0 where it has none."""
    total: Counter[Word] = Counter()
    for job in report.jobs:
        total.update(job_counts(job, report))
    return {word: total[word] for word in Word}


def job_counts(job: JobReport, report: Report) -> Mapping[Word, int]:
    """The same for one job."""
    found: Counter[Word] = Counter()
    if job.plan is not None:
        found.update(outcome.word for outcome in job.outcomes.values())
        found.update(_settled_by_plan(job.plan))
        unsent_rows = (change.row for change in job.plan.changes if change.row not in job.outcomes)
        found.update(unsent(job, report, row).word for row in unsent_rows)
    return {word: found[word] for word in Word}


def changed_fields(job: JobReport, report: Report) -> int:
    """The fields that were changed; in a dry run those that would be."""
    if job.plan is None:
        return 0
    if report.run.dry_run:
        return sum(len(change.edits) for change in job.plan.changes if change.row not in job.outcomes)
    changed = {row for row, outcome in job.outcomes.items() if outcome.word is Word.CHANGED}
    return sum(len(change.edits) for change in job.plan.changes if change.row in changed)


def _settled_by_plan(plan: Plan) -> Mapping[Word, int]:
    """Only rows that the plan would change have an outcome of their own."""
    states = plan.rows["state"].value_counts().iter_rows()
    return {Word(state): count for state, count in states if state != PlanState.CHANGE}
