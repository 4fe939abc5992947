"""Words the rows that a plan would change and for which nothing was sent: previewed, held, or not come to."""

from signal import Signals

from layersync.errors import SyncError
from layersync.values.guards import Hold
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import Plan
from layersync.values.report import JobReport, Report, RunInfo

NEXT_RUN = "run it again: the next run carries on"


def unsent(job: JobReport, report: Report, row: int) -> Outcome:
    """The outcome of a row to change that has none of its own, with the reason and the way on."""
    word, message, what_to_do = _reason(job, report, row)
    return Outcome(job=job.job, row=row, word=word, message=message, what_to_do=what_to_do)


def holds_on(plan: Plan, row: int) -> tuple[Hold, ...]:
    """The guards that keep a row from being sent."""
    return tuple(hold for hold in plan.holds if hold.rows is None or row in hold.rows)


def ways_on(hold: Hold, run: RunInfo) -> str:
    """Both ways to approve what a guard holds (contract, section 6)."""
    return f"allow it: {hold.override}, or approve this preview: layersync apply {run.run_id}"


def _reason(job: JobReport, report: Report, row: int) -> tuple[Word, str, str]:
    holds = holds_on(job.plan, row) if job.plan else ()
    held = "; ".join(_held(hold, row) for hold in holds)
    approve = "; ".join(ways_on(hold, report.run) for hold in holds)
    if report.run.dry_run:
        return Word.WOULD_CHANGE, *((held, approve) if holds else _failed(job.failure or report.failure))
    if holds:
        return Word.HELD, held, approve
    return Word.NOT_ATTEMPTED, *_stopped(job, report)


def _held(hold: Hold, row: int) -> str:
    waits = "it claims a value that a held row frees; " if row in hold.behind else ""
    return f"held by the guard {hold.guard}: {waits}{hold.message}"


def _stopped(job: JobReport, report: Report) -> tuple[str, str]:
    failure = job.failure or report.failure
    if failure:
        return _failed(failure)
    if report.run.signal:
        return f"the run was ended by {Signals(report.run.signal).name}", NEXT_RUN
    return "the run ended before this row was sent", NEXT_RUN


def _failed(failure: SyncError | None) -> tuple[str, str]:
    return (failure.message, failure.what_to_do) if failure else ("", "")
