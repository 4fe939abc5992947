"""What `-q` says when something is wrong: ten lines at most, the last one naming the report."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from layersync.errors import SyncError
from layersync.report.rows import notable_rows
from layersync.report.runner import no_command
from layersync.report.show import show, visible
from layersync.report.terminal.head import head_text
from layersync.report.terminal.summary import count_lines, told_by_run
from layersync.values.outcome import PROBLEMS
from layersync.values.problem import place_in
from layersync.values.report import Report

LINES: Final = 10
WIDTH: Final = 160


def quiet_text(report: Report, report_path: str) -> str:
    """At most ten lines, most important first, ending with the report's path."""
    lines = islice(_lines(report), LINES - 1)
    return "\n".join(
        (*(no_command(show(line, WIDTH)) for line in lines), no_command(f"Report: {visible(report_path)}"))
    )


def _lines(report: Report) -> Iterator[str]:
    yield head_text(report).plain
    if report.failure:
        yield _advised(report.failure)
    for job in report.jobs:
        if job.failure and not told_by_run(job, report):
            yield f"{job.job}: {_advised(job.failure)}"
    for job in report.jobs:
        if job.plan:
            yield from (line.plain for line in count_lines(job, report, WIDTH))
            yield from (f"guard {hold.guard}: {hold.message} ({hold.override})" for hold in job.plan.holds)
    for job in report.jobs:
        for row in notable_rows(job, report):
            if row.outcome in PROBLEMS:
                place = f" ({place_in(row.tab, row.cell)})" if row.cell else ""
                yield f"{row.job} row {row.row}{place} {row.outcome.replace('_', ' ')}: {row.message}"


def _advised(error: SyncError) -> str:
    return " → ".join(filter(None, (error.message, error.what_to_do)))
