"""A third resource is one form: sheet, reads, plan and apply are generic over it."""

import random
from pathlib import Path

import pytest

from layersync.api.client import ReadClient
from layersync.api.conditions import Conditions, Tally
from layersync.api.fetch import fetch
from layersync.api.pacer import gates_of
from layersync.api.stop import Stop
from layersync.plan.compose import plan_of
from layersync.resources.field import Effect, Field, Kind, Write
from layersync.resources.ident import IdForm
from layersync.resources.resource import Listing, Resource
from layersync.sheet.reading import read_sheet
from layersync.values.memory import Memory
from layersync.values.rules import SheetRules
from tests.api.server import SimulatedServer
from tests.plan.build import BUDGET, WIDE, an_id
from tests.virtual_time import VirtualClock, run_virtual

BOATS = Resource(
    name="boats",
    noun="boat",
    id_field="boatId",
    id_forms=(IdForm.UUID,),
    key_fields=("boatId", "hull"),
    identity=("boatId",),
    item_path="/v1/boats/{id}",
    listing=Listing(path="/v1/boats", page_limit=50, lookups={"hull": "hull"}),
    fields=(
        Field(name="name", min_length=2, max_length=12, listed=True),
        Field(name="hull", unique=True, listed=True),
        Field(name="rig", kind=Kind.ENUM, choices=("sloop", "ketch"), nullable=True, effects=(Effect("re-rigs"),)),
        Field(name="log", kind=Kind.OBJECT, write=Write.REPLACE, open_keys=True, multiline=True),
    ),
    read_only=("launchedAt",),
)


def boat(number: int, **fields: object) -> dict[str, object]:
    return {
        "boatId": f"boat_{an_id(number)}",
        "name": f"Boat {number}",
        "hull": f"H{number}",
        "rig": None,
        "log": None,
        **fields,
    }


@pytest.mark.parametrize("by", ["boatId", "hull"])
def test_a_made_up_resource_is_read_planned_and_patched(by: str, tmp_path: Path) -> None:
    sheet = tmp_path / "boats.csv"
    keys = [an_id(0), an_id(1), an_id(2)] if by == "boatId" else ["H0", "H1", "H2"]
    cells = [",Swan,ketch,7", ",,<clear>,", ",Boat 2,schooner,"]
    lines = [f"{by},Name,rig,log.miles", *(key + cell for key, cell in zip(keys, cells, strict=True))]
    sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")
    records = [boat(0, log={"miles": 5, "crew": ["Ann"]}), boat(1, rig="sloop"), boat(2)]
    by_path = {
        f"/v1/boats/{prefix}{an_id(number)}": one for number, one in enumerate(records) for prefix in ("", "boat_")
    }
    server = SimulatedServer(by_path, listings={"/v1/boats": records})

    desired = read_sheet(SheetRules(job="fleet", source=str(sheet), key=by), BOATS)

    async def read():
        clock = VirtualClock()
        conditions = Conditions(
            gates=gates_of(BUDGET, clock), clock=clock, stop=Stop(), rng=random.Random(0), tally=Tally(), max_attempts=4
        )
        return await fetch(desired, BOATS, ReadClient(server, conditions), clock, lambda _done, _total: None)

    made = plan_of(desired, run_virtual(read()), Memory(), BOATS, WIDE)

    assert [change.patch for change in made.changes] == [
        {"name": "Swan", "rig": "ketch", "log": {"miles": 7, "crew": ["Ann"]}},
        {"rig": None},
    ]
    assert made.changes[0].side_effects == ("re-rigs",)
    assert made.rows["state"].to_list() == ["change", "change", "invalid"]
    assert made.rows["cell"].to_list() == [None, None, "C4"]
