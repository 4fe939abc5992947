"""Half a character in a live value, which no file can hold, is told as an escape, in whatever message it comes up."""

import pytest

from layersync.values.desired import Role
from layersync.values.drift import DriftRules, OnDrift
from layersync.values.memory import Memory
from layersync.values.plan import Plan
from tests.plan.build import PROJECTS, an_id, desired, plan, project, reading
from tests.plan.test_drift import ledger
from tests.plan.test_reverse import reverse, sent

HALF = "\ud83c"


def planned(row: dict[str, object], agreed: object = None, **roles: Role) -> Plan:
    sheet = desired(PROJECTS, [{"id": an_id(1), **row}], roles=roles)
    memory = Memory(ledger=None if agreed is None else ledger({"id": an_id(1), "tagline": agreed}))
    live = reading(PROJECTS, [project(1, tagline=HALF)])
    return plan(sheet, live, PROJECTS, memory=memory, on_drift=DriftRules(OnDrift.HOLD))


MADE = {
    "compared only": lambda: planned({"tagline": "x"}, tagline=Role.EXPECTED),
    "drifted": lambda: planned({"tagline": "x"}, "a"),
    "emptied": lambda: planned({"tagline": None}, "a"),
    "undone": lambda: reverse([sent(0, {"tagline": "ours"}, {"tagline": "before"})], [project(0, tagline=HALF)]),
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_it_is_told_as_an_escape(made) -> None:
    made = made()
    told = [*made.rows["message"].drop_nulls(), *(one.message for one in made.problems)]
    assert told
    assert all("\\ud83c" in message and message.isascii() for message in told)
