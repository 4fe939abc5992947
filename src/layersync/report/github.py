"""Annotations on the lines of the sheet in a pull request, within the platform's caps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from layersync.report.rows import Row, notable_rows
from layersync.report.runner import no_command
from layersync.report.sentence import sentence
from layersync.report.show import show
from layersync.values.outcome import PROBLEMS
from layersync.values.problem import Problem, Severity
from layersync.values.report import JobReport, Report

AT_MOST: Final = 10

_WIDTH: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One message at a place; `line` is the physical line of the file, None where there is no such place."""

    message: str
    severity: Severity = Severity.ERROR
    title: str = ""
    file: str = ""
    line: int | None = None


def annotations(report: Report, root: str = "") -> Iterator[str]:
    """At most ten workflow commands, errors first; the last one tells how many were left out.

    `root` is the folder of the repository: sheets inside it are named relative to it, others not at all.
    """
    yield from commands(_found(report), root)


def problem_annotations(problems: Iterable[Problem], root: str = "") -> Iterator[str]:
    """The same for problems that belong to no run, such as those of `check`."""
    yield from commands(map(_of_problem, problems), root)


def commands(found: Iterable[Annotation], root: str) -> Iterator[str]:
    """Writes annotations as workflow commands, one a line."""
    ranked = sorted(found, key=lambda one: list(Severity).index(one.severity))
    kept = ranked if len(ranked) <= AT_MOST else ranked[: AT_MOST - 1]
    for annotation in kept:
        yield _command(annotation, root)
    if len(kept) < len(ranked):
        rest = Annotation(message=f"{len(ranked) - len(kept):,} more problems: see results.csv", title="layersync")
        yield _command(rest, root)


def _found(report: Report) -> Iterator[Annotation]:
    if report.failure:
        yield Annotation(message=_advised(report.failure.message, report.failure.what_to_do), title="layersync")
    for job in report.jobs:
        yield from _of_job(job)
        for row in notable_rows(job, report):
            yield from _of_row(row)


def _of_job(job: JobReport) -> Iterator[Annotation]:
    title = f"layersync {job.job}"
    if job.failure:
        yield Annotation(message=_advised(job.failure.message, job.failure.what_to_do), title=title, file=job.source)
    for hold in job.plan.holds if job.plan else ():
        told = _advised(f"held by the guard {hold.guard}: {hold.message}", f"allow it: {hold.override}")
        yield Annotation(message=told, title=title, file=job.source)
    for problem in job.plan.notices if job.plan else job.problems:
        yield _of_problem(problem)


def _of_row(row: Row) -> Iterator[Annotation]:
    if row.problems:
        yield from map(_of_problem, row.problems)
    elif row.outcome in PROBLEMS and not row.held_by:
        yield Annotation(
            message=_advised(f"row {row.row}: {row.message}", row.what_to_do),
            title=f"layersync {row.job}: {row.outcome.replace('_', ' ')}",
            file=row.source,
            line=row.line,
        )


def _of_problem(problem: Problem) -> Annotation:
    return Annotation(
        message=_advised(sentence(problem), problem.what_to_do),
        severity=problem.severity,
        title=f"layersync: {problem.severity} in {problem.cell}" if problem.cell else "layersync",
        file=problem.source,
        line=problem.line,
    )


def _advised(message: str, what_to_do: str) -> str:
    return f"{message} → {what_to_do}" if what_to_do else message


def _command(annotation: Annotation, root: str) -> str:
    file = _relative(annotation.file, root)
    told = {
        "file": file,
        "line": str(annotation.line) if file and annotation.line else "",
        "title": annotation.title,
    }
    properties = ",".join(f"{name}={_property(value)}" for name, value in told.items() if value)
    return f"::{annotation.severity} {properties}::{_data(annotation.message)}\n"


def _relative(file: str, root: str) -> str:
    folder = root.rstrip("/") + "/"
    if root and file.startswith(folder):
        return file.removeprefix(folder)
    return "" if file.startswith("/") or "://" in file or file == "-" else file


def _data(text: str) -> str:
    # line ends are visible by now, and so need no escape of their own
    return no_command(show(text, _WIDTH)).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
