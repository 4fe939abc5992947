"""What the generations of the API ask of us beside everything that holds for all of them."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from layersync.sandbox.generations import GENERATIONS, SEED, A, B, Generation
from layersync.values.outcome import Word
from layersync.values.report import Report
from tests.end_to_end.in_process import ORGANIZATION, InProcess, run_corridor
from tests.plan.build import an_id, influencer, project

Row = Mapping[str, str]
STAMP = "2026-04-01T00:00:00Z"
PARENT = {**project(0), "organizationId": ORGANIZATION, "createdAt": STAMP, "updatedAt": STAMP}
EVERY = pytest.mark.parametrize("generation", GENERATIONS.values(), ids=GENERATIONS)


def person(number: int, **fields: object) -> dict[str, object]:
    stored = {"projectId": an_id(0), "referenceImages": [], "status": "ready", "createdAt": STAMP, "updatedAt": STAMP}
    persona = {name: value for name, value in influencer(number).items() if name not in {"brandVoice", "language"}}
    return {**persona, **stored, "gender": "female", **fields}


def people(generation: Generation, count: int = 4, **fields: object) -> InProcess:
    """A project with so many influencers that listing them is cheaper than asking for each."""
    stored = [person(number, **fields) for number in range(1, count + 1)]
    return InProcess({"projects": [PARENT], "influencers": stored}, generation=generation)


def synced(server: InProcess, folder: Path, rows: Sequence[Row], resource: str, run_id: str = "run-1") -> Report:
    with (folder / "sheet.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    key = "id" if resource == "projects" else "influencerId"
    return run_corridor(server, folder, resource, key, run_id)


def words(report: Report) -> list[str]:
    """How each row went."""
    job = report.jobs[0]
    assert job.plan is not None, job.failure
    states = dict(job.plan.rows.select("row", "state").iter_rows())
    return [job.outcomes[row].word.value if row in job.outcomes else states[row] for row in sorted(states)]


def sent(server: InProcess, method: str) -> list[str]:
    return [request.path for request in server.sent if request.method == method]


def listed_people(count: int = 4, **cells: str) -> list[Row]:
    return [{"influencerId": an_id(n), "projectId": an_id(0), **cells} for n in range(1, count + 1)]


@EVERY
def test_a_choice_is_written_as_the_generation_has_it_though_only_a_list_was_read(
    generation: Generation, tmp_path: Path
) -> None:
    server = people(generation)
    report = synced(server, tmp_path, listed_people(gender="nonbinary"), "influencers")
    assert words(report) == [Word.CHANGED] * 4
    assert set(server.statuses) == {200}
    written = "non_binary" if generation is B else "nonbinary"
    assert {record["gender"] for record in server.records.influencers.values()} == {written}
    again = synced(server, tmp_path, listed_people(gender="nonbinary"), "influencers", "run-2")
    assert words(again) == ["unchanged"] * 4


def test_one_full_record_tells_the_generation_of_all_that_are_listed(tmp_path: Path) -> None:
    server = people(B)
    synced(server, tmp_path, listed_people(gender="nonbinary"), "influencers")
    assert sent(server, "GET")[1:] == [f"/v1/projects/{an_id(0)}/influencers", f"/v1/influencers/inf_{an_id(1)}"]


def test_where_nothing_differs_no_record_is_read_to_tell_the_generation(tmp_path: Path) -> None:
    server = people(B)
    assert words(synced(server, tmp_path, listed_people(gender="female"), "influencers")) == ["unchanged"] * 4
    assert sent(server, "GET")[1:] == [f"/v1/projects/{an_id(0)}/influencers"]


@pytest.mark.parametrize("cell", ["unspecified", "<clear>"])
def test_what_the_newer_generation_does_not_take_is_invalid_before_sending(cell: str, tmp_path: Path) -> None:
    server = people(B)
    assert words(synced(server, tmp_path, listed_people(gender=cell), "influencers")) == ["invalid"] * 4
    assert sent(server, "PATCH") == []


@EVERY
def test_a_value_that_a_list_leaves_out_because_it_is_null_can_be_set(generation: Generation, tmp_path: Path) -> None:
    stored = [{**PARENT, "id": an_id(n), "customerExternalId": None, "name": f"Name {n}"} for n in range(5)]
    server = InProcess({"projects": stored}, generation=generation)
    rows = [{"id": an_id(n), "customerExternalId": f"new-{n}" if n < 2 else "", "name": f"Name {n}"} for n in range(5)]
    assert words(synced(server, tmp_path, rows, "projects")) == [Word.CHANGED] * 2 + ["unchanged"] * 3
    records = [path for path in sent(server, "GET") if path.startswith("/v1/projects/")]
    assert len(records) == (2 if generation is A else 0), "only those of which the list did not show enough"


def test_a_field_of_the_other_generation_holds_its_row_alone(tmp_path: Path) -> None:
    for generation, shown, hidden in ((B, "brandVoice", "vibe"), (SEED, "vibe", "brandVoice")):
        folder = tmp_path / shown
        folder.mkdir()
        server = people(generation, 2)
        value = {"vibe": "calm", "brandVoice": "witty"}
        rows = [
            {"influencerId": an_id(1), shown: value[shown], hidden: ""},
            {"influencerId": an_id(2), shown: value[shown], hidden: value[hidden]},
        ]
        assert words(synced(server, folder, rows, "influencers")) == [Word.CHANGED, "held"]
        assert server.records.influencers[an_id(2)].get(hidden) == person(2).get(hidden)


@EVERY
def test_a_refused_value_names_field_and_reason_whatever_the_refusal_looks_like(
    generation: Generation, tmp_path: Path
) -> None:
    stored = [{**PARENT, "id": an_id(n), "customerExternalId": f"c{n}"} for n in range(2)]
    server = InProcess({"projects": stored}, generation=replace(generation, project_name=(3, 10)))
    rows = [{"id": an_id(0), "name": "Longer than the API likes"}, {"id": an_id(1), "name": "Short"}]
    report = synced(server, tmp_path, rows, "projects")
    assert words(report) == [Word.REFUSED, Word.CHANGED]
    refused = report.jobs[0].outcomes[2]
    assert (refused.error_code, refused.http_status) == ("VALIDATION", generation.validation_status)
    assert "name: String must contain at most 10 character(s)" in refused.message
