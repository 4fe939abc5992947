"""A plan that is written and read is the same plan, and nothing else is read as one."""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.errors import PlanUnusable
from layersync.plan.from_text import saved_plan_of
from layersync.plan.saved import (
    NOT_SAVED,
    NOT_SAVED_OF_CHANGES,
    SavedForm,
    decisions,
    digest_of,
    plan_text,
    saved_form,
    seal_of,
)
from layersync.values.cell import CLEAR
from layersync.values.change import Change, Edit
from layersync.values.drift import Drift, OnDrift
from layersync.values.guards import Guard, GuardLimits, Hold
from layersync.values.plan import Plan, PlanState, Price
from layersync.values.problem import Problem
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, plan, project, reading
from tests.plan.test_convergence import worlds

RUN = "20261121T020003Z-7f3a"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ANY_TEXT = st.text(max_size=6)  # the API may send lone surrogates
NUMBER = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBER | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=3)


def text_of(*plans: Plan, run_id: str = RUN) -> str:
    return plan_text(saved_form(decisions(plans, "https://api.example", "org_1", "c" * 64), run_id))


def read_back(*plans: Plan) -> tuple[Plan, ...]:
    return saved_plan_of(text_of(*plans)).plans


def small_plan() -> Plan:
    """One change, with a null and a word beyond ASCII."""
    sheet = desired(PROJECTS, [{"id": an_id(1), "tagline": "caf\u00e9", "appName": CLEAR}])
    return plan(sheet, reading(PROJECTS, [project(1, tagline=None, appName="Old")]), PROJECTS)


def assert_same(read: Plan, made: Plan) -> None:
    """Equal in all that is saved; JSON values are compared as JSON, in which 1, 1.0 and true are three things."""
    for name in {one.name for one in fields(Plan)} - NOT_SAVED - {"changes", "drifts"}:
        assert getattr(read, name) == getattr(made, name)
    rows = {change.row for change in made.changes}
    assert read.drifts == tuple(drift for drift in made.drifts if drift.row in rows)
    assert read.changes == tuple(replace(change, read_at=None) for change in made.changes)
    assert repr(read.changes) == repr(tuple(replace(change, read_at=None) for change in made.changes))
    told = ["row", "line", "key", "id", "name", "state"]
    changed = made.rows.filter(pl.col("state") == PlanState.CHANGE.value).sort("row")
    assert read.rows.select(told).equals(changed.select(told))
    assert read.rows.schema == made.rows.schema


@given(worlds())
def test_a_plan_read_is_the_plan_written(world) -> None:
    form, rows, live = world
    made = plan(desired(form, rows), reading(form, live), form, GuardLimits(clears=0))
    assert_same(read_back(made)[0], made)


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    path = draw(st.sampled_from([("tagline", ()), ("metadata", ()), ("metadata", ("a", "b"))]))
    return Edit(*path, draw(JSON), draw(JSON), draw(ANY_TEXT), draw(st.sampled_from(["", "B", "AA"])))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Values of every kind in every place, whether or not a sheet could lead to them."""
    rows = draw(st.lists(st.integers(2, 10**6), unique=True, max_size=4))
    changes = tuple(
        Change(
            job="projects",
            resource="projects",
            row=row,
            key=draw(TEXT),
            id=an_id(row),
            name=draw(st.none() | TEXT),
            edits=tuple(draw(st.lists(edits(), min_size=1, max_size=3))),
            patch=draw(OBJECT),
            base=draw(OBJECT),
            side_effects=tuple(draw(st.lists(ANY_TEXT, max_size=2))),
            read_at=draw(st.none() | st.floats(0, 10)),
            after=tuple(draw(st.lists(st.sampled_from(rows), max_size=2))),
        )
        for row in rows
    )
    drifts = st.builds(
        Drift,
        row=st.sampled_from([*rows, 1]),
        field=TEXT,
        letter=TEXT,
        last_agreed=JSON,
        live=JSON,
        desired=JSON,
        rule=st.sampled_from(OnDrift),
    )
    holds = st.builds(
        Hold,
        guard=st.sampled_from(Guard),
        counted=st.integers(0, 9),
        limit=st.integers(0, 9),
        message=ANY_TEXT,
        override=ANY_TEXT,
        rows=st.none() | st.frozensets(st.sampled_from([*rows, 1])),
        behind=st.frozensets(st.sampled_from([*rows, 1])),
    )
    return Plan(
        job="projects",
        resource="projects",
        key_field="id",
        source=draw(TEXT),
        tab=draw(st.none() | TEXT),
        sheet_sha256="a" * 64,
        data_rows=draw(st.integers(0, 10**6)),
        matched=draw(st.integers(0, 10**6)),
        partial=draw(st.booleans()),
        changes=changes,
        rows=frame_of(changes),
        problems=(Problem(message="said in the preview"),),
        holds=tuple(draw(st.lists(holds, max_size=2))),
        price=Price(writes=1, seconds=1.0, writes_left_today=1, carried_over=0),
        drifts=tuple(draw(st.lists(drifts, max_size=2))),
    )


def frame_of(changes: Sequence[Change]) -> pl.DataFrame:
    text = dict.fromkeys(("key", "id", "name", "state", "cell", "message", "what_to_do"), pl.String)
    told = [
        {"row": one.row, "line": one.row + 7, "key": one.key, "id": one.id, "name": one.name, "state": "change"}
        for one in changes
    ]
    other = {"row": 1, "line": 1, "key": "k", "state": "invalid", "cell": "A1", "message": "no id"}
    return pl.DataFrame([other, *told], schema={"row": pl.UInt32, "line": pl.UInt32, **text})


@given(plans())
def test_whatever_values_stand_in_a_plan_come_back_and_are_written_in_the_same_bytes_again(made: Plan) -> None:
    text = text_of(made)
    assert text.isascii()
    read = saved_plan_of(text).plans
    assert_same(read[0], made)
    assert text_of(*read) == text


def test_plans_of_several_jobs_stand_in_one_file() -> None:
    other = plan(
        desired(INFLUENCERS, [{"influencerId": f"inf_{an_id(2)}", "vibe": "calm"}]),
        reading(INFLUENCERS, [influencer(2, vibe=None)]),
        INFLUENCERS,
    )
    read = saved_plan_of(text_of(small_plan(), other))
    assert [one.job for one in read.plans] == ["projects", "influencers"]
    assert (read.run_id, read.base_url, read.organization_id) == (RUN, "https://api.example", "org_1")
    assert read.config_sha256 == "c" * 64


def test_the_same_decisions_have_one_digest_and_every_saved_plan_a_seal_of_its_own() -> None:
    one, other = (saved_plan_of(text_of(small_plan(), run_id=run)) for run in (RUN, "20261122T020003Z-0000"))
    assert one.digest == other.digest
    assert one.seal != other.seal


def test_no_field_of_a_plan_or_of_what_it_holds_is_lost() -> None:
    made = replace(
        small_plan(),
        holds=(Hold(guard=Guard.CLEARS, counted=1, limit=0, message="m", override="o", rows=frozenset({2})),),
        drifts=(Drift(row=2, field="a", letter="B", last_agreed=1, live=2, desired=3, rule=OnDrift.OVERWRITE),),
    )
    job = json.loads(text_of(made))["jobs"][0]
    change = job["changes"][0]
    for form, told, left_out in [
        (Plan, job, NOT_SAVED),
        (Change, change, NOT_SAVED_OF_CHANGES),
        (Edit, change["edits"][0], frozenset()),
        (Hold, job["holds"][0], frozenset()),
        (Drift, job["drifts"][0], frozenset()),
    ]:
        assert is_dataclass(form)
        assert set(told) - {"line"} == {one.name for one in fields(form)} - left_out
    assert_same(read_back(made)[0], made)


def refused(text: str) -> str:
    with pytest.raises(PlanUnusable) as raised:
        saved_plan_of(text)
    assert raised.value.exit_code == 9
    return raised.value.message


def test_every_flipped_bit_is_found() -> None:
    written = text_of(small_plan()).encode()
    for at in range(len(written)):
        for bit in range(8):
            flipped = bytearray(written)
            flipped[at] ^= 1 << bit
            refused(flipped.decode("latin-1"))


def test_every_byte_that_is_lost_or_becomes_a_space_and_every_cut_is_found() -> None:
    written = text_of(small_plan())
    for at, letter in enumerate(written):
        refused(written[:at] + written[at + 1 :])
        refused(written[:at])
        for other in " \n\t\r":
            if other != letter:
                refused(written[:at] + other + written[at + 1 :])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not JSON"),
        ("id,tagline\n", "not JSON"),
        ("[" * 100_000, "hold what a plan holds"),
        ('{"schema": NaN}', "not JSON"),
        ("[]", "no schema"),
        ('{"run": {}}', "no schema"),
        ('{"schema": 2}', "schema 2; this layersync reads 1"),
        ('{"schema": true}', "schema True"),
        ('{"schema": 1}', "byte for byte"),
    ],
)
def test_what_is_no_saved_plan_is_refused_in_plain_words(text: str, told: str) -> None:
    assert told in refused(text)


def test_other_line_ends_and_other_layouts_are_other_bytes() -> None:
    text = text_of(small_plan())
    assert "byte for byte" in refused(text.replace("\n", "\r\n"))
    assert "byte for byte" in refused(json.dumps(json.loads(text)))


def change_of(told: SavedForm) -> SavedForm:
    change: SavedForm = told["jobs"][0]["changes"][0]
    return change


TAMPERED: dict[str, Callable[[SavedForm], object]] = {
    "a field that nobody knows": lambda told: change_of(told).update(more=1),
    "a key that nobody knows": lambda told: told.update(more=1),
    "a field that is gone": lambda told: change_of(told).pop("after"),
    "jobs that are gone": lambda told: told.pop("jobs"),
    "an id that is a path": lambda told: change_of(told).update(id="../whoami"),
    "an id of no kind": lambda told: change_of(told).update(id=5),
    "a field of another resource": lambda told: change_of(told)["edits"][0].update(field="vibe"),
    "another resource": lambda told: told["jobs"][0].update(resource="posts"),
    "a number as text": lambda told: told["jobs"][0].update(data_rows="1"),
    "a row below zero": lambda told: change_of(told).update(row=-1),
    "a row beyond all": lambda told: change_of(told).update(row=2**40),
    "a key that no text can hold": lambda told: change_of(told).update(key="\ud800"),
    "a row twice": lambda told: told["jobs"][0]["changes"].append(change_of(told)),
    "a job twice": lambda told: told["jobs"].append(told["jobs"][0]),
    "changes that are none": lambda told: told["jobs"][0].update(changes="none"),
    "jobs that are none": lambda told: told.update(jobs=7),
    "edits that are none": lambda told: change_of(told).update(edits=[None]),
    "an unknown guard": lambda told: told["jobs"][0].update(holds=[{"guard": "luck"}]),
    "a run that is no text": lambda told: told.update(run_id=1),
    "a digest of something else": lambda told: told.update(digest="0" * 64),
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_a_plan_that_somebody_sealed_anew_holds_what_this_version_writes_or_is_refused(tampering: str) -> None:
    told = json.loads(text_of(small_plan()))
    TAMPERED[tampering](told)
    decided = {name: value for name, value in told.items() if name not in {"run_id", "digest", "seal"}}
    if tampering != "a digest of something else":
        told["digest"] = digest_of(decided)
    told["seal"] = seal_of(told["run_id"], told["digest"])
    refused(json.dumps(told) if "jobs" in tampering or "changes" in tampering else plan_text(told))
