"""The exit code of a run: one pure function of its report (contract, section 1)."""

from collections.abc import Iterator
from typing import Final

from layersync.report.counts import job_counts
from layersync.report.rows import notable_rows
from layersync.values.outcome import PROBLEMS, Word
from layersync.values.report import JobReport, Report

UNEXPECTED: Final = 1
CHANGES: Final = 2
ROW_PROBLEMS: Final = 3
GUARD: Final = 5
STOPPED_EARLY: Final = 8

ORDER: Final = (6, 9, 7, 64, 4, GUARD, STOPPED_EARLY, UNEXPECTED, ROW_PROBLEMS, CHANGES)

_SIGNAL: Final = 128


def exit_code(report: Report, *, detailed: bool) -> int:
    """The code that the program ends with: where several apply, the first of the contract's order.

    A dry run gets the code that the real run would have had before sending. `detailed` is `--detailed-exitcode`.
    """
    if report.run.signal:
        return _SIGNAL + report.run.signal
    found = {report.failure.exit_code} if report.failure else set()
    for job in report.jobs:
        found.update(_codes(job, report))
    return _first(found, detailed=detailed)


def worse_of(code: int, other: int) -> int:
    """The first in the contract's order of two codes that both apply."""
    return code if code > _SIGNAL else _first({code, other}, detailed=True)


def job_exit_code(job: JobReport, report: Report, *, detailed: bool) -> int:
    """The code that one job alone would have ended with."""
    return _first(set(_codes(job, report)), detailed=detailed)


def _codes(job: JobReport, report: Report) -> Iterator[int]:
    told = job_counts(job, report)
    if job.failure:
        yield job.failure.exit_code
    elif job.plan is None or not job.plan.decided or told[Word.NOT_ATTEMPTED]:
        yield report.failure.exit_code if report.failure else STOPPED_EARLY
    if job.plan is not None and job.plan.holds:
        yield GUARD
    if any(told[word] for word in PROBLEMS) and (not report.only_new or _has_new(job, report)):
        yield ROW_PROBLEMS
    if told[Word.CHANGED] or told[Word.WOULD_CHANGE]:
        yield CHANGES


def _has_new(job: JobReport, report: Report) -> bool:
    rows = (row for row in notable_rows(job, report) if row.outcome in PROBLEMS)
    return any(row.problem_since == report.run.started_at for row in rows)


def _first(found: set[int], *, detailed: bool) -> int:
    return next((code for code in ORDER if code in found and (detailed or code != CHANGES)), 0)
