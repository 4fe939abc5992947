"""Python looks at the rows that differ, and at no other: however many there are, and however their JSON is spelled."""

import json

import pytest

from layersync.plan.diff import candidates, matched_rows
from layersync.plan.excerpt import Cut
from layersync.plan.live import Shelf
from layersync.values.cell import CLEAR
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, project, reading

ROWS = 1_000
SPELLINGS = {
    "as we spell it": lambda value: json.dumps(value, sort_keys=True, separators=(",", ":")),
    "with spaces": lambda value: json.dumps(value, indent=1),
    "in another order, with its accents": lambda value: json.dumps(dict(reversed(value.items())), ensure_ascii=False),
    "with every character escaped": lambda value: json.dumps(value).replace("crm", "\\u0063rm"),
}


def metadata(number: int) -> dict[str, object]:
    return {"crm": f"C-{number}", "score": number, "note": "für später", "tags": ["b", "a"]}


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
def test_only_rows_that_differ_are_looked_at_one_by_one(spelled) -> None:
    changed = set(range(0, ROWS, 50))
    rows = [
        {"id": an_id(n), "tagline": f"t{n}", "appName": None if n % 3 else f"App {n}", "metadata": metadata(n)}
        for n in range(ROWS)
    ]
    sheet = desired(PROJECTS, rows)
    shelf = Shelf(Cut(sheet.columns, PROJECTS, "id"), [an_id(n) for n in range(ROWS)])
    for n in reversed(range(ROWS)):
        held = metadata(-n) if n in changed else metadata(n)
        plain = json.dumps({"id": f"prj_{an_id(n)}", "tagline": f"t{n}", "appName": f"App {n}"})
        excerpt = shelf.cut.record(f'{plain[:-1]}, "metadata": {spelled(held)}}}'.encode())
        shelf.put([n], [excerpt], 0.0)
    live = shelf.live()
    matched = matched_rows(sheet, live)
    differing = candidates(matched, sheet, live, PROJECTS)
    assert matched["_index"].to_list() == list(range(ROWS))
    assert set(differing["_index"].to_list()) == changed - {0}  # minus nought is nought


def test_values_that_only_look_equal_are_looked_at() -> None:
    wanted = [{"a": 1}, {"a": True}, {"a": "1"}, {"a": None}, {"a": [1, 2]}, {"partner": 1}, {"a": "cafe\u0301"}]
    held = [{"a": True}, {"a": 1}, {"a": 1}, {}, {"a": [2, 1]}, {"partner": 2}, {"a": "caf\u00e9"}]
    sheet = desired(PROJECTS, [{"id": an_id(n), "metadata": value} for n, value in enumerate(wanted)])
    live = reading(PROJECTS, [project(n, metadata=value) for n, value in enumerate(held)]).live(sheet, PROJECTS)
    assert candidates(matched_rows(sheet, live), sheet, live, PROJECTS)["_index"].to_list() == [0, 1, 2, 3, 4, 5]


def test_what_the_api_keeps_of_an_object_is_no_difference() -> None:
    sheet = desired(PROJECTS, [{"id": an_id(0), "metadata": {"a": 1}}])
    live = reading(PROJECTS, [project(0, metadata={"partner": "x", "a": 1})]).live(sheet, PROJECTS)
    assert candidates(matched_rows(sheet, live), sheet, live, PROJECTS).is_empty()
    sheet = desired(INFLUENCERS, [{"influencerId": an_id(0), "personality": {"tone": "dry"}}])
    live = reading(INFLUENCERS, [influencer(0, personality={"tone": "dry", "humor": "some"})]).live(sheet, INFLUENCERS)
    assert candidates(matched_rows(sheet, live), sheet, live, INFLUENCERS).is_empty()


@pytest.mark.parametrize(("cell", "value"), [(CLEAR, {"a": 1}), ({"a": 1}, None)])
def test_an_object_that_is_cleared_or_new_is_looked_at(cell: object, value: object) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(0), "metadata": cell}])
    live = reading(PROJECTS, [project(0, metadata=value)]).live(sheet, PROJECTS)
    assert len(candidates(matched_rows(sheet, live), sheet, live, PROJECTS)) == 1


@pytest.mark.parametrize(("value", "looked_at"), [(None, 0), ({"b": 1}, 0), ({"a": 1}, 1), ({"b": "\ud83d"}, 1)])
def test_a_key_is_cleared_in_vain_where_nothing_stands_that_has_to_be_looked_at(value: object, looked_at: int) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(0), "metadata.a": CLEAR}])
    live = reading(PROJECTS, [project(0, metadata=value)]).live(sheet, PROJECTS)
    assert len(candidates(matched_rows(sheet, live), sheet, live, PROJECTS)) == looked_at
