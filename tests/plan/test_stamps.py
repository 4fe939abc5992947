"""Stamps: compared as moments however they are written; a coarse one says enough only once its second is over."""

from datetime import UTC, datetime, timedelta

import pytest

from layersync.plan.stamps import is_settled, same_moment

NOON = datetime(2026, 4, 18, 12, 0, 0, tzinfo=UTC)

SAME = [
    ("2026-04-18T19:02:11.959888+00:00", "2026-04-18T19:02:11.959888+00:00"),
    ("2026-04-18T19:02:11.959888+00:00", "2026-04-18T19:02:11.959888Z"),
    ("2026-04-18T19:02:11.5Z", "2026-04-18t19:02:11.500000z"),
    ("2026-04-01T14:22:10Z", "2026-04-01T16:22:10.000+02:00"),
    ("2026-04-01T14:22:10Z", "2026-04-01 14:22:10Z"),
]
OTHER = [
    ("2026-04-18T19:02:11.959888Z", "2026-04-18T19:02:11.959887Z"),
    ("2026-04-18T19:02:11.1234567Z", "2026-04-18T19:02:11.1234568Z"),
    ("2026-04-18T19:02:11.959Z", "2026-04-18T19:02:11.959888Z"),
    ("2026-04-01T14:22:10Z", "2026-04-01T14:22:10+01:00"),
    ("2026-04-01T14:22:10Z", "2026-04-01T14:22:11Z"),
]
NONSENSE = ["", "yesterday", "1775052130", "2026-04-01", "2026-04-01T14:22:10", "2026-13-01T14:22:10Z", "x\x00"]
NONSENSE += ["0001-01-01T00:00:00+23:00", "２026-04-01T14:22:10Z", "2026-04-01T14:22:10Z\n"]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_moment_is_one_however_it_is_written(one: str, other: str) -> None:
    assert same_moment(one, other)
    assert same_moment(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_two_moments_are_two_even_where_a_clock_would_not_tell_them_apart(one: str, other: str) -> None:
    assert not same_moment(one, other)
    assert not same_moment(other, one)


@pytest.mark.parametrize("text", NONSENSE)
def test_what_is_no_stamp_is_no_moment_not_even_its_own(text: str) -> None:
    assert not same_moment(text, text)
    assert not is_settled(text, NOON)


@pytest.mark.parametrize(
    ("stamp", "age_s", "settled"),
    [
        ("2026-04-18T12:00:00Z", 0, False),
        ("2026-04-18T12:00:00.000Z", 1.9, False),
        ("2026-04-18T12:00:00.000Z", 2, True),
        ("2026-04-18T12:00:00.001Z", 0, True),
        ("2026-04-18T13:00:00Z", 0, False),  # the server's clock is ahead of what it says itself
        ("2026-04-18T14:00:00+02:00", 86_400, True),
    ],
)
def test_a_stamp_in_whole_seconds_says_enough_once_its_second_is_over(stamp: str, age_s: float, settled: bool) -> None:
    assert is_settled(stamp, NOON + timedelta(seconds=age_s)) is settled
