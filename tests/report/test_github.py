"""Annotations, read by the runner's own rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.errors import InputUnusable, StoppedEarly
from layersync.report.github import annotations, problem_annotations
from layersync.report.results_json import results_json
from layersync.report.runner import no_command
from layersync.report.sentence import sentence
from layersync.report.show import show
from layersync.report.summary_md import summary_md
from layersync.report.terminal import diff_text, head_text, problems_text, quiet_text, stat_text, summary_text
from layersync.values.guards import Guard, Hold
from layersync.values.plan import PlanState
from layersync.values.problem import Problem, Severity
from layersync.values.report import Report
from tests.report.made import change, edit, job, line, plan, report
from tests.report.runner import Command, obeyed
from tests.report.texts import texts

COMMANDS = (
    "::error::x",
    "##[error]x",
    "  ::add-mask::x",
    "a ##[command]rm",
    "::stop-commands::t",
    "\n::debug::x",
    "%0A",
)
hostile = st.lists(texts | st.sampled_from(COMMANDS), min_size=1, max_size=4).map(" ".join)


def wrong(row: int = 6, **told: object) -> Problem:
    given_: dict[str, object] = {
        "message": '"english" is not a language tag',
        "what_to_do": "write en",
        "source": "sheets/projects.csv",
        "row": row,
        "line": row + 2,
        "column": "F",
        "header": "primaryLanguage",
        **told,
    }
    return Problem(**given_)  # type: ignore[arg-type]


def told(made: Report, root: str = "") -> list[Command]:
    return obeyed("".join(annotations(made, root)))


def test_a_problem_stands_on_the_physical_line_of_the_sheet() -> None:
    made = plan([line(6, PlanState.INVALID)], problems=[wrong()])
    assert told(report(job(made))) == [
        Command(
            "error",
            {"file": "sheets/projects.csv", "line": "8", "title": "layersync: error in F6"},
            'F6 primaryLanguage: "english" is not a language tag → write en',
        )
    ]


def test_a_row_without_a_cell_of_its_own_is_told_at_its_line() -> None:
    made = plan([line(6, PlanState.NOT_FOUND, message="no project has this id", what_to_do="check the id")])
    assert told(report(job(made))) == [
        Command(
            "error",
            {"file": "sample_data/projects.csv", "line": "6", "title": "layersync projects: not found"},
            "row 6: no project has this id → check the id",
        )
    ]


def test_failures_and_guards_are_told_too() -> None:
    hold = Hold(guard=Guard.SHRINK, counted=9, limit=2, message="9 rows fewer", override="--allow projects.shrink=9")
    held = job(plan(changes=[change(2, edit("name", "A", "B"))], holds=[hold]))
    broken = job(None, failure=InputUnusable("no header", "add one"), name="broken")
    found = told(report(held, broken, failure=StoppedEarly("outage"), dry_run=False))
    assert [command.data for command in found] == [
        "outage",
        "held by the guard shrink: 9 rows fewer → allow it: --allow projects.shrink=9",
        "no header → add one",
    ]


@pytest.mark.parametrize(
    ("source", "root", "file"),
    [
        ("sheets/projects.csv", "", "sheets/projects.csv"),
        ("/repo/sheets/projects.csv", "/repo", "sheets/projects.csv"),
        ("/repo/sheets/projects.csv", "/repo/", "sheets/projects.csv"),
        ("/repo/a,b:c 100%.csv", "/repo", "a,b:c 100%.csv"),
        ("/elsewhere/projects.csv", "/repo", None),
        ("/repository/projects.csv", "/repo", None),
        ("https://docs.google.com/x", "/repo", None),
        ("-", "/repo", None),
    ],
)
def test_only_a_sheet_of_the_repository_is_named(source: str, root: str, file: str | None) -> None:
    (command,) = obeyed("".join(problem_annotations([wrong(source=source)], root)))
    assert command.properties.get("file") == file
    assert ("line" in command.properties) == (file is not None)


def test_at_most_ten_are_written_errors_first_and_the_last_tells_how_many_more() -> None:
    warnings = [wrong(row, severity=Severity.WARNING) for row in range(2, 6)]
    errors = [wrong(row) for row in range(10, 25)]
    found = obeyed("".join(problem_annotations([*warnings, *errors])))
    assert [command.name for command in found] == ["error"] * 10
    assert found[-1].data == "10 more problems: see results.csv"
    few = obeyed("".join(problem_annotations([*warnings, *errors[:6]])))
    assert [command.name for command in few] == ["error"] * 6 + ["warning"] * 4


@given(message=hostile, header=hostile, value=hostile)
def test_whatever_a_cell_holds_there_is_one_command_with_its_text_unharmed(
    message: str, header: str, value: str
) -> None:
    problem = wrong(message=message, header=header, value=value, what_to_do="")
    output = "".join(problem_annotations([problem]))
    (command,) = obeyed(output)
    assert output.count("\n") == 1
    assert command.properties["line"] == "8"
    assert command.data == no_command(show(sentence(problem), 400))


@given(text=hostile, other=hostile)
def test_no_output_of_a_run_makes_the_runner_obey(text: str, other: str) -> None:
    safe = text.encode(errors="replace").decode()
    hold = Hold(guard=Guard.CLEARS, counted=1, limit=0, message=text, override=other)
    made = plan(
        [line(3, PlanState.INVALID, key=safe, name=safe, message=safe, what_to_do=safe), line(4, PlanState.CONFLICT)],
        [change(2, edit(f"metadata.{text}", text, other, text), edit("name", other, None), name=safe)],
        holds=[hold],
        problems=[wrong(4, message=text, header=other, value=text, what_to_do=other)],
        notices=[wrong(4, message=text, header=other, value=None)],
    )
    run = report(
        job(made), job(None, failure=InputUnusable(text, other), problems=[wrong(message=text)]), organization_name=text
    )
    lines = [
        head_text(run),
        *diff_text(run),
        *problems_text(run),
        *summary_text(run, report_path="reports/x"),
        *stat_text(run),
    ]
    assert obeyed("\n".join(one.plain for one in lines)) == []
    assert obeyed(quiet_text(run, "reports/x")) == []
    assert obeyed(summary_md(run)) == []
    assert obeyed("".join(results_json(run))) == []
