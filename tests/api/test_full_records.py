"""Full records: kept as the API answered them, recalled as if it answered so again."""

import json
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from layersync.api import full_records
from layersync.api.excerpts import RECORD, record_parser
from layersync.api.full_records import FullRecords
from layersync.api.wire import Answer
from layersync.plan.excerpt import Cut
from layersync.values.reads import FullRecord
from tests.plan.build import PROJECTS, an_id, column, project
from tests.virtual_time import START, VirtualClock

CUT = Cut([column("tagline", 1), column("metadata", 2)], PROJECTS, "id")
LONG_AGO = "2026-04-18T19:02:11.959888+00:00"


class StoppedClock(VirtualClock):
    """It is always the same moment."""

    def wall(self) -> datetime:
        return START


def read(number: int, date: datetime | None = START, **fields: object) -> FullRecords:
    """What is kept of one answer."""
    headers = {"content-type": "application/json"} | ({"date": format_datetime(date, usegmt=True)} if date else {})
    body = json.dumps(project(number, **fields)).encode()
    full = FullRecords({}, CUT, StoppedClock())
    full.keep(record_parser(CUT)(Answer(200, headers, body)))
    return full


def test_an_answer_is_kept_byte_for_byte_under_the_bare_id() -> None:
    (kept,) = read(1, id=f"prj_{an_id(1).upper()}", updatedAt=LONG_AGO, strange=[1.50]).new
    assert (kept.id, kept.stamp, kept.read_at) == (an_id(1), LONG_AGO, START.timestamp())
    assert json.loads(kept.body)["strange"] == [1.5]


@pytest.mark.parametrize("stamp", [None, 5, "", "yesterday", START.isoformat(timespec="seconds")])
def test_an_answer_without_a_stamp_that_says_enough_is_not_kept(stamp: object) -> None:
    assert read(1, updatedAt=stamp).new == []


def test_a_record_that_shows_no_stamp_is_not_kept() -> None:
    assert read(1).new == []


@pytest.mark.parametrize(("server_is_ahead_s", "kept"), [(3600, 1), (1, 0), (-3600, 0)])
def test_the_servers_own_date_tells_whether_a_second_is_over(server_is_ahead_s: float, kept: int) -> None:
    stamp = START.isoformat(timespec="seconds")
    assert len(read(1, START + timedelta(seconds=server_is_ahead_s), updatedAt=stamp).new) == kept


@pytest.mark.parametrize(("age_s", "kept"), [(1, 0), (2, 1)])
def test_without_that_date_our_clock_tells(age_s: float, kept: int) -> None:
    stamp = (START - timedelta(seconds=age_s)).isoformat(timespec="seconds")
    assert len(read(1, None, updatedAt=stamp).new) == kept


def test_beyond_the_room_for_them_answers_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full_records, "_MOST_BYTES", 900)
    full = FullRecords({}, CUT, StoppedClock())
    for number in range(9):
        body = json.dumps(project(number, updatedAt=LONG_AGO, tagline="x" * 80)).encode()
        full.keep(record_parser(CUT)(Answer(200, {"content-type": "application/json"}, body)))
    assert 0 < sum(len(one.body) for one in full.new) <= 900


ODD = {"tagline": "a\u0000b", "metadata": {"n": 10**400, "half": "\ud800", "ö": [1.0, True, None]}}


def test_what_is_recalled_is_what_the_answer_was_read_as() -> None:
    body = json.dumps(project(1, updatedAt=LONG_AGO, **ODD)).encode()
    kept = FullRecord(id=an_id(1), stamp=LONG_AGO, read_at=0.0, body=body)
    again = FullRecords({an_id(1): kept}, CUT, StoppedClock())
    answer = Answer(200, {"content-type": "application/json"}, body)
    assert again.recall(an_id(1)) == record_parser(CUT)(answer)[RECORD]
    assert again.recalled == [kept]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id": NaN}', b"[" * 200_000])
def test_what_cannot_be_read_is_not_recalled(body: bytes) -> None:
    kept = FullRecord(id=an_id(1), stamp=LONG_AGO, read_at=0.0, body=body)
    again = FullRecords({an_id(1): kept}, CUT, StoppedClock())
    assert again.recall(an_id(1)) is None
    assert again.recalled == []
