"""The journal: durable before the send, one key and one body per change, a dead run's key only while young."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from types import MappingProxyType

import pytest

from layersync.state.clocks import Clocks
from layersync.state.journal import KEY_LIFE_S, Journal, body_of, outcomes_of
from layersync.state.memory import remember
from layersync.state.runs import begin
from layersync.state.store import Store
from layersync.values.change import Change, Edit
from layersync.values.intent import Intent
from layersync.values.memory import OpenChange
from layersync.values.outcome import Outcome, Word
from tests.state.samples import DAY, JOB, ORG, URL, Time, a_change, a_run, an_outcome


def numbered(prefix: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


def dead_run_left(store: Store, time: Time, change: Change | None = None) -> tuple[OpenChange, ...]:
    """Leaves one change of `run-1` open, begins `run-2`, and gives what that remembers."""
    Journal(store, "run-1", clocks=time.clocks(), new_key=numbered("old")).intend(change or a_change())
    begin(store, a_run("run-2"))
    return remember(store, URL, ORG, JOB, DAY, time.clocks()).open_changes


def later_journal(store: Store, clocks: Clocks, open_changes: tuple[OpenChange, ...]) -> Journal:
    return Journal(store, "run-2", clocks=clocks, new_key=numbered("new"), reusable=open_changes)


def open_keys(store: Store) -> list[tuple[str, str]]:
    return [(change.run_id, change.idempotency_key) for change in remember(store, URL, ORG, JOB, DAY).open_changes]


def test_intents_are_numbered_within_their_run_whoever_writes_them(store: Store) -> None:
    first, second = Journal(store, "run-1"), Journal(store, "run-1")
    seqs = [journal.intend(a_change(row)).seq for row, journal in enumerate((first, second, first), start=2)]
    assert seqs == [1, 2, 3]


def test_keys_are_random_and_one_for_each_change(store: Store) -> None:
    journal = Journal(store, "run-1")
    keys = {journal.intend(a_change()).idempotency_key for _ in range(3)}
    assert len(keys) == 3
    assert all(len(key) == 36 for key in keys)


def test_intent_is_seen_by_another_reader_as_soon_as_it_is_returned(store: Store) -> None:
    intent = Journal(store, "run-1").intend(a_change())
    with Store.open(store.path.parent) as other:
        (change,) = remember(other, URL, ORG, JOB, DAY).open_changes
    assert (change.seq, change.body, change.idempotency_key, change.born) == (
        intent.seq,
        intent.body,
        intent.idempotency_key,
        intent.born,
    )


def test_intent_and_outcome_are_committed_by_the_durable_kind_of_transaction(store: Store) -> None:
    statements: list[str] = []
    with store.transaction() as connection:
        connection.set_trace_callback(statements.append)
    journal = Journal(store, "run-1")
    journal.settle(journal.intend(a_change()), an_outcome())
    assert statements.count("COMMIT") == 3
    assert not [statement for statement in statements if "synchronous" in statement]


@pytest.mark.parametrize(
    ("patch", "body"),
    [
        pytest.param({"b": 1, "a": [True, None]}, b'{"b":1,"a":[true,null]}', id="compact, order kept"),
        pytest.param({"n": "Köln 日本 🎈"}, '{"n":"Köln 日本 🎈"}'.encode(), id="UTF-8"),
        pytest.param({"n": "ü\ud800"}, b'{"n":"\\u00fc\\ud800"}', id="a lone surrogate makes it ASCII"),
        pytest.param({"n": "\u2028\u0000\n"}, '{"n":"\u2028\\u0000\\n"}'.encode(), id="control characters"),
        pytest.param(
            MappingProxyType({"m": MappingProxyType({"k": (1, 2)})}), b'{"m":{"k":[1,2]}}', id="read-only mappings"
        ),
    ],
)
def test_body_is_compact_json_in_utf8(patch: Mapping[str, object], body: bytes) -> None:
    assert body_of(patch) == body
    assert json.loads(body) == json.loads(json.dumps(patch, default=dict))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x"])
def test_value_that_no_json_can_hold_is_never_sent(store: Store, value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        Journal(store, "run-1").intend(a_change(value=value))
    assert open_keys(store) == []


def test_base_and_desired_are_kept_by_dotted_path(store: Store) -> None:
    change = replace(
        a_change(),
        edits=(Edit("personality", ("humor",), "\ud800", "dry"), Edit("timezone", (), None, ["UTC"])),
        patch={"personality": {"humor": "dry"}, "timezone": ["UTC"]},
    )
    Journal(store, "run-1").intend(change)
    (remembered,) = remember(store, URL, ORG, JOB, DAY).open_changes
    assert remembered.base == {"personality.humor": "\ud800", "timezone": None}
    assert remembered.desired == {"personality.humor": "dry", "timezone": ["UTC"]}


def test_intent_of_a_run_that_never_began_is_our_mistake(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        Journal(store, "run-7").intend(a_change())


def full_outcome() -> Outcome:
    return Outcome(
        job=JOB,
        row=2,
        word=Word.REFUSED,
        message="said no \u2013 twice",
        what_to_do="shorten it",
        patch={"timezone": "UTC", "metadata": {"a": [1, None]}},
        error_code="VALIDATION",
        http_status=422,
        request_id="req_1",
        attempts=2,
        waited_s=1.5,
        idempotency_key="k1",
        finished_at=datetime(2026, 11, 21, 12, 0, 1, 250_000, tzinfo=UTC),
    )


def test_outcome_is_read_back_as_it_was_settled(store: Store) -> None:
    journal = Journal(store, "run-1")
    intents = [journal.intend(a_change(row)) for row in (2, 3)]
    journal.settle(intents[1], an_outcome(3))
    journal.settle(intents[0], full_outcome())
    assert outcomes_of(store, "run-1") == {1: full_outcome(), 2: an_outcome(3)}


def test_change_is_settled_once(store: Store) -> None:
    journal = Journal(store, "run-1")
    intent = journal.intend(a_change())
    journal.settle(intent, an_outcome())
    with pytest.raises(sqlite3.IntegrityError):
        journal.settle(intent, an_outcome(word=Word.FAILED))
    assert outcomes_of(store, "run-1")[intent.seq].word is Word.CHANGED


def test_outcome_without_an_intent_is_our_mistake(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        Journal(store, "run-1").settle(Intent(5, b"{}", "k", 0.0), an_outcome())


def test_change_of_a_dead_run_goes_on_with_its_key_bytes_and_birth(store: Store) -> None:
    time = Time()
    left = dead_run_left(store, time)
    time.passes(KEY_LIFE_S - 1)
    intent = later_journal(store, time.clocks(), left).intend(a_change())
    assert intent == Intent(1, b'{"timezone":"Europe/Berlin"}', "old1", 1_000_000.0, resumed=True)


def test_change_that_goes_on_is_open_once_and_points_to_where_it_began(store: Store) -> None:
    time = Time()
    left = dead_run_left(store, time)
    later_journal(store, time.clocks(), left).intend(a_change())
    assert open_keys(store) == [("run-2", "old1")]
    (row,) = store.rows("SELECT continues_run, continues_seq FROM intents WHERE run_id = 'run-2'")
    assert tuple(row) == ("run-1", 1)


def test_key_ages_from_its_first_run_through_any_number_of_dead_ones(store: Store) -> None:
    time = Time()
    left = dead_run_left(store, time)
    time.passes(KEY_LIFE_S / 2)
    later_journal(store, time.clocks(), left).intend(a_change())
    time.passes(KEY_LIFE_S / 2)
    (change,) = remember(store, URL, ORG, JOB, DAY, time.clocks()).open_changes
    assert (change.run_id, change.born, change.age_s) == ("run-2", 1_000_000.0, KEY_LIFE_S)


@pytest.mark.parametrize(
    ("age_s", "key"),
    [(0.0, "old1"), (KEY_LIFE_S - 1, "old1"), (KEY_LIFE_S, "new1"), (KEY_LIFE_S + 1, "new1"), (-1.0, "new1")],
)
def test_key_is_used_again_below_its_age_limit_only(store: Store, age_s: float, key: str) -> None:
    time = Time()
    dead_run_left(store, time)
    time.passes(age_s)
    left = remember(store, URL, ORG, JOB, DAY, time.clocks()).open_changes
    assert later_journal(store, time.clocks(), left).intend(a_change()).idempotency_key == key


def wall_set_back(time: Time) -> Clocks:
    time.wall -= 7200
    return time.clocks()


def slept_with_the_wall_set_back(time: Time) -> Clocks:
    time.boot += KEY_LIFE_S
    return time.clocks()


def server_is_a_day_ahead(time: Time) -> Clocks:
    time.server = 86_400.0
    return time.clocks()


def aged_since_it_was_remembered(time: Time) -> Clocks:
    time.passes(KEY_LIFE_S)
    return time.clocks()


@pytest.mark.parametrize(
    "happens", [wall_set_back, slept_with_the_wall_set_back, server_is_a_day_ahead, aged_since_it_was_remembered]
)
def test_key_whose_age_is_in_doubt_when_it_is_to_be_used_is_not(
    store: Store, happens: Callable[[Time], Clocks]
) -> None:
    time = Time()
    time.server = 0.0
    left = dead_run_left(store, time)
    assert later_journal(store, happens(time), left).intend(a_change()).idempotency_key == "new1"


def test_key_of_unknown_age_when_remembered_is_not_used_again(store: Store) -> None:
    time = Time()
    left = tuple(replace(change, age_s=None) for change in dead_run_left(store, time))
    assert later_journal(store, time.clocks(), left).intend(a_change()).idempotency_key == "new1"


def test_key_lives_through_a_reboot(store: Store) -> None:
    time = Time()
    dead_run_left(store, time)
    time.wall, time.boot = time.wall + 60, 1.0
    clocks = time.clocks(boot_id="boot-2")
    left = remember(store, URL, ORG, JOB, DAY, clocks).open_changes
    assert later_journal(store, clocks, left).intend(a_change()).idempotency_key == "old1"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(a_change(value="Europe/Paris"), id="another body"),
        pytest.param(replace(a_change(), id="id-9"), id="another record"),
        pytest.param(replace(a_change(), resource="influencers"), id="another resource"),
    ],
)
def test_other_change_gets_a_key_of_its_own_and_the_dead_one_stays_open(store: Store, other: Change) -> None:
    time = Time()
    left = dead_run_left(store, time)
    assert later_journal(store, time.clocks(), left).intend(other).idempotency_key == "new1"
    assert open_keys(store) == [("run-1", "old1"), ("run-2", "new1")]


def test_second_intent_of_the_same_change_gets_a_new_key(store: Store) -> None:
    time = Time()
    left = dead_run_left(store, time)
    journal = later_journal(store, time.clocks(), left)
    keys = []
    for _ in range(2):
        intent = journal.intend(a_change())
        journal.settle(intent, an_outcome(word=Word.UNKNOWN))
        keys.append(intent.idempotency_key)
    assert keys == ["old1", "new1"]


def test_of_two_dead_tries_the_younger_goes_on(store: Store) -> None:
    time = Time()
    journal = Journal(store, "run-1", clocks=time.clocks(), new_key=numbered("old"))
    journal.intend(a_change())
    time.passes(60)
    journal.intend(a_change())
    begin(store, a_run("run-2"))
    left = remember(store, URL, ORG, JOB, DAY, time.clocks()).open_changes
    assert later_journal(store, time.clocks(), left[::-1]).intend(a_change()).idempotency_key == "old2"
    assert open_keys(store) == [("run-1", "old1"), ("run-2", "old2")]


def test_change_that_the_file_does_not_know_gets_a_new_key(store: Store) -> None:
    time = Time()
    left = tuple(replace(change, run_id="run-gone") for change in dead_run_left(store, time))
    assert later_journal(store, time.clocks(), left).intend(a_change()).idempotency_key == "new1"


def test_key_that_cannot_be_made_leaves_nothing_behind(store: Store) -> None:
    def fails() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Journal(store, "run-1", new_key=fails).intend(a_change())
    assert open_keys(store) == []
    assert Journal(store, "run-1").intend(a_change()).seq == 1
