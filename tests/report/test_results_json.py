"""`results.json`: exact, complete, and as its schema says."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.errors import InputUnusable, StoppedEarly
from layersync.report.exit_code import exit_code
from layersync.report.results_csv import results_csv
from layersync.report.results_json import results_json, results_schema
from layersync.values.guards import Guard, Hold
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import PlanState, Price
from layersync.values.problem import Problem, Severity
from layersync.values.reads import Reads
from layersync.values.report import Report
from tests.report.made import ID, RUN, change, edit, job, line, plan, report
from tests.report.texts import texts, values

ZONE = edit("timezone", "America/New_York", "America/Chicago")
HOLD = Hold(
    guard=Guard.ARCHIVE, counted=1, limit=0, message="one", override="--allow projects.archive=1", rows=frozenset({4})
)
WRONG = Problem(
    message="no language tag",
    what_to_do="write en",
    source="sample_data/projects.csv",
    row=6,
    line=7,
    column="F",
    header="primaryLanguage",
    value="english\x1b",
)


def read(made: Report, **options: bool) -> Any:
    return json.loads("".join(results_json(made, **options)))


def full() -> Report:
    """A real run with something of everything."""
    sent = Outcome(
        job="projects",
        row=2,
        word=Word.CHANGED,
        http_status=200,
        request_id="req_1",
        attempts=1,
        waited_s=0.25,
        idempotency_key="k-1",
        finished_at=RUN.finished_at,
    )
    made = plan(
        [line(6, PlanState.INVALID, cell="F6", message="no language tag", what_to_do="write en")],
        [change(2, ZONE, side_effects=("next tick",)), change(4, edit("status", "active", "archived"))],
        holds=[HOLD],
        problems=[WRONG],
        notices=[Problem(message="Notes is left out", severity=Severity.NOTICE, column="K")],
        price=Price(writes=1, seconds=0.0, writes_left_today=9000, carried_over=0),
        reads=Reads(pages=10, records=3, remembered=1997, remembered_since=1_795_221_063.5, one_by_one=2000),
    )
    broken = job(None, failure=InputUnusable("cannot be used", "correct it"), problems=[WRONG], name="broken")
    return report(job(made, [sent]), broken, dry_run=False)


def test_the_report_has_the_parts_of_the_contract() -> None:
    told = read(full())
    assert list(told) == ["schema", "run", "counts", "requests", "jobs", "rows"]
    assert told["schema"] == 1
    assert told["counts"] == dict.fromkeys(Word, 0) | {"changed": 1, "held": 1, "invalid": 1}
    assert told["requests"] == {
        "read-light": {"sent": 22, "throttled": 0, "retried": 0},
        "write-light": {"sent": 20, "throttled": 1, "retried": 2},
    }


def test_the_run_is_told_with_the_code_it_ended_with() -> None:
    told = read(full())["run"]
    assert told == {
        "run_id": "20261121T020003Z-7f3a",
        "command": "sync",
        "dry_run": False,
        "started_at": "2026-11-21T02:00:03.000Z",
        "finished_at": "2026-11-21T02:00:21.500Z",
        "exit_code": 4,
        "base_url": "http://127.0.0.1:8765",
        "organization_id": "org_2481fa5c-a404-44ed-a561-565392499abc",
        "organization_name": "Acme Growth",
        "tier": "standard",
        "tool_version": "0.1.0",
        "host": "ops-1",
        "user": "maria",
        "trigger": {"kind": "terminal", "actor": "maria", "commit": None, "url": None},
        "config_sha256": "c" * 64,
        "sources": [
            {"job": "projects", "path": "sample_data/projects.csv", "sha256": "a" * 64, "rows": 3},
            {"job": "broken", "path": "sample_data/projects.csv", "sha256": "a" * 64, "rows": 0},
        ],
        "plan_digest": "d" * 64,
        "resumed_from": None,
        "rebuilt_by": None,
        "message": "",
        "what_to_do": "",
    }


@pytest.mark.parametrize("detailed", [True, False])
def test_the_code_of_the_run_is_the_code_of_the_program(detailed: bool) -> None:
    made = report(job(plan(changes=[change(2, ZONE)])))
    assert read(made, detailed=detailed)["run"]["exit_code"] == exit_code(made, detailed=detailed)


def test_a_row_has_the_names_of_the_csv_then_what_only_json_holds() -> None:
    header = next(results_csv(full())).strip().split(",")
    for row in read(full())["rows"]:
        assert list(row) == [*header, "problems", "problem_since", "idempotency_key"]


def test_a_changed_row_is_told_with_numbers_and_objects() -> None:
    row = read(full())["rows"][0]
    assert (row["row"], row["key"], row["outcome"], row["changed_fields"]) == (2, ID, "changed", ["timezone"])
    assert (row["before"], row["after"]) == ({"timezone": "America/New_York"}, {"timezone": "America/Chicago"})
    assert (row["http_status"], row["attempts"], row["waited_s"]) == (200, 1, 0.25)
    assert (row["side_effects"], row["drift"], row["idempotency_key"]) == (["next tick"], [], "k-1")
    assert row["finished_at"] == "2026-11-21T02:00:21.500Z"


def test_a_problem_is_told_with_its_exact_value_and_place() -> None:
    row = read(full())["rows"][2]
    assert row["problems"] == [
        {
            "cell": "F6",
            "column": "primaryLanguage",
            "value": "english\x1b",
            "message": "no language tag",
            "what_to_do": "write en",
            "severity": "error",
            "letter": "F",
            "row": 6,
            "line": 7,
            "source": "sample_data/projects.csv",
            "tab": None,
        }
    ]
    assert (row["before"], row["after"]) == (None, None)


def test_a_job_that_came_to_no_plan_tells_why_and_every_problem() -> None:
    told = read(full())["jobs"][1]
    assert (told["job"], told["exit_code"], told["message"], told["what_to_do"]) == (
        *("broken", 4),
        *("cannot be used", "correct it"),
    )
    assert [problem["cell"] for problem in told["problems"]] == ["F6"]
    assert told["price"] is None


def test_a_job_tells_its_guards_notices_price_and_reads() -> None:
    told = read(full())["jobs"][0]
    assert told["exit_code"] == 5
    assert told["holds"] == [
        {
            "guard": "archive",
            "counted": 1,
            "limit": 0,
            "message": "one",
            "override": "--allow projects.archive=1",
            "rows": [4],
        }
    ]
    assert [notice["message"] for notice in told["notices"]] == ["Notes is left out"]
    assert told["price"]["writes_left_today"] == 9000
    assert told["reads"] == {
        "way": "mix",
        "requests": 13,
        "pages": 10,
        "records": 3,
        "lookups": 0,
        "one_by_one": 2000,
        "remembered": 1997,
        "remembered_since": "2026-11-21T00:31:03.500Z",
        "fallback": "",
    }


def test_what_ended_the_run_is_told() -> None:
    told = read(report(failure=StoppedEarly("the API is down", "run it again")))["run"]
    assert (told["exit_code"], told["message"], told["what_to_do"]) == (8, "the API is down", "run it again")


@pytest.mark.parametrize(
    "made",
    [full(), report(), report(job(None)), report(job(plan(changes=[change(2, ZONE)])))],
    ids=["full", "no job", "no plan", "dry run"],
)
def test_a_report_is_as_its_schema_says(made: Report) -> None:
    jsonschema.Draft202012Validator.check_schema(results_schema())
    jsonschema.validate(read(made), results_schema())


@pytest.mark.parametrize("part", ["run", "counts", "requests", "rows"])
def test_the_schema_misses_what_is_missing(part: str) -> None:
    told = read(full())
    del told[part]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, results_schema())


@given(value=texts, message=texts, before=values, after=values)
def test_any_value_comes_back_exactly_from_ascii_and_one_line_a_row(
    value: str, message: str, before: object, after: object
) -> None:
    made = plan(
        [line(3, PlanState.INVALID)],
        [change(2, edit("metadata", before, after))],
        problems=[Problem(message=message, row=3, value=value)],
    )
    text = "".join(results_json(report(job(made))))
    assert text.isascii()
    first, second = text.split('"rows": [\n')[1].splitlines()
    assert json.loads(first.removesuffix(","))["before"] == {"metadata": before}
    told = json.loads(text)["rows"]
    assert told[0]["after"] == {"metadata": after}
    assert (told[1]["problems"][0]["value"], told[1]["message"]) == (value, message)
    assert second.endswith("]}")


@given(st.integers(0, 4))
def test_rows_are_handed_on_one_by_one(count: int) -> None:
    made = report(job(plan([line(row, PlanState.UNCHANGED) for row in range(2, 2 + count)])))
    assert sum('"outcome"' in piece for piece in results_json(made)) == count
