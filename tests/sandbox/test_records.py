"""The records a sandbox starts with: the seed, and generated ones."""

import json
import uuid
from collections.abc import Mapping
from importlib import resources
from typing import Any

import pytest

from layersync.sandbox import influencers, projects, shapes
from layersync.sandbox.generate import generate
from layersync.sandbox.generations import GENERATIONS, Generation
from layersync.sandbox.ids import influencer_id, project_id
from layersync.sandbox.validation import Check, check_body
from tests.sandbox.server import running_sandbox

SEED: dict[str, Any] = json.loads(resources.files("layersync.sandbox").joinpath("seed.json").read_text())
OWN = SEED["organizations"][0]["id"]


def refuse_bad(record: dict[str, Any], checks: Mapping[str, Check]) -> None:
    check_body({name: record[name] for name in checks if record[name] is not None}, checks)


@pytest.mark.parametrize("generation", GENERATIONS.values(), ids=GENERATIONS)
@pytest.mark.parametrize("source", [SEED, generate(50, 120, OWN)], ids=["seed", "generated"])
def test_all_values_keep_the_rules_of_their_fields(source: dict[str, Any], generation: Generation) -> None:
    for record in source["projects"]:
        refuse_bad(record, projects.checks(generation))
    for record in source["influencers"]:
        refuse_bad(shapes.influencer(record, generation), influencers.checks(generation))


@pytest.mark.parametrize("source", [SEED, generate(50, 120, OWN)], ids=["seed", "generated"])
def test_ids_are_proper_and_names_differ(source: dict[str, Any]) -> None:
    ids = [record["id"] for record in source["projects"]]
    assert [project_id(text) for text in ids] == ids
    assert all(uuid.UUID(text).version == 4 for text in ids)
    assert all(influencer_id(record["influencerId"]) for record in source["influencers"])
    assert {project_id(record["projectId"]) for record in source["influencers"]} <= set(ids)
    for resource, key in (("projects", "id"), ("influencers", "influencerId")):
        for unique in (key, "name"):
            values = [record[unique] for record in source[resource]]
            assert len(set(values)) == len(values)


def test_the_seed_is_what_sheets_are_written_against() -> None:
    own = [record for record in SEED["projects"] if record["organizationId"] == OWN]
    assert (len(own), len(SEED["projects"]), len(SEED["influencers"])) == (24, 26, 17)
    assert sum(record["status"] == "archived" for record in own) == 3
    assert own[0]["id"] == "9cb958b5-11b5-4e30-8675-5d075d52da7c"


def test_generated_records_are_the_same_on_every_run_and_at_every_size() -> None:
    small, large = generate(3, 0, OWN), generate(30, 7, OWN)
    assert large["projects"][:3] == small["projects"]
    assert generate(30, 7, OWN) == large


def test_generated_records_stand_behind_the_seed() -> None:
    with running_sandbox("--records", "300", "--influencers", "900", "--tier", "pilot") as sandbox:
        records = sandbox.state()["records"]
        with sandbox.client() as client:
            first = client.get("/v1/projects", params={"limit": 25}).json()["items"]
            listing = f"/v1/projects/{first[-1]['id']}/influencers"
            assert len(client.get(listing).json()["items"]) == 3
    assert (len(records["projects"]), len(records["influencers"])) == (326, 917)
    assert first[0]["name"] == "Acme Coffee iOS"
    assert first[-1]["name"] == "Generated Brand 000300"
