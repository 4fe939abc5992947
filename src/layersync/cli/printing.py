"""Prints the report of a run on stdout, in the form that was asked for."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.text import Text

from layersync.cli.flags import ReportFlags
from layersync.cli.stdout import Stdout
from layersync.order import Ran
from layersync.report.github import annotations
from layersync.report.results_json import results_json
from layersync.report.summary_md import summary_md
from layersync.report.terminal import diff_text, explained_text, head_text, problems_text, stat_text, summary_text
from layersync.values.report import Report


def print_report(ran: Ran, shown: ReportFlags, stdout: Stdout, *, detailed: bool, diff_shown: bool) -> None:
    """Prints the report. `diff_shown`: the person has seen the diff before saying yes."""
    match shown.format:
        case "json":
            stdout.json(results_json(ran.report, detailed=detailed))
        case "markdown":
            stdout.pieces([summary_md(ran.report)])
        case "github":
            stdout.lines(_text(ran, shown, stdout.width, diff_shown=diff_shown))
            stdout.pieces(annotations(ran.report, repository()))
        case "text":
            stdout.lines(_text(ran, shown, stdout.width, diff_shown=diff_shown))


def preview_text(report: Report, width: int) -> Iterator[Text]:
    """What would be sent: target, diff, summary."""
    preview = replace(report, run=replace(report.run, dry_run=True))
    *summary, _nothing_was_sent = summary_text(preview, width=width)
    yield head_text(report)
    yield from diff_text(preview, width=width)
    yield from summary


def repository() -> str:
    """The folder that a CI platform's annotations are relative to."""
    return os.environ.get("GITHUB_WORKSPACE") or str(Path.cwd())


def _text(ran: Ran, shown: ReportFlags, width: int, *, diff_shown: bool) -> Iterator[Text]:
    report = ran.report
    if not diff_shown:
        yield head_text(report)
    if any(job.plan and job.plan.explained for job in report.jobs):
        yield from explained_text(report, width=width)
    elif shown.stat:
        yield from stat_text(report)
    elif report.run.dry_run:
        yield from diff_text(report, width=width)
    else:
        yield from problems_text(report, width=width)
    yield from summary_text(report, report_path=str(ran.folder), width=width)
