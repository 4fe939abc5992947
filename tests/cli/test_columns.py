"""`columns`: every column that a sheet may have, and an empty sheet to start from."""

import csv
import json
from pathlib import Path

import pytest

from layersync.resources import RESOURCES
from tests.cli.conftest import Run


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_field_is_told_with_type_limits_nullability_and_notes(resource: str, run: Run) -> None:
    ended = run("columns", resource, "--format", "json")
    told = {column["path"]: column for column in json.loads(ended.out)["columns"]}
    form = RESOURCES[resource]
    assert ended.code == 0
    assert {*form.identity, *form.id_names} <= set(told)
    for field in form.fields:
        column = told[field.name]
        assert column["nullable"] is field.nullable
        assert all(choice in column["limits"] for choice in field.choices)
        assert all(effect.note in " ".join(column["notes"]) for effect in field.effects)
        assert {f"{field.name}.{key.name}" for key in field.keys} <= set(told)


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_table_for_people_cuts_nothing(resource: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ended = run("columns", resource)
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "…" not in ended.out
    assert all(field.name in ended.out for field in RESOURCES[resource].fields)


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_template_is_a_sheet_that_layersync_reads(resource: str, run: Run, folder: Path) -> None:
    assert run("columns", resource, "--template", "new.csv").code == 0
    with (folder / "new.csv").open(newline="") as sheet:
        (header,) = csv.reader(sheet)
    ids = {"projects": "9cb958b5-11b5-4e30-8675-5d075d52da7c", "influencers": "inf_01HXZ9K4T7QW3M8N5B2V6C0DRE"}
    with (folder / "new.csv").open("a") as sheet:
        sheet.write(ids[resource] + "," * (len(header) - 1) + "\n")
    checked = run("check", resource, "--source", f"{resource}=new.csv")
    assert checked.code == 0, checked.out


def test_a_template_never_replaces_a_file(run: Run, folder: Path) -> None:
    before = (folder / "projects.csv").read_bytes()
    assert run("columns", "projects", "--template", "projects.csv").code == 64
    assert (folder / "projects.csv").read_bytes() == before


def test_a_key_of_ones_own_is_told_as_the_text_that_it_is_sent_as(run: Run) -> None:
    told = {one["path"]: one for one in json.loads(run("columns", "projects", "--format", "json").out)["columns"]}
    assert told["metadata.KEY"]["type"] == "text"
    assert "a number or true/false where the live value is one" in told["metadata.KEY"]["notes"]
    told = {one["path"]: one for one in json.loads(run("columns", "influencers", "--format", "json").out)["columns"]}
    assert (told["personality.KEY"]["type"], len(told["personality.KEY"]["notes"])) == ("text", 1)
