"""What a run says to the ledger: only what it found equal, or wrote and saw written."""

import copy
from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.plan.agreed import agreed_of, settled_cells
from layersync.state.ledger import merged
from layersync.values.cell import CLEAR, FORGET
from layersync.values.desired import RowState
from layersync.values.drift import DriftRules, OnDrift
from layersync.values.memory import Memory
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import Plan
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, plan, project, reading
from tests.plan.test_convergence import applied, worlds
from tests.plan.test_drift import ledger

NOT_DONE = [word for word in Word if word not in {Word.CHANGED, Word.CONVERGED}]


def outcomes(made: Plan, word: Word) -> dict[int, Outcome]:
    return {change.row: Outcome(job=made.job, row=change.row, word=word) for change in made.changes}


def lines(frame: pl.DataFrame) -> list[dict[str, str | None]]:
    return list(frame.iter_rows(named=True))


ROW = {"id": an_id(1), "tagline": "new", "name": "Acme", "appName": CLEAR, "metadata.n": None}
LIVE = project(1, tagline="old", name="Acme", appName=None)


@pytest.mark.parametrize("word", [Word.CHANGED, Word.CONVERGED])
def test_a_change_that_was_carried_out_is_agreed_cell_by_cell(word: Word) -> None:
    sheet = desired(PROJECTS, [ROW])
    made = plan(sheet, reading(PROJECTS, [LIVE]), PROJECTS)
    said = agreed_of(sheet, made, outcomes(made, word), PROJECTS)
    agreed = {"tagline": "new", "name": "Acme", "appName": CLEAR, "metadata.n": FORGET}
    assert lines(said) == [{"_id": an_id(1), **agreed}]


@pytest.mark.parametrize("word", [*NOT_DONE, None])
def test_of_a_change_that_was_not_only_the_cells_that_are_equal_are_agreed(word: Word | None) -> None:
    sheet = desired(PROJECTS, [ROW])
    made = plan(sheet, reading(PROJECTS, [LIVE]), PROJECTS)
    said = agreed_of(sheet, made, outcomes(made, word) if word else {}, PROJECTS)
    agreed = {"tagline": None, "name": "Acme", "appName": CLEAR, "metadata.n": FORGET}
    assert lines(said) == [{"_id": an_id(1), **agreed}]


def test_rows_that_are_wrong_unknown_or_held_say_nothing() -> None:
    rows = [{"id": an_id(number), "tagline": "x", "metadata.a.b": "y"} for number in range(5)]
    states = {2: RowState.INVALID, 3: RowState.SKIPPED}
    live = [project(number, tagline="x") for number in range(4)]
    live[2]["metadata"] = {"a": "text"}
    del live[3]["tagline"]
    sheet = desired(PROJECTS, rows, states=states)
    made = plan(sheet, reading(PROJECTS, live, missing=[an_id(4)]), PROJECTS)
    assert made.rows["state"].to_list() == ["invalid", "skipped", "invalid", "held", "not_found"]
    assert lines(agreed_of(sheet, made, {}, PROJECTS)) == []


@pytest.mark.parametrize(
    ("rule", "said"), [(OnDrift.OVERWRITE, "mine"), (OnDrift.KEEP, None), (OnDrift.HOLD, "not said")]
)
def test_a_live_value_that_was_kept_is_not_agreed(rule: OnDrift, said: str | None) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(1), "tagline": "mine", "name": "Acme"}])
    memory = Memory(ledger=ledger({"id": an_id(1), "tagline": "ours"}))
    live = reading(PROJECTS, [project(1, tagline="theirs", name="Acme")])
    made = plan(sheet, live, PROJECTS, memory=memory, on_drift=DriftRules(rule))
    agreed = lines(agreed_of(sheet, made, outcomes(made, Word.CHANGED), PROJECTS))
    assert agreed == ([] if rule is OnDrift.HOLD else [{"_id": an_id(1), "tagline": said, "name": "Acme"}])


def test_records_are_named_by_their_bare_id() -> None:
    sheet = desired(INFLUENCERS, [{"influencerId": an_id(1), "name": "A"}])
    made = plan(sheet, reading(INFLUENCERS, [influencer(1, name="A")]), INFLUENCERS)
    assert lines(agreed_of(sheet, made, {}, INFLUENCERS)) == [{"_id": an_id(1), "name": "A"}]


SETTLED: list[tuple[dict[str, object], dict[str, object], dict[str, str]]] = [
    ({"name": "x"}, {}, {"name": "x"}),
    ({"appName": None}, {}, {"appName": CLEAR}),
    ({"metadata": {"b": 1, "a": "\u00e9", "partner": {"p": 1}}}, {}, {"metadata": '{"a":"\\u00e9","b":1}'}),
    (
        {"metadata.n": 5, "metadata.t": True, "metadata.s": "5"},
        {},
        {"metadata.n": "5", "metadata.t": "true", "metadata.s": "5"},
    ),
    ({"metadata.n": None}, {}, {"metadata.n": CLEAR}),
]
PERSONA: list[tuple[dict[str, object], dict[str, object], dict[str, str]]] = [
    ({"personality.traits": ["b", "a"]}, {}, {"personality.traits": '["b","a"]'}),
    ({"personality.humor": {"odd": 1}}, {}, {"personality.humor": FORGET}),
    (
        {"personality.humor": "wry", "personality.tone": None},
        {"personality": {"humor": "dry", "more": 1}},
        {"personality": '{"humor":"wry","more":1,"tone":null}'},
    ),
]


@pytest.mark.parametrize(("values", "known", "said"), SETTLED + PERSONA)
def test_what_a_dead_run_wrote_is_said_as_a_sheet_would_state_it(
    values: dict[str, object], known: dict[str, object], said: dict[str, str]
) -> None:
    form = INFLUENCERS if "personality" in str(values) else PROJECTS
    found = settled_cells([(f"x_{an_id(1).upper()}", values)], ledger({"id": an_id(1), **known}), form)
    assert lines(found) == [{"_id": an_id(1), **said}]


def test_of_several_writes_to_one_record_the_last_stands() -> None:
    written: list[tuple[str, Mapping[str, object]]] = [
        (an_id(1), {"name": "a", "tagline": "t"}),
        (an_id(2), {"name": "z"}),
        (an_id(1), {"name": "b"}),
    ]
    assert lines(settled_cells(written, None, PROJECTS)) == [
        {"_id": an_id(1), "name": "b", "tagline": "t"},
        {"_id": an_id(2), "name": "z", "tagline": None},
    ]


@given(worlds())
def test_after_a_run_that_overwrote_everything_a_second_one_shows_no_drift(world) -> None:
    form, rows, live = world
    sheet = desired(form, rows)
    made = plan(sheet, reading(form, live), form)
    known = merged(None, agreed_of(sheet, made, outcomes(made, Word.CHANGED), form))
    after = applied(made.changes, copy.deepcopy(live), form)
    second = plan(sheet, reading(form, after), form, memory=Memory(ledger=known), on_drift=DriftRules(OnDrift.HOLD))
    assert (second.changes, second.drifts) == ((), ())


@given(worlds(), st.data())
def test_what_the_sheet_changes_after_a_run_is_never_taken_for_drift(world, data: st.DataObject) -> None:
    form, rows, live = world
    sheet = desired(form, rows)
    made = plan(sheet, reading(form, live), form)
    known = merged(None, agreed_of(sheet, made, outcomes(made, Word.CHANGED), form))
    after = applied(made.changes, copy.deepcopy(live), form)
    swapped = data.draw(st.permutations(rows))
    edited = [{**other, form.id_field: row[form.id_field]} for row, other in zip(rows, swapped, strict=True)]
    third = plan(desired(form, edited), reading(form, after), form, memory=Memory(ledger=known))
    assert third.drifts == ()


@given(worlds(), st.data())
def test_the_journal_of_a_dead_run_says_what_its_ledger_would_have_said(world, data: st.DataObject) -> None:
    """Compared by what counts: whether a value that somebody changed since is seen to have drifted."""
    form, rows, live = world
    sheet = desired(form, rows)
    made = plan(sheet, reading(form, live), form)
    finished = agreed_of(sheet, made, outcomes(made, Word.CHANGED), form)
    before = merged(None, agreed_of(sheet, plan(sheet, reading(form, live), form), {}, form))
    journal = [(change.id, {edit.path: edit.after for edit in change.edits}) for change in made.changes]
    patched = merged(before, settled_cells(journal, before, form))
    after = applied(made.changes, copy.deepcopy(live), form)
    swapped = data.draw(st.permutations(rows))
    edited = [{**other, form.id_field: row[form.id_field]} for row, other in zip(rows, swapped, strict=True)]
    for known in (patched, merged(before, finished)):
        third = plan(desired(form, edited), reading(form, after), form, memory=Memory(ledger=known))
        assert third.drifts == ()
