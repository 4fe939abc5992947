"""A budget in the state file: who gets how much, what the dead leave behind, and what happens without the file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.state.clocks import Clocks
from layersync.state.shared_budget import SharedBudget, Sharing, granted_of
from layersync.state.sharing import shared_budgets
from layersync.state.store import FILE_NAME, Store

LIMIT, WINDOW_S, LONGEST_S = 54, 60.0, 30.0


@dataclass
class Machine:
    """A machine whose boot clock is set by hand, and what its processes say."""

    store: Store
    now: float = 1000.0
    boot_id: str = "boot"
    told: list[str] = field(default_factory=list)

    def process(self, name: str, key: str = "key") -> SharedBudget:
        clocks = Clocks(boot=lambda: self.now, boot_id=self.boot_id)
        sharing = Sharing(store=self.store, clocks=clocks, sharer=name, longest_s=LONGEST_S, tell=self.told.append)
        pool = SharedBudget(sharing, key, WINDOW_S)
        pool.join(0)
        return pool


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Store.open(tmp_path, patience_s=0.01) as store:
        yield Machine(store)


@pytest.mark.parametrize(
    ("wanted", "held", "wanting", "granted"),
    [
        (5, {}, {"me"}, 5),
        (99, {}, {"me"}, 54),
        (99, {"me": 50}, {"me"}, 4),
        (99, {"other": 50}, {"me"}, 4),
        (99, {}, {"me", "other"}, 27),
        (99, {"me": 20, "other": 27}, {"me", "other"}, 7),
        (99, {"me": 30}, {"me", "other"}, 0),
        (99, {"other": 54}, {"me", "other"}, 0),
        (99, {"me": 1}, {"me", "other", "third"}, 17),
    ],
)
def test_who_gets_how_much(wanted: int, held: dict[str, int], wanting: set[str], granted: int) -> None:
    assert granted_of(wanted, LIMIT, held, "me", wanting) == granted


@given(limit=st.integers(1, 60), claims=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 64)), max_size=40))
def test_all_together_never_hold_more_than_the_limit(limit: int, claims: list[tuple[str, int]]) -> None:
    held: dict[str, int] = {}
    wanting: set[str] = set()
    for who, wanted in claims:
        wanting.add(who)
        granted = granted_of(wanted, limit, held, who, wanting)
        held[who] = held.get(who, 0) + granted
        assert 0 <= granted <= wanted
        assert len(wanting) == 1 or not granted or held[who] <= max(1, limit // len(wanting))
    assert sum(held.values()) <= limit


def test_a_lot_is_held_until_a_window_after_it_was_given_back(machine: Machine) -> None:
    one = machine.process("a")
    lot = one.claim(LIMIT, LIMIT).lot
    assert lot is not None
    assert one.claim(1, LIMIT).granted == 0
    one.close(lot, 50)
    assert one.claim(9, LIMIT).granted == 4
    machine.now += WINDOW_S - 1
    assert (claim := one.claim(9, LIMIT)).granted == 0
    assert claim.wait_s <= 1.0
    machine.now += 1
    assert one.claim(99, LIMIT).granted == 50


def test_what_a_killed_process_held_is_free_after_the_longest_request_and_a_window(machine: Machine) -> None:
    machine.process("dead").claim(LIMIT, LIMIT)
    heir = machine.process("heir")
    machine.now += WINDOW_S + LONGEST_S - 1
    assert heir.claim(1, LIMIT).granted == 0
    machine.now += 1
    assert heir.claim(LIMIT, LIMIT).granted == LIMIT


def test_who_left_or_asks_no_more_leaves_the_rest_to_others(machine: Machine) -> None:
    one, other = machine.process("a"), machine.process("b")
    assert one.claim(99, LIMIT).granted == LIMIT // 2
    other.leave()
    assert one.claim(99, LIMIT).granted == LIMIT // 2
    machine.now += WINDOW_S
    third = machine.process("c")
    assert one.claim(99, LIMIT).sharers == 2
    machine.now += WINDOW_S / 10
    assert third.claim(1, LIMIT).sharers == 1


def test_budgets_of_other_keys_and_before_a_restart_do_not_count(machine: Machine) -> None:
    machine.process("a", "another key").claim(LIMIT, LIMIT)
    machine.process("b").claim(LIMIT, LIMIT)
    machine.boot_id, machine.now = "later", 5.0
    assert machine.process("c").claim(LIMIT, LIMIT).granted == LIMIT


def test_times_that_cannot_be_are_not_believed(machine: Machine) -> None:
    """As where the machine has no boot id, and its clock began anew."""
    one = machine.process("a")
    one.claim(LIMIT, LIMIT)
    machine.process("b").claim(1, LIMIT)
    machine.now = 5.0
    assert one.claim(LIMIT, LIMIT).granted == LIMIT


def test_a_429_freezes_all_for_the_longest_word(machine: Machine) -> None:
    one, other = machine.process("a"), machine.process("b")
    one.freeze(7.0)
    other.freeze(3.0)
    assert (other.claim(1, LIMIT).closed_s, other.claim(1, LIMIT).granted) == (7.0, 0)
    machine.now += 7.0
    assert other.claim(1, LIMIT).granted == 1


def test_beside_a_locked_file_it_goes_on_alone_says_so_once_and_comes_back(machine: Machine) -> None:
    one = machine.process("a")
    with closing(sqlite3.connect(machine.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            claim = one.claim(9, LIMIT)
            assert (claim.granted, claim.lot) == (9, None)
            machine.now += 6.0
        other.execute("ROLLBACK")
    assert len(machine.told) == 1
    assert "other runs are not taken into account" in machine.told[0]
    assert one.claim(9, LIMIT).lot is not None


def test_without_a_usable_state_file_nothing_is_shared_and_that_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 100)
    told: list[str] = []
    with shared_budgets(tmp_path, sharer="a", longest_s=LONGEST_S, tell=told.append) as pools:
        assert pools is None
    assert len(told) == 1


def test_at_its_end_a_process_leaves_every_pool(tmp_path: Path) -> None:
    clocks = Clocks(boot=lambda: 1000.0, boot_id="boot")
    for name in ("a", "b"):
        with shared_budgets(tmp_path, sharer=name, longest_s=LONGEST_S, tell=[].append, clocks=clocks) as pools:
            assert pools is not None
            pool = pools("key", WINDOW_S)
            pool.join(3)
            assert pool.claim(99, LIMIT).granted == (LIMIT - 3 if name == "a" else 0)
    with Store.open(tmp_path) as store:
        assert store.rows("SELECT * FROM sharers") == []
        assert {row["free_at"] for row in store.rows("SELECT free_at FROM lots WHERE slots")} == {1000.0 + WINDOW_S}
