"""The summary at the end of an output: counts, price, guards, notices, and the next step."""

from collections.abc import Iterator, Mapping
from typing import Final

from rich.text import Text

from layersync.report.counts import changed_fields, job_counts
from layersync.report.drifted import drift_counts, drift_sentence
from layersync.report.reads import reads_sentence
from layersync.report.runner import no_commands
from layersync.report.sentence import tells_all
from layersync.report.show import show, visible
from layersync.report.terminal.block import INDENT, cell_lines, told_lines
from layersync.report.terminal.diff import PROBLEM_LINES
from layersync.report.terminal.duration import duration
from layersync.report.terminal.wrap import wrapped
from layersync.values.guards import Hold
from layersync.values.outcome import PROBLEMS, Word
from layersync.values.plan import Price
from layersync.values.report import JobReport, Report

ALWAYS_TOLD: Final = {Word.UNCHANGED}
DRIFT_LINES: Final = 5


def summary_text(report: Report, *, report_path: str = "", width: int = 80, all_reads: bool = False) -> Iterator[Text]:
    """What a run would do or did, per job, and what a person can do next.

    How the live records were read is told where some were remembered instead, or with `all_reads`.
    """
    yield from no_commands(_lines(report, report_path, width, all_reads))


def told_by_run(job: JobReport, report: Report) -> bool:
    """Tells whether the run ended for the very reason for which the job did: it is said once."""
    if job.failure is None or report.failure is None:
        return False
    return (job.failure.message, job.failure.what_to_do) == (report.failure.message, report.failure.what_to_do)


def _lines(report: Report, report_path: str, width: int, all_reads: bool) -> Iterator[Text]:
    for job in report.jobs:
        lines = list(_job_lines(job, report, width, all_reads))
        yield from lines
        if lines:
            yield Text()
    if report.failure:
        yield Text(f"Ended: {visible(report.failure.message)}", style="bold red")
        yield from told_lines("", report.failure.what_to_do, width)
        yield Text()
    yield from _closing(report, report_path)


def count_lines(job: JobReport, report: Report, width: int) -> Iterator[Text]:
    """`Plan: 6 to change (9 fields), 12 unchanged, 1 invalid.`, folded between two counts where it is too long."""
    name = f" for {show(job.job)}" if len(report.jobs) > 1 else ""
    line = Text().append(f"{_opening(report)}{name}: ", style="bold")
    *told, last = _told(job_counts(job, report), changed_fields(job, report), report)
    for part in (*(part.append(", ") for part in told), last.append(".")):
        if line.cell_len + part.cell_len > width:
            line.rstrip()
            yield line
            line = Text(INDENT)
        line.append_text(part)
    yield line


def _opening(report: Report) -> str:
    if report.run.dry_run:
        return "Plan"
    return "Ended early" if report.failure or report.run.signal else "Done"


def _told(found: Mapping[Word, int], fields: int, report: Report) -> Iterator[Text]:
    main = Word.WOULD_CHANGE if report.run.dry_run else Word.CHANGED
    word = "to change" if report.run.dry_run else "changed"
    detail = f" ({fields:,} {'field' if fields == 1 else 'fields'})" if found[main] else ""
    yield Text().append(f"{found[main]:,} {word}{detail}", style="green" if found[main] else "")
    for other, count in found.items():
        if other is not main and (count or other in ALWAYS_TOLD):
            yield Text().append(f"{count:,} {other.replace('_', ' ')}", style="red" if other in PROBLEMS else "")


def _job_lines(job: JobReport, report: Report, width: int, all_reads: bool) -> Iterator[Text]:
    if job.plan:
        yield from count_lines(job, report, width)
    if job.failure and not told_by_run(job, report):
        yield Text(f"{show(job.job)}: {visible(job.failure.message)}", style="bold red")
        yield from told_lines("", job.failure.what_to_do, width)
    if job.plan and job.plan.price and job.plan.price.writes and report.run.dry_run:
        yield from _price_lines(job.plan.price, report.run.tier)
    if job.plan and job.plan.reads and (all_reads or job.plan.reads.remembered):
        yield from wrapped(reads_sentence(job.plan.reads), INDENT, f"{INDENT}  ", width, style="dim")
    yield from _drift_lines(job, report, width)
    yield from _sheet_lines(job, width)
    for hold in job.plan.holds if job.plan else ():
        yield from _hold_lines(hold, report, width)


def _sheet_lines(job: JobReport, width: int) -> Iterator[Text]:
    """The problems of a sheet that came to no plan, or the notices of one that did."""
    found = job.plan.notices if job.plan else () if tells_all(job.failure, job.problems) else job.problems
    for problem in found[:PROBLEM_LINES]:
        yield from cell_lines(problem, width)
    if len(found) > PROBLEM_LINES:
        yield Text(f"{INDENT}{len(found) - PROBLEM_LINES:,} more in results.json", style="bold")


def _drift_lines(job: JobReport, report: Report, width: int) -> Iterator[Text]:
    """What was changed elsewhere; a preview shows each where it stands, a run names the first few."""
    yield from wrapped(drift_counts(job, report), INDENT, INDENT, width, style="magenta")
    drifts = job.plan.drifts if job.plan and not report.run.dry_run else ()
    for drift in drifts[:DRIFT_LINES]:
        yield from wrapped(f"row {drift.row} {drift_sentence(drift)}", f"{INDENT}  ", f"{INDENT}    ", width)
    if len(drifts) > DRIFT_LINES:
        yield Text(f"{INDENT}  {len(drifts) - DRIFT_LINES:,} more in the column drift of results.csv")


def _price_lines(price: Price, tier: str | None) -> Iterator[Text]:
    tier = f" ({show(tier)})" if tier else ""
    pace = f" at {price.writes_per_minute:,.0f} writes/min{tier}" if price.writes_per_minute else ""
    requests = f"{_count(price.writes, 'write')}, {_count(price.reads, 'read')}"
    yield Text(f"{INDENT}{requests}: about {duration(max(1, price.seconds))}{pace}", style="dim")
    yield Text(f"{INDENT}{price.writes_left_today:,} writes left today", style="dim")
    if price.carried_over:
        rest = f"{price.carried_over:,} of {price.writes:,} changes do not fit into today's writes"
        yield Text(f"{INDENT}{rest}: the next run carries on", style="yellow")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _hold_lines(hold: Hold, report: Report, width: int) -> Iterator[Text]:
    held = "the job" if hold.rows is None else f"{len(hold.rows):,} row{'s' * (len(hold.rows) != 1)}"
    yield from wrapped(f"the guard {hold.guard} holds {held}: {hold.message}", "! ", INDENT, width, "bold magenta")
    # a command that is folded can't be copied
    yield Text(f"{INDENT}to allow it: {visible(hold.override)}")
    yield Text(f"{INDENT}to approve exactly this preview: layersync apply {report.run.run_id}")


def _closing(report: Report, report_path: str) -> Iterator[Text]:
    if report.run.dry_run:
        sends = any(job.plan and job.plan.to_send and not job.failure for job in report.jobs) and not report.failure
        yield Text(f"Nothing was sent (dry run).{f' To apply: {_way_on(report)}' if sends else ''}")
    else:
        yield Text(_effort(report), style="dim")
    if report_path:
        yield Text(f"Report: {visible(report_path)}")


def _way_on(report: Report) -> str:
    """What does exactly what was shown: the jobs and flags of the preview are not all known here."""
    if report.run.command in {"apply", "undo"}:
        return f"layersync apply {report.run.run_id}"
    return "layersync sync, with the same jobs and flags"


def _effort(report: Report) -> str:
    sent = sum(count.sent for count in report.requests.values())
    throttled = sum(count.throttled for count in report.requests.values())
    retried = sum(count.retried for count in report.requests.values())
    seconds = (report.run.finished_at - report.run.started_at).total_seconds()
    return f"{duration(seconds)}, {sent:,} request{'s' * (sent != 1)}, {throttled:,} throttled, {retried:,} retried"
