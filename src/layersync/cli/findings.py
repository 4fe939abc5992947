"""What `check` found, and how it is printed."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from rich.text import Text

from layersync.errors import InputUnusable
from layersync.report.results_json import problem_object
from layersync.report.sentence import tells_all
from layersync.report.show import show
from layersync.report.terminal.block import cell_lines, told_lines
from layersync.settings.address import SANDBOX
from layersync.values.problem import Problem, Severity

BAD_CELLS = 3
QUIET_LINES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What the check of one job found.

    `failure` is why its sheet cannot be used at all; `skipped` says that it was not read, since it is elsewhere.
    `missing_keys` and `missing_fields` are as in `Desired`, None where the sheet could not be read.
    """

    job: str
    resource: str
    source: str
    rows: int = 0
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()
    failure: InputUnusable | None = None
    skipped: bool = False
    missing_keys: tuple[str, ...] | None = None
    missing_fields: Mapping[str, str] | None = None

    @property
    def bad_rows(self) -> int:
        """Rows with at least one error."""
        return len({problem.row for problem in self.problems if problem.severity is Severity.ERROR})

    @property
    def exit_code(self) -> int:
        """4 for a sheet that can't be used, 3 for bad cells, else 0."""
        if self.failure:
            return self.failure.exit_code
        return BAD_CELLS if self.bad_rows else 0


def target_label(base_url: str, organization: str | None) -> str:
    """The target as the settings name it, where the API was not asked, or did not answer."""
    label = "SANDBOX" if base_url == SANDBOX else show(base_url, 200)
    return f"{label} · {show(organization)}" if organization else label


def target_line(base_url: str, organization: str | None) -> Text:
    """Names the target, as the first line of every output does; of the organisation what the settings say."""
    target = target_label(base_url, organization)
    return Text(target, style="bold").append(" · check, offline: nothing is asked or sent", style="dim")


def findings_text(checks: Iterable[Check], width: int) -> Iterator[Text]:
    """Every problem, job by job, each with its cell, what is wrong and what to do."""
    for check in checks:
        yield Text(f"{show(check.job)}  {show(check.source, 200)}", style="bold")
        for notice in check.notices:
            yield from cell_lines(notice, width)
        if not tells_all(check.failure, check.problems):
            for problem in check.problems:
                yield from cell_lines(problem, width)
        if check.failure:
            yield from told_lines(check.failure.message, check.failure.what_to_do, width)
        yield Text(_verdict(check), style="red" if check.exit_code else "green")


def findings_json(checks: Iterable[Check], base_url: str, exit_code: int) -> Iterator[str]:
    """The same for programs: `{"schema": 1, "base_url": ..., "exit_code": n, "jobs": [...]}`."""
    jobs = [_job_object(check) for check in checks]
    told = {"schema": 1, "base_url": base_url, "exit_code": exit_code, "jobs": jobs}
    yield json.dumps(told, indent=1) + "\n"


def findings_quiet(checks: Sequence[Check]) -> Iterator[str]:
    """At most ten lines: the verdicts first, then problems for as long as there is room."""
    verdicts = (f"{check.job}: {_verdict(check)}" for check in checks if check.exit_code)
    problems = (f"{check.job} {one.place}: {one.message}" for check in checks for one in check.problems)
    return (f"{show(line, 160)}\n" for line in islice(chain(verdicts, problems), QUIET_LINES))


def _verdict(check: Check) -> str:
    if check.skipped:
        return "Skipped: it is not on this machine."
    if check.failure:
        return "This sheet cannot be used."
    rows = f"{check.rows:,} row{'s' * (check.rows != 1)}"
    return f"{rows}, {check.bad_rows:,} invalid." if check.bad_rows else f"{rows}, all right."


def _job_object(check: Check) -> dict[str, object]:
    return {
        "job": check.job,
        "resource": check.resource,
        "source": check.source,
        "exit_code": check.exit_code,
        "skipped": check.skipped,
        "rows": check.rows,
        "bad_rows": check.bad_rows,
        "message": check.failure.message if check.failure else "",
        "what_to_do": check.failure.what_to_do if check.failure else "",
        "problems": [problem_object(problem) for problem in check.problems],
        "notices": [problem_object(problem) for problem in check.notices],
    }
