"""What a saved plan came to is remembered for it alone: by its seal, at its target, for each row the latest word."""

from dataclasses import replace

import pytest

from layersync.state.applied import keep_not_sent, settled_rows
from layersync.state.journal import Journal
from layersync.state.runs import begin
from layersync.state.store import Store
from layersync.values.outcome import Word
from tests.state.samples import JOB, NOON, ORG, URL, a_change, a_run, an_outcome

SEAL = "d1"  # the plan that the sample run carries out


def words(store: Store, seal: str = SEAL, made_by: str = "run-0", org: str = ORG, job: str = JOB) -> dict[int, str]:
    found = settled_rows(store, URL, org, job, seal=seal, made_by=made_by)
    return {row: outcome.word.value for row, outcome in found.items()}


def sent(store: Store, row: int, word: Word, run_id: str = "run-1") -> None:
    journal = Journal(store, run_id)
    journal.settle(journal.intend(a_change(row)), replace(an_outcome(row, word), idempotency_key="k"))


def test_what_was_sent_and_what_needed_no_send_are_both_remembered(store: Store) -> None:
    sent(store, 2, Word.CHANGED)
    keep_not_sent(store, "run-1", [an_outcome(3, Word.CONVERGED), an_outcome(4, Word.CONFLICT, "moved")])
    assert words(store) == {2: "changed", 3: "converged", 4: "conflict"}
    found = settled_rows(store, URL, ORG, JOB, seal=SEAL, made_by="run-0")
    assert (found[2].message, found[4].message) == ("by run run-1", "by run run-1: moved")
    assert found[2].idempotency_key == "k"


@pytest.mark.parametrize("word", [Word.FAILED, Word.NOT_ATTEMPTED, Word.UNKNOWN, Word.HELD])
def test_what_is_not_over_is_open(store: Store, word: Word) -> None:
    sent(store, 2, word)
    keep_not_sent(store, "run-1", [an_outcome(3, word)])
    assert words(store) == {}


@pytest.mark.parametrize("hour", [13, 11])  # a clock may have gone back
def test_the_latest_run_has_the_last_word(store: Store, hour: int) -> None:
    sent(store, 2, Word.FAILED)
    sent(store, 3, Word.CHANGED)
    begin(store, replace(a_run("run-2"), started_at=NOON.replace(hour=hour)))
    sent(store, 2, Word.CHANGED, "run-2")
    assert words(store) == {2: "changed", 3: "changed"}


def test_another_plan_another_organisation_and_another_job_know_nothing_of_it(store: Store) -> None:
    sent(store, 2, Word.CHANGED)
    assert words(store, seal="d2") == words(store, org="org_2") == words(store, job="other") == {}


def test_the_run_that_made_a_plan_and_was_held_has_carried_out_a_part_of_it(store: Store) -> None:
    sent(store, 2, Word.CHANGED)
    assert words(store, seal="d2", made_by="run-1") == {2: "changed"}


def test_outcomes_that_the_journal_has_are_not_kept_twice(store: Store) -> None:
    keep_not_sent(store, "run-1", [replace(an_outcome(2), idempotency_key="k")])
    assert store.rows("SELECT 1 FROM not_sent") == []
