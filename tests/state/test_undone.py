"""What was undone is remembered with the outcome itself, and forgotten when somebody asks for a value there again."""

from pathlib import Path

import pytest

from layersync.state.journal import Journal, settle_open
from layersync.state.memory import remember
from layersync.state.sent import resources_of, sent_by
from layersync.state.store import Store
from layersync.state.undone import forget_undone, undone_values
from layersync.values.change import Change, Edit
from layersync.values.outcome import Word
from layersync.values.sent import Sent
from tests.state.samples import DAY, JOB, ORG, URL, a_change, an_outcome

HERE = (URL, ORG, "projects")


def written(store: Store, change: Change, *, undoes: str | None = None, word: Word = Word.CHANGED) -> None:
    journal = Journal(store, "run-1", undoes=undoes)
    journal.settle(journal.intend(change), an_outcome(change.row, word))


def metadata(before: object, after: object, *keys: str) -> Change:
    made = a_change()
    return Change(
        job=made.job,
        resource=made.resource,
        row=made.row,
        key=made.key,
        id=made.id,
        name=made.name,
        edits=(Edit("metadata", keys, before, after),),
        patch={"metadata": {}},
        base={"metadata": {}},
    )


def test_a_change_that_undoes_leaves_the_value_behind_that_it_took_back(store: Store) -> None:
    written(store, a_change(before="ours", value="theirs"), undoes="run-0")
    assert undone_values(store, *HERE) == {"id-2": {"timezone": "ours"}}
    for elsewhere in (
        ("https://other.example", ORG, "projects"),
        (URL, "org_2", "projects"),
        (URL, ORG, "influencers"),
    ):
        assert undone_values(store, *elsewhere) == {}


@pytest.mark.parametrize("word", [Word.CONFLICT, Word.REFUSED, Word.FAILED, Word.NOT_ATTEMPTED])
def test_a_change_that_was_not_made_leaves_nothing(store: Store, word: Word) -> None:
    written(store, a_change(), undoes="run-0", word=word)
    assert undone_values(store, *HERE) == {}


def test_an_ordinary_change_leaves_nothing_and_ends_what_was_undone_at_its_path(store: Store) -> None:
    written(store, a_change(before="ours", value="theirs"), undoes="run-0")
    written(store, a_change(row=3))
    assert undone_values(store, *HERE) == {"id-2": {"timezone": "ours"}}
    written(store, a_change(before="theirs", value="ours"))
    assert undone_values(store, *HERE) == {}


def test_undoing_an_undo_turns_it_round(store: Store) -> None:
    written(store, a_change(before="ours", value="theirs"), undoes="run-0")
    written(store, a_change(before="theirs", value="ours"), undoes="run-1")
    assert undone_values(store, *HERE) == {"id-2": {"timezone": "theirs"}}


def test_an_object_is_remembered_value_by_value_and_ended_by_a_change_above_or_below(store: Store) -> None:
    written(store, metadata({"k": {"x": 1}, "l": None}, None, "a"), undoes="run-0")
    assert undone_values(store, *HERE) == {"id-2": {"metadata.a.k.x": 1, "metadata.a.l": None}}
    written(store, metadata(1, 2, "a", "k", "x"))
    assert undone_values(store, *HERE) == {"id-2": {"metadata.a.l": None}}
    written(store, metadata({}, {"b": 1}))
    assert undone_values(store, *HERE) == {}


def test_what_a_dead_undo_turns_out_to_have_done_is_remembered_when_it_is_settled(store: Store) -> None:
    Journal(store, "run-1", undoes="run-0").intend(a_change(before="ours", value="theirs"))
    assert undone_values(store, *HERE) == {}
    (open_change,) = remember(store, URL, ORG, JOB, DAY).open_changes
    settle_open(store, open_change, an_outcome())
    assert undone_values(store, *HERE) == {"id-2": {"timezone": "ours"}}


def test_a_place_can_be_forgotten(store: Store) -> None:
    written(store, a_change(before="ours"), undoes="run-0")
    forget_undone(store, *HERE, [("id-3", "timezone"), ("id-2", "tagline")])
    assert undone_values(store, *HERE) == {"id-2": {"timezone": "ours"}}
    forget_undone(store, *HERE, [("id-2", "timezone")])
    assert undone_values(store, *HERE) == {}


def test_what_a_run_sent_is_what_was_made_or_may_have_been_with_the_values_before_it(store: Store) -> None:
    for row, word in enumerate(Word, start=2):
        written(store, a_change(row), word=word)
    Journal(store, "run-1").intend(a_change(99))
    made = {one.row: one for one in sent_by(store, "run-1", JOB)}
    assert set(made) == {2 + list(Word).index(Word.CHANGED), 99}
    assert made[99] == Sent(
        row=99,
        resource="projects",
        key="key-99",
        id="id-99",
        name="Acme",
        body={"timezone": "Europe/Berlin"},
        before={"timezone": "UTC"},
    )
    assert resources_of(store, "run-1") == {JOB: "projects"}
    assert sent_by(store, "run-1", "other") == ()


def test_a_change_of_an_earlier_version_has_no_values_before(store: Store) -> None:
    written(store, a_change())
    with store.transaction() as connection:
        connection.execute("UPDATE intents SET before = NULL")
    assert sent_by(store, "run-1", JOB)[0].before is None


def test_remembering_survives_the_store(tmp_path: Path, store: Store) -> None:
    written(store, a_change(before="ours"), undoes="run-0")
    with Store.open(tmp_path / "state") as again:
        assert undone_values(again, *HERE) == {"id-2": {"timezone": "ours"}}
