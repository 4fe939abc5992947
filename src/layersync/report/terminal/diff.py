"""The whole diff of a run, as a person reads it before saying yes."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from rich.text import Text

from layersync.report.rows import Row, notable_rows
from layersync.report.runner import no_commands
from layersync.report.show import show
from layersync.report.terminal.block import row_block
from layersync.values.outcome import PROBLEMS
from layersync.values.report import JobReport, Report

PROBLEM_LINES: Final = 200


def diff_text(report: Report, *, width: int = 80) -> Iterator[Text]:
    """Every changed field and every problem, row by row; at most 200 lines of problems."""
    yield from no_commands(_limited(_blocks(report, width, changes=True)))


def problems_text(report: Report, *, width: int = 80) -> Iterator[Text]:
    """The rows that did not get through, without the diff of the others; at most 200 lines."""
    yield from no_commands(_limited(_blocks(report, width, changes=False)))


def _blocks(report: Report, width: int, *, changes: bool) -> Iterator[tuple[bool, Iterator[Text]]]:
    """The blocks to show, each with whether it counts against the limit; none is written before it is read."""
    for job in report.jobs:
        label_width = _label_width(job, width // 4)
        told = (row for row in notable_rows(job, report) if _is_told(row, changes=changes))
        for number, row in enumerate(told):
            if number == 0:
                yield False, _job_heading(job, report)
            is_good = changes and bool(row.edits or row.drifts) and row.outcome not in PROBLEMS
            yield not is_good, chain([Text()], row_block(row, width, label_width))


def _limited(blocks: Iterable[tuple[bool, Iterator[Text]]]) -> Iterator[Text]:
    room, left_out, line = PROBLEM_LINES, 0, None
    for counts, block in blocks:
        if counts and room <= 0:
            left_out += 1
            continue
        for line in block:
            room -= counts and bool(line)
            yield line
    if left_out:
        yield Text()
        yield Text(f"{left_out:,} more rows with problems in results.csv", style="bold")
    if line is not None:
        yield Text()


def _is_told(row: Row, *, changes: bool) -> bool:
    return row.outcome in PROBLEMS or bool(row.problems) or (changes and bool(row.edits or row.drifts))


def _job_heading(job: JobReport, report: Report) -> Iterator[Text]:
    if len(report.jobs) > 1 and job.plan:
        yield Text()
        rows = f"{job.plan.data_rows:,} row{'s' * (job.plan.data_rows != 1)}"
        yield Text(f"{show(job.job)}  {show(job.plan.source)}, {rows}", style="bold underline")


def _label_width(job: JobReport, at_most: int) -> int:
    """How wide the column of the field names is; a longer name gets a line of its own."""
    changes = job.plan.changes if job.plan else ()
    lengths = (len(edit.path) for change in changes for edit in change.edits)
    return max((length for length in lengths if length <= at_most), default=0)
