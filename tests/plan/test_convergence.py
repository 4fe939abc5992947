"""What makes a plan worth trusting, over generated sheets and live records (must show 3 of the main job)."""

import copy
import random
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from layersync.plan.patch import value_at
from layersync.resources.field import Kind, Write
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR, same
from layersync.values.change import Change
from tests.plan.build import INFLUENCERS, PROJECTS, desired, influencer, plan, project, reading
from tests.plan.server_model import patched

TEXT = st.sampled_from(
    ["", "a", "b", "5", "true", "null", "caf\u00e9", "cafe\u0301", '{"a":1}', "[1]", "\U0001f363", "x\ny", "1e999"]
)
CELL = TEXT.filter(bool)
HARD = st.sampled_from(["\ud83d", 10**400])  # JSON that polars does not read
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-3, 6), st.sampled_from([0.5, 5.0]), TEXT, HARD)
JSON = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abk"), inner, max_size=2),
    max_leaves=4,
)
OBJECT = st.dictionaries(st.sampled_from(["a", "b", "k", "partner", "caf\u00e9"]), JSON, max_size=3)
DEEP = st.fixed_dictionaries({key: st.dictionaries(st.sampled_from("abk"), JSON, min_size=1) for key in "bk"})

PROJECT_CELLS = {
    "name": CELL,
    "tagline": CELL,
    "appName": st.one_of(CELL, st.just(CLEAR)),
    "status": st.sampled_from(["active", "archived"]),
    "metadata.a": st.one_of(CELL, st.just(CLEAR)),
    "metadata.b.k": st.one_of(CELL, st.just(CLEAR)),
    "metadata.caf\u00e9.k.a": st.one_of(CELL, st.just(CLEAR)),
}
WHOLE_CELLS = {"tagline": CELL, "metadata": OBJECT, "appName": st.just(CLEAR)}
PERSONA_CELLS = {
    "vibe": st.one_of(CELL, st.just(CLEAR)),
    "personality.humor": st.one_of(CELL, st.just(CLEAR)),
    "personality.traits": st.one_of(st.lists(CELL, max_size=2), st.just(CLEAR)),
    "personality.k.a": st.one_of(CELL, st.just(CLEAR)),
    "personality.k.b.k": st.one_of(CELL, st.just(CLEAR)),
}
NARROW_CELLS = {
    "name": CELL,
    "gender": st.sampled_from(["female", "nonbinary", "unspecified", CLEAR]),
    "ageRange": st.sampled_from(["teen", "25-34", CLEAR]),
    "brandVoice": st.sampled_from(["warm", "witty"]),
    "vibe": CELL,
}
WHOLE_PERSONA = {"personality": st.dictionaries(st.sampled_from(["humor", "tone", "traits"]), JSON, max_size=3)}


def rows_of(cells: Mapping[str, st.SearchStrategy[object]]) -> st.SearchStrategy[list[dict[str, object]]]:
    return st.lists(st.fixed_dictionaries({}, optional=dict(cells)), min_size=1, max_size=4)


def _values(form: Resource) -> st.SearchStrategy[dict[str, object]]:
    """What a live record may hold in each field."""
    return st.fixed_dictionaries({field.name: _live(field.kind, field.write) for field in form.fields})


def _live(kind: Kind, write: Write | None) -> st.SearchStrategy[object]:
    if kind is Kind.OBJECT:
        return st.one_of(st.none(), OBJECT, DEEP)
    return st.one_of(st.none(), TEXT, st.sampled_from(["active", "archived"])) if write is None else OBJECT


# fields that no page names
UNKNOWN = st.fixed_dictionaries({}, optional={"quota": JSON, "labels": OBJECT})

# made once: making and checking a strategy costs more than drawing from it
SHEETS = st.sampled_from(
    [
        (PROJECTS, rows_of(PROJECT_CELLS)),
        (PROJECTS, rows_of(WHOLE_CELLS)),
        (INFLUENCERS, rows_of(PERSONA_CELLS)),
        (INFLUENCERS, rows_of(WHOLE_PERSONA)),
        (INFLUENCERS, rows_of(NARROW_CELLS)),
    ]
)
VALUES = {form.name: _values(form) for form in (PROJECTS, INFLUENCERS)}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Resource, list[dict[str, object]], list[dict[str, object]]]:
    """A resource, the rows of a sheet by their cells, and the live record of each row."""
    form, sheets = draw(SHEETS)
    rows = draw(sheets)
    live = []
    for number in range(len(rows)):
        values = draw(VALUES[form.name])
        made = project(number, **values) if form is PROJECTS else influencer(number, **values)
        older = _nested if form is PROJECTS else _narrow if "brandVoice" in rows[number] else _wide
        live.append({**(older(made) if draw(st.booleans()) else made), **draw(UNKNOWN)})
    keyed = [{form.id_field: live[number][form.id_field], **row} for number, row in enumerate(rows)]
    return form, keyed, live


def _nested(record: dict[str, object]) -> dict[str, object]:
    """The same project as an API shows it that keeps what the brand is like inside `brandContext` (API facts, 8.4)."""
    inside = {"appName", "tagline", "brandVoice"}
    flat = {name: value for name, value in record.items() if name not in inside}
    return {**flat, "brandContext": {name: record[name] for name in inside}}


def _wide(record: dict[str, object]) -> dict[str, object]:
    """An influencer as the older generation shows it (API facts, 8.1)."""
    return {name: value for name, value in record.items() if name not in {"brandVoice", "language"}}


def _narrow(record: dict[str, object]) -> dict[str, object]:
    """An influencer as the newer generation shows it, with a gender that is never null (API facts, 8.1, 8.2)."""
    shown = {"influencerId", "name", "ageRange", "brandVoice", "language"}
    kept = {name: value for name, value in record.items() if name in shown}
    return {**kept, "gender": record["gender"] or "female", "imageUrl": None}


def applied(changes: tuple[Change, ...], live: list[dict[str, object]], form: Resource) -> list[dict[str, object]]:
    by_id = {change.id: change.patch for change in changes}
    return [patched(one, by_id[str(one[form.id_field])]) if one[form.id_field] in by_id else one for one in live]


def blocked(made, form: Resource) -> set[object]:
    """The ids of rows that are invalid or held: nothing is promised of their cells."""
    states = made.rows.filter(made.rows["state"].is_in(["invalid", "held"]))
    return set(states["id"].to_list())


@given(worlds())
def test_after_apply_live_is_as_desired_and_nothing_else_moved_and_a_second_plan_is_empty(world) -> None:
    form, rows, live = world
    sheet = desired(form, rows)
    made = plan(sheet, reading(form, live), form)
    after = applied(made.changes, copy.deepcopy(live), form)

    second = plan(sheet, reading(form, after), form)
    assert second.changes == ()
    left_out = blocked(made, form)
    for row, before, now in zip(rows, live, after, strict=True):
        managed = {path.partition(".")[0] for path in row} - {form.id_field}
        assert {name: value for name, value in now.items() if name not in managed} == {
            name: value for name, value in before.items() if name not in managed
        }
        if before[form.id_field] not in left_out:
            for path, cell in row.items():
                if path != form.id_field:
                    assert_shows(form.completed(now), path, cell, before, form)


def assert_shows(record: dict[str, object], path: str, cell: object, before: dict[str, object], form: Resource) -> None:
    field, *keys = path.split(".")
    value = value_at(record, field, keys)
    if cell == CLEAR:
        assert value is None
    elif cell == "nonbinary" and "imageUrl" in record:
        assert value == "non_binary"
    elif form.field(field).write is Write.MERGE and not keys:
        assert all(same((value or {}).get(key), item) for key, item in cell.items())
    elif field == "metadata" and not keys:
        held = before[field] if isinstance(before[field], dict) else {}
        kept = {"partner": held["partner"]} if "partner" in held else {}
        assert same(value, {**kept, **cell})
    else:
        assert same(value, cell) or str(cell).lower() in {str(value).lower(), repr(value)}


@given(worlds())
def test_what_a_dotted_change_does_not_name_survives_at_every_depth(world) -> None:
    form, rows, live = world
    made = plan(desired(form, rows), reading(form, live), form)
    after = applied(made.changes, copy.deepcopy(live), form)
    for row, before, now in zip(rows, live, after, strict=True):
        for field in form.fields:
            if field.kind is Kind.OBJECT and field.name not in row and isinstance(before.get(field.name), dict):
                paths = [path.split(".")[1:] for path in row if path.startswith(f"{field.name}.")]
                assert without(before[field.name], paths) == without(now[field.name] or {}, paths)


def without(value: dict[str, object], paths: list[list[str]]) -> dict[str, object]:
    """The object but for these paths; where nothing is left of an object on the way there is none."""
    rest = {key: item for key, item in value.items() if item is not None and [key] not in paths}
    for key in {path[0] for path in paths if len(path) > 1} & rest.keys():
        inner = rest[key]
        if isinstance(inner, dict):
            rest[key] = without(inner, [path[1:] for path in paths if path[0] == key])
    return {key: item for key, item in rest.items() if item != {}}


@given(worlds())
def test_a_patch_names_only_what_its_row_states_and_its_record_shows(world) -> None:
    """One field that the API does not know would have it refuse the whole body (API facts, 8.1)."""
    form, rows, live = world
    shown = {str(record[form.id_field]): set(form.completed(record)) for record in live}
    stated = {str(row[form.id_field]): {path.partition(".")[0] for path in row} for row in rows}
    for change in plan(desired(form, rows), reading(form, live), form).changes:
        assert change.patch.keys() <= stated[change.id] & shown[change.id]


@given(worlds())
def test_every_patch_is_minimal(world) -> None:
    """Sending any patch with one key left out leaves a difference."""
    form, rows, live = world
    sheet = desired(form, rows)
    made = plan(sheet, reading(form, live), form)
    for change in made.changes:
        for smaller in _with_one_key_less(change.patch):
            after = [patched(one, smaller) if one[form.id_field] == change.id else one for one in live]
            again = plan(sheet, reading(form, after), form)
            assert change.id in {one.id for one in again.changes}


def _with_one_key_less(patch: Mapping[str, object]) -> list[dict[str, object]]:
    smaller = [{name: value for name, value in patch.items() if name != left} for left in patch]
    personality = patch.get("personality")
    if isinstance(personality, dict):
        for left in personality:
            rest = {key: value for key, value in personality.items() if key != left}
            smaller.append({**patch, "personality": rest})
    return smaller


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(world, rng: random.Random) -> None:
    form, rows, live = world
    shuffled = [dict(rng.sample(list(row.items()), len(row))) for row in rng.sample(rows, len(rows))]
    one = plan(desired(form, rows), reading(form, live), form)
    other = plan(desired(form, shuffled), reading(form, rng.sample(live, len(live))), form)
    assert {change.id: change.patch for change in one.changes} == {change.id: change.patch for change in other.changes}


@given(worlds(), st.data())
def test_blanking_a_cell_never_adds_a_field_to_a_patch(world, data: st.DataObject) -> None:
    form, rows, live = world
    blanked = [
        {path: cell for path, cell in row.items() if path == form.id_field or data.draw(st.booleans())} for row in rows
    ]
    full = {change.id: change.patch for change in plan(desired(form, rows), reading(form, live), form).changes}
    less = plan(desired(form, blanked), reading(form, live), form)
    unblocked = less.rows.filter(less.rows["state"] == "change")["id"].to_list()
    for change in less.changes:
        if change.id in full and change.id in unblocked:
            assert set(change.patch) <= set(full[change.id])
