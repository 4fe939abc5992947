"""`results.json`: everything, exactly, for programs; its shape is that of results.schema.json."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Final

from layersync.report.counts import counts, job_counts
from layersync.report.exit_code import job_exit_code
from layersync.report.explained_object import explained_object
from layersync.report.instant import instant
from layersync.report.reads import since
from layersync.report.rows import COLUMNS, Row, all_rows
from layersync.report.run_object import run_object
from layersync.values.guards import Hold
from layersync.values.problem import Problem
from layersync.values.reads import Reads
from layersync.values.report import JobReport, Report

SCHEMA_NUMBER: Final = 1


def results_json(report: Report, *, detailed: bool = False) -> Iterator[str]:
    """The report as JSON in ASCII, piece by piece, one row a line; `detailed` is `--detailed-exitcode`."""
    yield f'{{"schema": {SCHEMA_NUMBER},\n'
    yield f'"run": {_dump(run_object(report, detailed=detailed))},\n'
    yield f'"counts": {_dump(counts(report))},\n'
    yield f'"requests": {_dump({name: asdict(count) for name, count in report.requests.items()})},\n'
    yield f'"jobs": {_dump([_job(job, report, detailed=detailed) for job in report.jobs])},\n'
    explained = [explained_object(row, job.job) for job in report.jobs if job.plan for row in job.plan.explained]
    if explained:
        yield f'"explained": {_dump(explained)},\n'
    yield '"rows": ['
    yield from _separated(_dump(_row(row)) for row in all_rows(report))
    yield "]}\n"


def results_schema() -> Mapping[str, object]:
    """The JSON Schema of `results.json`, as it is in the package."""
    schema: Mapping[str, object] = json.loads(files("layersync.report").joinpath("results.schema.json").read_bytes())
    return schema


def problem_object(problem: Problem) -> dict[str, object]:
    """One problem as JSON: the contract's names, then the place in more detail."""
    return {
        "cell": problem.cell,
        "column": problem.header,
        "value": problem.value,
        "message": problem.message,
        "what_to_do": problem.what_to_do,
        "severity": problem.severity,
        "letter": problem.column,
        "row": problem.row,
        "line": problem.line,
        "source": problem.source,
        "tab": problem.tab,
    }


def _row(row: Row) -> dict[str, object]:
    return dict(zip(COLUMNS, row, strict=False)) | {
        "finished_at": instant(row.finished_at) if row.finished_at else None,
        "problems": [problem_object(problem) for problem in row.problems],
        "problem_since": instant(row.problem_since) if row.problem_since else None,
        "idempotency_key": row.idempotency_key,
    }


def _job(job: JobReport, report: Report, *, detailed: bool) -> dict[str, object]:
    plan = job.plan
    # the problems of a job with a plan stand at its rows
    problems = job.problems if plan is None else tuple(p for p in plan.problems if p.row is None)
    return {
        "job": job.job,
        "resource": job.resource,
        "source": job.source,
        "exit_code": job_exit_code(job, report, detailed=detailed),
        "message": job.failure.message if job.failure else "",
        "what_to_do": job.failure.what_to_do if job.failure else "",
        "counts": job_counts(job, report),
        "problems": [problem_object(problem) for problem in problems],
        "notices": [problem_object(problem) for problem in (plan.notices if plan else ())],
        "holds": [_hold(hold) for hold in (plan.holds if plan else ())],
        "price": asdict(plan.price) if plan and plan.price else None,
        "reads": _reads(plan.reads) if plan and plan.reads else None,
    }


def _reads(reads: Reads) -> dict[str, object]:
    oldest = since(reads)
    return {
        "way": reads.way,
        "requests": reads.requests,
        "pages": reads.pages,
        "records": reads.records,
        "lookups": reads.lookups,
        "one_by_one": reads.one_by_one,
        "remembered": reads.remembered,
        "remembered_since": None if oldest is None else instant(oldest),
        "fallback": reads.told,
    }


def _hold(hold: Hold) -> dict[str, object]:
    return {
        "guard": hold.guard,
        "counted": hold.counted,
        "limit": hold.limit,
        "message": hold.message,
        "override": hold.override,
        "rows": None if hold.rows is None else sorted(hold.rows),
    }


def _separated(pieces: Iterable[str]) -> Iterator[str]:
    for number, piece in enumerate(pieces):
        yield f",\n{piece}" if number else f"\n{piece}"


def _dump(value: object) -> str:
    # "##[" is a command wherever a CI runner reads it (reliability, F3); in JSON it stands in texts only
    return _encode(value).replace("##[", "#\\u0023[")


def _mapping(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, default=_mapping).encode
