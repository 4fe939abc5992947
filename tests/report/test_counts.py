"""Counting whole columns comes to the same as counting rows."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from layersync.errors import StoppedEarly
from layersync.report.counts import changed_fields, counts, job_counts
from layersync.report.rows import all_rows
from layersync.values.guards import Guard, Hold
from layersync.values.outcome import Word
from layersync.values.plan import PlanState
from tests.report.made import change, edit, job, line, plan, report

ZONE = edit("timezone", "America/New_York", "America/Chicago")
NAME = edit("name", "Acme", "Acme Fit")


@given(
    states=st.lists(st.sampled_from(PlanState), max_size=12),
    words=st.dictionaries(st.integers(2, 13), st.sampled_from(Word), max_size=6),
    held=st.none() | st.frozensets(st.integers(2, 13)),
    dry_run=st.booleans(),
    stopped=st.booleans(),
)
def test_counts_are_those_of_the_rows(
    states: list[PlanState], words: dict[int, Word], held: frozenset[int] | None, dry_run: bool, stopped: bool
) -> None:
    rows = dict(enumerate(states, 2))
    hold = Hold(guard=Guard.CLEARS, counted=1, limit=0, message="", override="", rows=held)
    made = job(
        plan(
            [line(row, state) for row, state in rows.items() if state is not PlanState.CHANGE],
            [change(row, ZONE) for row, state in rows.items() if state is PlanState.CHANGE],
            holds=[hold] if held else [],
        ),
        {row: word for row, word in words.items() if rows.get(row) is PlanState.CHANGE},
    )
    told = report(made, failure=StoppedEarly("outage") if stopped else None, dry_run=dry_run)
    assert counts(told) == {word: Counter(row.outcome for row in all_rows(told))[word] for word in Word}


def test_every_outcome_is_counted_even_where_there_is_none() -> None:
    assert counts(report()) == dict.fromkeys(Word, 0)
    assert job_counts(job(None), report()) == dict.fromkeys(Word, 0)


def test_only_fields_that_changed_are_counted_or_in_a_dry_run_those_that_would() -> None:
    made = plan(changes=[change(2, ZONE, NAME), change(3, ZONE)])
    assert changed_fields(job(made), report()) == 3
    ended = job(made, {2: Word.CHANGED, 3: Word.FAILED})
    assert changed_fields(ended, report(ended, dry_run=False)) == 2
    assert changed_fields(job(None), report()) == 0
