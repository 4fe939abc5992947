"""A report as the state file keeps it, so that it can be told again in any format, or by another run."""

import io
import json
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from layersync.errors import SyncError
from layersync.plan.plain import plain, readers
from layersync.values.plan import Plan
from layersync.values.report import JobReport, Report

# The sheet itself is not kept: a `retry.csv` can't be written again.
_OF_REPORT: Final = frozenset({"jobs", "failure"})
_OF_JOB: Final = frozenset({"grid", "plan", "failure"})
_OF_PLAN: Final = frozenset({"rows"})

_json = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode


def kept_text(report: Report) -> str:
    """Writes a report as JSON, without the rows of its plans."""
    jobs = [
        {
            **plain(job, _OF_JOB),
            "plan": None if job.plan is None else plain(job.plan, _OF_PLAN),
            "failure": _failure(job.failure),
        }
        for job in report.jobs
    ]
    return _json({**plain(report, _OF_REPORT), "jobs": jobs, "failure": _failure(report.failure)})


def kept_rows(report: Report) -> Mapping[str, bytes]:
    """Gives the rows of each job's plan (`Plan.rows`) as parquet."""
    return {job.job: _parquet(job.plan.rows) for job in report.jobs if job.plan is not None}


def report_of(text: str, rows: Mapping[str, bytes]) -> Report:
    """Reads a report back. Raises ValueError, TypeError or KeyError for what was not written by `kept_text`."""
    told = json.loads(text)
    return Report(
        **_read(Report, told, _OF_REPORT),
        jobs=tuple(_job(job, rows) for job in told["jobs"]),
        failure=_error(told["failure"]),
    )


def _job(told: Mapping[str, Any], rows: Mapping[str, bytes]) -> JobReport:
    plan = told["plan"]
    if plan is not None:
        frame = pl.read_parquet(io.BytesIO(rows[told["job"]]))
        plan = Plan(**_read(Plan, plan, _OF_PLAN), rows=frame)
    return JobReport(**_read(JobReport, told, _OF_JOB), plan=plan, failure=_error(told["failure"]))


def _read(form: type, told: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    """Reads the fields that are there: one that a later version added has its default."""
    return {name: read(told[name]) for name, read in readers(form, without).items() if name in told}


def _parquet(frame: pl.DataFrame) -> bytes:
    paper = io.BytesIO()
    frame.write_parquet(paper)
    return paper.getvalue()


def _failure(error: SyncError | None) -> Mapping[str, str] | None:
    if error is None:
        return None
    return {"kind": type(error).__name__, "message": error.message, "what_to_do": error.what_to_do}


def _error(told: Mapping[str, str] | None) -> SyncError | None:
    if told is None:
        return None
    kinds = {kind.__name__: kind for kind in SyncError.__subclasses__()}
    return kinds.get(told["kind"], SyncError)(told["message"], told["what_to_do"])
