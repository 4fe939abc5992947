"""`summary.md`: a pull-request comment or a step summary, whatever the size of the run."""

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from layersync.report.counts import counts
from layersync.report.drifted import drift_sentence
from layersync.report.rows import Row, notable_rows
from layersync.report.runner import no_command
from layersync.report.show import show
from layersync.report.terminal import explained_text, head_text, summary_text
from layersync.report.terminal.sides import sides
from layersync.resources import RESOURCES
from layersync.values.outcome import PROBLEMS, Word
from layersync.values.report import Report

LONGEST: Final = 65_536
MARK: Final = "<!-- layersync -->"

_ROOM_FOR_PROBLEMS: Final = 20_000
_ROOM_FOR_DIFF: Final = 30_000
_ROOM_FOR_SUMMARY: Final = 10_000
_ROOM_FOR_ANSWER: Final = 4_000
_WIDTH: Final = 100

_Thing = TypeVar("_Thing")


def summary_md(report: Report) -> str:
    """The run in Markdown, at most 65,536 characters long.

    Whatever comes from a cell, the API or a configuration stands in a code fence, where nothing is a link, an image or
    a mention (reliability, F5). The first line lets CI find its own comment again.
    """
    summary = (line.plain for line in (head_text(report), *summary_text(report, width=_WIDTH, all_reads=True)))
    wrong = (row for row in _notable(report) if row.outcome in PROBLEMS)
    changes = (row for row in _notable(report) if (row.edits or row.drifts) and row.outcome not in PROBLEMS)
    answer = (line.plain for line in explained_text(report, width=_WIDTH) if line.plain)
    parts = (
        MARK,
        f"### layersync: {_title(report)}",
        _fenced("text", list(_fitting(summary, lambda line: [line], _ROOM_FOR_SUMMARY, "lines"))),
        *_section("Explained", "text", list(_fitting(answer, lambda line: [line], _ROOM_FOR_ANSWER, "lines"))),
        *_section("Needs a person", "text", list(_fitting(wrong, _problem_lines, _ROOM_FOR_PROBLEMS, "rows"))),
        *_section("Changes, field by field", "diff", list(_fitting(changes, _diff_lines, _ROOM_FOR_DIFF, "rows"))),
    )
    return "\n\n".join(parts) + "\n"


def _notable(report: Report) -> Iterator[Row]:
    return (row for job in report.jobs for row in notable_rows(job, report))


def _title(report: Report) -> str:
    found = counts(report)
    wrong = sum(found[word] for word in PROBLEMS)
    main = Word.WOULD_CHANGE if report.run.dry_run else Word.CHANGED
    told = f"{found[main]:,} {'to change' if report.run.dry_run else 'changed'}"
    return f"{told}, {wrong:,} {'needs' if wrong == 1 else 'need'} a person" if wrong else told


def _section(title: str, language: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"<details open><summary>{title}</summary>"
        yield _fenced(language, lines)
        yield "</details>"


def _fitting(things: Iterator[_Thing], lines_of: Callable[[_Thing], list[str]], room: int, unit: str) -> Iterator[str]:
    """The lines of as many things as fit into so many characters, then how many were left out."""
    for thing in things:
        lines = [no_command(line) for line in lines_of(thing)]
        room -= sum(_length(line) + 1 for line in lines)
        if room < 0:
            yield f"... and {1 + sum(1 for _ in things):,} more {unit}: see results.csv"
            return
        yield from lines


def _fenced(language: str, lines: list[str]) -> str:
    """A code fence, longer than any run of backticks inside."""
    inside = "\n".join(lines)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", inside)), default=0))
    return f"{fence}{language}\n{inside}\n{fence}"


def _length(text: str) -> int:
    """Counts as the platform may: a character beyond the basic plane is two."""
    return len(text.encode("utf-16-le")) // 2


def _heading(row: Row) -> str:
    noun = RESOURCES[row.resource].noun if row.resource in RESOURCES else row.resource
    name = f' "{show(row.name, 40)}"' if row.name else ""
    return f"{noun} {show(row.key or '(no key)', 60)}{name}  row {row.row} of {show(row.job, 40)}"


def _problem_lines(row: Row) -> list[str]:
    lines = [f"{_heading(row)}: {row.outcome.replace('_', ' ')}", f"    {show(row.message, 400)}"]
    return [*lines, f"    → {show(row.what_to_do, 400)}"] if row.what_to_do else lines


def _diff_lines(row: Row) -> list[str]:
    lines = [f"# {_heading(row)}"]
    for edit in row.edits:
        told = sides(edit, _WIDTH)
        lines += [f"  {show(edit.path, _WIDTH)}", f"- {told.old.text}", f"+ {told.new.text}"]
        lines += [f"  ({told.length})"] if told.length else []
        lines += [f"! note: {show(edit.note, _WIDTH)}"] if edit.note else []
    lines += [f"! {show(drift_sentence(drift), 400)}" for drift in row.drifts]
    return [*lines, f"! {show(row.message, 400)}"] if row.message else lines
