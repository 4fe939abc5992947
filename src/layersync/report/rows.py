"""One value per row of the sheet: plan, outcome, problems and holds of that row together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from layersync.report.since import mark_of
from layersync.report.unsent import holds_on, unsent
from layersync.values.change import Change, Edit
from layersync.values.drift import Drift
from layersync.values.guards import Guard
from layersync.values.outcome import LEFT, Outcome, Word
from layersync.values.plan import Plan, PlanState
from layersync.values.problem import Problem
from layersync.values.refusal import Refusal, Unsettled
from layersync.values.report import JobReport, Report, RunInfo

if TYPE_CHECKING:
    import polars as pl

COLUMNS: Final = (
    "run_id", "job", "source", "tab", "row", "resource", "key", "id", "name", "outcome", "cell", "message",
    "what_to_do", "changed_fields", "before", "after", "side_effects", "drift", "error_code", "http_status",
    "request_id", "attempts", "waited_s", "finished_at",
)  # fmt: skip

_FRAME: Final = ("row", "line", "key", "id", "name", "state", "cell", "message", "what_to_do")


class Row(NamedTuple):
    """How one row of a sheet went: the columns of contract section 8, in that order, and what only JSON shows.

    `before` and `after` are None where the plan changes nothing. `line` is the physical line of the file, `edits` are
    the changed fields one by one, `held_by` the guards that keep them from being sent;
    `problem_since` and `problem_mark` (`since.mark_of`) are None where the row got through;
    `said` and `advised` are message and advice without those of `problems`; `drifts` are the cells behind `drift`.
    """

    run_id: str
    job: str
    source: str
    tab: str | None
    row: int
    resource: str
    key: str | None
    id: str | None
    name: str | None
    outcome: Word
    cell: str
    message: str
    what_to_do: str
    changed_fields: tuple[str, ...]
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    side_effects: tuple[str, ...]
    drift: tuple[Mapping[str, object], ...]
    error_code: str | None
    http_status: int | None
    request_id: str | None
    attempts: int
    waited_s: float
    finished_at: datetime | None
    problems: tuple[Problem, ...]
    problem_since: datetime | None
    problem_mark: str | None
    idempotency_key: str | None
    line: int | None
    edits: tuple[Edit, ...]
    held_by: tuple[Guard, ...]
    said: str
    advised: str
    drifts: tuple[Drift, ...]


def all_rows(report: Report) -> Iterator[Row]:
    """Every row of every job, job by job, in the order of the sheets."""
    for job in report.jobs:
        yield from rows(job, report)


def rows(job: JobReport, report: Report) -> Iterator[Row]:
    """The rows of one job, one at a time; none for a job that came to no plan."""
    if job.plan is not None:
        yield from _rows_of(job, job.plan, job.plan.rows, report)


def notable_rows(job: JobReport, report: Report) -> Iterator[Row]:
    """The rows that a person is told about: all but those left alone without a word."""
    if job.plan is None:
        return
    frame = job.plan.rows
    told = [problem.row for problem in job.plan.problems if problem.row is not None] + list(job.outcomes)
    told += [drift.row for drift in job.plan.drifts]
    loud = (frame["state"] != PlanState.UNCHANGED.value) & (frame["state"] != PlanState.SKIPPED.value)
    yield from _rows_of(job, job.plan, frame.filter(loud | frame["row"].is_in(told) if told else loud), report)


def _rows_of(job: JobReport, plan: Plan, frame: "pl.DataFrame", report: Report) -> Iterator[Row]:
    changes = {change.row: change for change in plan.changes}
    problems = by_row(plan.problems)
    drifts = _drifts_by_row(plan)
    for row, line, key, id_, name, state, cell, message, what_to_do in frame.select(_FRAME).iter_rows():
        outcome = job.outcomes.get(row) or (
            unsent(job, report, row)
            if state == PlanState.CHANGE
            else Outcome(job=job.job, row=row, word=Word(state), message=message or "", what_to_do=what_to_do or "")
        )
        yield _row(
            outcome,
            changes.get(row),
            problems.get(row, ()),
            drifts.get(row, ()),
            run=report.run,
            unsettled=job.unsettled,
            plan=plan,
            line=line,
            key=key,
            id=id_,
            name=name,
            cell=cell,
        )


def by_row(problems: Iterable[Problem]) -> Mapping[int, tuple[Problem, ...]]:
    """The problems that stand at a row, by that row."""
    found: defaultdict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        if problem.row is not None:
            found[problem.row].append(problem)
    return {row: tuple(there) for row, there in found.items()}


def _drifts_by_row(plan: Plan) -> Mapping[int, tuple[Drift, ...]]:
    found: defaultdict[int, list[Drift]] = defaultdict(list)
    for drift in plan.drifts:
        found[drift.row].append(drift)
    return {row: tuple(there) for row, there in found.items()}


def _row(
    outcome: Outcome,
    change: Change | None,
    problems: tuple[Problem, ...],
    drifts: tuple[Drift, ...],
    *,
    run: RunInfo,
    unsettled: Unsettled,
    plan: Plan,
    line: int | None,
    key: str | None,
    id: str | None,
    name: str | None,
    cell: str | None,
) -> Row:
    after = (change.patch if outcome.patch is None else outcome.patch) if change else None
    refusal = plan.quarantined.get(outcome.row)
    error_code = refusal.error_code if refusal else outcome.error_code
    body = refusal.patch if refusal else after
    mark = mark_of(key, outcome.word, error_code, body, problems) if outcome.word in LEFT else None
    return Row(
        run_id=run.run_id,
        job=plan.job,
        source=plan.source,
        tab=plan.tab,
        row=outcome.row,
        resource=plan.resource,
        key=key,
        id=id,
        name=name,
        outcome=outcome.word,
        cell=cell or next((problem.cell for problem in problems), ""),
        message=_message(outcome.message, problems),
        what_to_do=_together(outcome.what_to_do, (problem.what_to_do for problem in problems))
        if problems
        else outcome.what_to_do,
        changed_fields=tuple(edit.path for edit in change.edits) if change else (),
        before=change.base if change else None,
        after=after,
        side_effects=change.side_effects if change else (),
        drift=tuple({"field": one.field, "last_agreed": one.last_agreed, "live": one.live} for one in drifts),
        error_code=error_code,
        http_status=outcome.http_status,
        request_id=outcome.request_id,
        attempts=outcome.attempts,
        waited_s=outcome.waited_s,
        finished_at=outcome.finished_at,
        problems=problems,
        problem_since=_since(mark, refusal, run, unsettled),
        problem_mark=mark,
        idempotency_key=outcome.idempotency_key,
        line=line,
        edits=change.edits if change else (),
        held_by=tuple(hold.guard for hold in holds_on(plan, outcome.row)) if change else (),
        said=outcome.message,
        advised=outcome.what_to_do,
        drifts=drifts,
    )


def _since(mark: str | None, refusal: Refusal | None, run: RunInfo, unsettled: Unsettled) -> datetime | None:
    if mark is None:
        return None
    return unsettled.problems.get(mark, refusal.since if refusal else run.started_at)


def _message(first: str, problems: Sequence[Problem]) -> str:
    if not problems:
        return first
    if len(problems) == 1:
        return _together(first, (problem.message for problem in problems))
    known = any(problem.message == first for problem in problems)
    return _together("" if known else first, (f"{problem.cell}: {problem.message}" for problem in problems))


def _together(first: str, more: Iterable[str]) -> str:
    """Joins what is to be said, each thing once."""
    return "; ".join(dict.fromkeys(text for text in (first, *more) if text))
