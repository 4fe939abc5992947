"""`results.xlsx`: what an operations person opens. What was done, which rows need a look, what changed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from layersync.report.counts import job_counts
from layersync.report.drifted import drift_sentence
from layersync.report.exit_code import exit_code
from layersync.report.instant import instant
from layersync.report.results_csv import change_line
from layersync.report.rows import Row, notable_rows
from layersync.report.sentence import sentence
from layersync.report.terminal.duration import duration
from layersync.report.terminal.head import head_text
from layersync.report.xlsx_book import Book, Column, Value
from layersync.values.outcome import Word
from layersync.values.report import JobReport, Report

LINES: Final = 20_000
PROBLEMS: Final = 200

_SUMMARY: Final = (Column("", 24), Column("", 70), *[Column("", 14)] * (len(Word) - 1))
_ROWS: Final = (
    Column("Outcome", 15),
    Column("Job", 14),
    Column("Tab", 12),
    Column("Row", 8),
    Column("Cell", 8),
    Column("Key", 40),
    Column("Name", 28),
    Column("Message", 60),
    Column("What to do", 50),
    Column("Changed fields", 28),
    Column("Side effects", 36),
    Column("Changed elsewhere", 36),
    Column("Error code", 18),
    Column("HTTP", 7),
    Column("Request", 26),
    Column("Id", 40),
)
_CHANGES: Final = (
    Column("Outcome", 15),
    Column("Job", 14),
    Column("Row", 8),
    Column("Key", 40),
    Column("Name", 28),
    Column("Field", 24),
    Column("Before", 50),
    Column("After", 50),
    Column("Note", 36),
)


def results_xlsx(report: Report, *, detailed: bool) -> bytes:
    """Gives the workbook: the sheets Summary, Rows and Changes.

    Rows left alone are counted, not listed; of the others, and of the changes, the first 20,000 are. `detailed` is
    `--detailed-exitcode`.
    """
    book = Book(f"layersync {report.run.run_id}", report.run.started_at)
    notable = (row for job in report.jobs for row in notable_rows(job, report))
    rows = list(islice(notable, LINES))
    left_out = sum(1 for _ in notable)
    book.page("Summary", _SUMMARY, _summary(report, exit_code(report, detailed=detailed), left_out))
    book.table("Rows", _ROWS, map(_row, rows), printed=9)
    book.table("Changes", _CHANGES, islice(_changes(rows), LINES), printed=len(_CHANGES))
    return book.raw()


def _summary(report: Report, code: int, left_out: int) -> Iterator[Sequence[Sequence[Value]]]:
    run = report.run
    took = duration((run.finished_at - run.started_at).total_seconds())
    yield (
        ("layersync", head_text(report).plain),
        ("Run", run.run_id),
        ("Command", f"layersync {run.command}{' (dry run: nothing was sent)' if run.dry_run else ''}"),
        ("Started", f"{instant(run.started_at)}, by {run.user} on {run.host}"),
        ("Took", took),
        ("Exit code", str(code)),
        ("Version", run.tool_version),
        *_ending("Ended early", report),
    )
    yield _counted(report)
    told = [line for job in report.jobs for line in _of_job(job)]
    if told:
        yield (("Job", "To know"), *islice(told, PROBLEMS))
    yield (("Note", ""), *_notes(report, left_out, len(told)))


def _counted(report: Report) -> Sequence[Sequence[Value]]:
    found = [(job, job_counts(job, report)) for job in report.jobs]
    words = [word for word in Word if any(counts[word] for _, counts in found)]
    lines: list[Sequence[Value]] = [(job.job, job.source, *(counts[word] for word in words)) for job, counts in found]
    return (("Job", "Sheet", *words), *lines)


def _ending(label: str, ended: Report | JobReport) -> Iterator[Sequence[Value]]:
    if ended.failure:
        yield label, _advised(ended.failure.message, ended.failure.what_to_do)


def _of_job(job: JobReport) -> Iterator[Sequence[Value]]:
    yield from _ending(job.job, job)
    for hold in job.plan.holds if job.plan else ():
        yield job.job, _advised(f"the guard {hold.guard} holds: {hold.message}", f"to allow it: {hold.override}")
    for problem in job.plan.notices if job.plan else job.problems:
        yield job.job, _advised(sentence(problem), problem.what_to_do)


def _notes(report: Report, rows_left_out: int, told: int) -> Iterator[Sequence[Value]]:
    yield "", "Rows left alone are counted above, and not listed under Rows; results.csv has every row."
    changes = sum(len(change.edits) for job in report.jobs if job.plan for change in job.plan.changes)
    for what, left_out in (("rows", rows_left_out), ("changes", changes - LINES), ("lines", told - PROBLEMS)):
        if left_out > 0:
            yield "", f"{left_out:,} more {what} are left out here: see results.csv, changes.csv and results.json"


def _row(row: Row) -> Sequence[Value]:
    return (
        row.outcome,
        row.job,
        row.tab,
        row.row,
        row.cell,
        row.key,
        row.name,
        row.message,
        row.what_to_do,
        "; ".join(row.changed_fields),
        "; ".join(row.side_effects),
        "; ".join(map(drift_sentence, row.drifts)),
        row.error_code,
        None if row.http_status is None else str(row.http_status),
        row.request_id,
        row.id,
    )


def _changes(rows: Iterable[Row]) -> Iterator[Sequence[Value]]:
    for row in rows:
        for edit in row.edits:
            told = change_line(row, edit)
            yield (row.outcome, row.job, row.row, row.key, row.name, edit.path, told.before, told.after, told.note)


def _advised(message: str, what_to_do: str) -> str:
    return f"{message} → {what_to_do}" if what_to_do else message
