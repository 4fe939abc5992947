"""Writes are counted per day and target, by all who share the state directory; the server may say when a day ends."""

from datetime import UTC, datetime, timedelta

import pytest

from layersync.state.store import Store
from layersync.state.writes import cap_writes, capped_until, count_write, day_ends, writes_today
from tests.state.samples import DAY, ORG, URL


def test_writes_of_a_day_add_up_and_a_new_day_starts_at_nothing(store: Store) -> None:
    assert writes_today(store, URL, ORG, DAY) == 0
    for _ in range(3):
        count_write(store, URL, ORG, DAY)
    assert writes_today(store, URL, ORG, DAY) == 3
    assert writes_today(store, URL, ORG, DAY + timedelta(days=1)) == 0


def test_writes_belong_to_base_url_and_key(store: Store) -> None:
    count_write(store, URL, ORG, DAY)
    assert writes_today(store, "https://other.example", ORG, DAY) == 0
    assert writes_today(store, URL, "key_2", DAY) == 0


def test_two_who_share_the_file_share_the_count(store: Store) -> None:
    with Store.open(store.path.parent) as other:
        count_write(store, URL, ORG, DAY)
        count_write(other, URL, ORG, DAY)
        assert writes_today(store, URL, ORG, DAY) == writes_today(other, URL, ORG, DAY) == 2


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}:00").replace(tzinfo=UTC)


def test_the_day_ends_at_midnight_utc_as_long_as_the_server_shows_nothing_else(store: Store) -> None:
    assert day_ends(store, URL, ORG, at("21T03:00")) == at("22T00:00")
    assert capped_until(store, URL, ORG, at("21T03:00")) is None


def test_a_cap_that_ends_at_midnight_keeps_the_count(store: Store) -> None:
    count_write(store, URL, ORG, at("21T20:00"))
    cap_writes(store, URL, ORG, at("21T20:00"), 4 * 3600 + 2)
    with Store.open(store.path.parent) as later:
        assert capped_until(later, URL, ORG, at("21T23:59")) == at("22T00:00") + timedelta(seconds=2)
        assert capped_until(later, URL, ORG, at("22T00:01")) is None
        assert writes_today(later, URL, ORG, at("21T23:59")) == 1
        assert writes_today(later, URL, ORG, at("22T00:01")) == 0
        assert day_ends(later, URL, ORG, at("22T00:01")) == at("23T00:00")


def test_a_cap_that_ends_elsewhere_moves_the_day_and_the_count_begins_anew(store: Store) -> None:
    count_write(store, URL, ORG, at("21T15:00"))
    cap_writes(store, URL, ORG, at("21T15:00"), 2 * 3600)
    assert capped_until(store, URL, ORG, at("21T16:59")) == at("21T17:00")
    assert writes_today(store, URL, ORG, at("21T16:59")) == 0
    count_write(store, URL, ORG, at("21T17:30"))
    assert writes_today(store, URL, ORG, at("22T16:59")) == 1
    assert writes_today(store, URL, ORG, at("22T17:00")) == 0
    assert day_ends(store, URL, ORG, at("22T16:59")) == at("22T17:00")
    cap_writes(store, URL, ORG, at("22T10:00"), 7 * 3600 - 40)
    assert writes_today(store, URL, ORG, at("22T16:58")) == 1, "the same moment, told a little less exactly"


@pytest.mark.parametrize("wait_s", [90_000.0, 9_999_999_999.0])
def test_a_wait_beyond_a_day_is_believed_for_a_day_and_tells_no_time_of_day(store: Store, wait_s: float) -> None:
    count_write(store, URL, ORG, at("21T15:00"))
    cap_writes(store, URL, ORG, at("21T15:00"), wait_s)
    assert capped_until(store, URL, ORG, at("21T15:00")) == at("22T15:00")
    assert writes_today(store, URL, ORG, at("21T16:00")) == 1
    assert day_ends(store, URL, ORG, at("21T16:00")) == at("22T00:00")


def test_a_clock_that_was_set_back_does_not_keep_the_cap(store: Store) -> None:
    cap_writes(store, URL, ORG, at("21T15:00"), 3600)
    assert capped_until(store, URL, ORG, at("11T15:00")) is None
