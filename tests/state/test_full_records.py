"""Full records that are kept: trusted for a while, the newest of each, and no more than there is room for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.state.full_records import trusted, with_new
from layersync.values.reads import FullRecord

NOW = 1_000_000.0
TRUST_S = 100.0


def record(id_: str, read_at: float = NOW, body: bytes = b"{}", stamp: str = "s") -> FullRecord:
    return FullRecord(id=id_, stamp=stamp, read_at=read_at, body=body)


@pytest.mark.parametrize(
    ("age_s", "is_trusted"), [(0, True), (99.9, True), (100, False), (10**6, False), (-1, False), (float("nan"), False)]
)
def test_a_record_is_trusted_for_so_long_and_never_when_it_was_read_in_the_future(
    age_s: float, is_trusted: bool
) -> None:
    kept = with_new(None, [record("a")], NOW, TRUST_S)
    assert trusted(kept, NOW + age_s, TRUST_S) == ({"a": record("a")} if is_trusted else {})


def test_nothing_kept_is_nothing_trusted() -> None:
    assert trusted(None, NOW, TRUST_S) == {}
    assert with_new(None, [], NOW, TRUST_S).height == 0


def test_new_records_replace_old_ones_and_what_is_not_trusted_any_more_goes() -> None:
    kept = with_new(None, [record("a", stamp="old"), record("b"), record("c", NOW - 99)], NOW, TRUST_S)
    kept = with_new(kept, [record("a", NOW + 5, stamp="new")], NOW + 5, TRUST_S)
    assert trusted(kept, NOW + 5, TRUST_S) == {"a": record("a", NOW + 5, stamp="new"), "b": record("b")}
    assert set(kept["id"]) == {"a", "b"}


def test_where_there_is_no_room_the_records_that_were_read_first_go() -> None:
    kept = with_new(None, [record(id_, NOW + at, bytes(40)) for at, id_ in enumerate("abc")], NOW, TRUST_S, 100)
    assert set(kept["id"]) == {"b", "c"}
    assert with_new(None, [record("d", body=bytes(101))], NOW, TRUST_S, 100).height == 0


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 300), st.binary(max_size=5)), max_size=8))
def test_what_is_trusted_is_always_what_was_read_last(reads: list[tuple[str, float, bytes]]) -> None:
    kept, last, now = None, {}, NOW
    for id_, later_s, body in reads:
        now += later_s
        last[id_] = record(id_, now, body)
        kept = with_new(kept, [last[id_]], now, TRUST_S)
    assert trusted(kept, now, TRUST_S) == {id_: one for id_, one in last.items() if now - one.read_at < TRUST_S}
