"""Carrying out a plan on a simulated server: every answer, and every way in which there is none."""

import json
from pathlib import Path

import pytest

from layersync.api.wire import Answer, Request
from layersync.errors import ApiRefuses, StoppedEarly
from layersync.state.journal import outcomes_of
from layersync.state.memory import remember
from layersync.state.store import Store
from layersync.values.memory import OpenChange
from layersync.values.outcome import Word
from layersync.values.target import Budget
from tests.api.desk import START, carry_out, clocks, path_of, planned, server_with
from tests.api.server import (
    Fault,
    SimulatedServer,
    edited,
    json_answer,
    lost_answer,
    lost_request,
    no_connection,
    raw,
    status,
)
from tests.plan.build import an_id


def open_changes(state_dir: Path) -> tuple[OpenChange, ...]:
    with Store.open(state_dir) as store:
        return remember(store, "http://127.0.0.1:1", "org_1", "projects", START, clocks()).open_changes


def one(server: SimulatedServer, tmp_path: Path, **cells: object):
    return carry_out(server, planned(server, **(cells or {"tagline": "new"})).changes, tmp_path)


def test_a_healthy_run_changes_everything_once_and_sees_no_429(tmp_path: Path) -> None:
    server = server_with(200)
    ran = one(server, tmp_path)
    assert ran.words == [Word.CHANGED] * 200
    assert all(record["tagline"] == "new" for record in server.records.values())
    assert len(server.sends("PATCH")) == 200
    assert len({key for *_, key in server.sends("PATCH")}) == 200
    assert open_changes(tmp_path) == ()


def test_the_share_of_the_budget_is_used_and_never_exceeded(tmp_path: Path) -> None:
    server = server_with(162)
    ran = one(server, tmp_path)
    times = [moment for moment, *_ in server.sends("PATCH")]
    assert all(later - earlier >= 60.0 for earlier, later in zip(times, times[54:], strict=False))
    assert 120.0 <= ran.took < 123.0


SETTLED: list[tuple[str, list[Fault | None], Word, int]] = [
    ("a lost answer is sent again under the same key, and replayed", [lost_answer], Word.CHANGED, 1),
    ("a lost request is sent again", [lost_request], Word.CHANGED, 1),
    ("no connection is tried again", [no_connection, no_connection], Word.CHANGED, 1),
    ("502, 503 and 504 are tried again", [status(502), status(503), status(504)], Word.CHANGED, 1),
    ("500 is tried once more", [status(500)], Word.CHANGED, 1),
    ("500 twice is given up after a look", [status(500), status(500)], Word.FAILED, 0),
    ("four lost requests are given up after a look", [lost_request] * 4, Word.FAILED, 0),
    ("four lost answers are settled by a look", [lost_answer] * 4, Word.CHANGED, 1),
    ("422 is refused at once", [status(422, "VALIDATION")], Word.REFUSED, 0),
    ("404 is refused at once", [status(404, "NOT_FOUND")], Word.REFUSED, 0),
    ("a unique value in use is refused after a look", [status(409, "CONFLICT")], Word.REFUSED, 0),
    ("a 200 that is a login page is only read back", [raw(b"<html>", "text/html")], Word.FAILED, 0),
    ("a 200 that shows the old values is read back", [raw(b'{"id": "x"}')], Word.FAILED, 0),
    ("a key in flight is waited for", [status(409, "IDEMPOTENCY_CONFLICT")] * 3, Word.CHANGED, 1),
    ("a key in flight for ever gets a new one", [status(409, "IDEMPOTENCY_CONFLICT")] * 30, Word.CONFLICT, 0),
]


@pytest.mark.parametrize(
    ("faults", "word", "effects"), [case[1:] for case in SETTLED], ids=[case[0] for case in SETTLED]
)
def test_every_answer_ends_in_the_right_outcome(
    faults: list[Fault | None], word: Word, effects: int, tmp_path: Path
) -> None:
    server = server_with(1, tagline="old")
    server.faults["PATCH"] = list(faults)
    ran = one(server, tmp_path)
    assert ran.words == [word]
    assert server.effects.get(path_of(0), 0) == effects
    assert (server.records[path_of(0)]["tagline"] == "new") == (word is Word.CHANGED)
    assert open_changes(tmp_path) == ()


@pytest.mark.parametrize(
    ("answers", "word", "left_open"),
    [([status(409, "CONFLICT")], Word.REFUSED, 0), ([lost_answer, status(409, "CONFLICT")], Word.UNKNOWN, 1)],
    ids=["a plain no stays one", "after a try whose answer was lost, nobody knows"],
)
def test_a_conflict_whose_record_cannot_be_read(
    answers: list[Fault | None], word: Word, left_open: int, tmp_path: Path
) -> None:
    server = server_with(1)
    server.faults = {"PATCH": answers, "GET": [status(503)] * 30}
    ran = one(server, tmp_path)
    assert ran.words == [word]
    assert len(open_changes(tmp_path)) == left_open


def test_a_retry_uses_the_same_key_and_bytes(tmp_path: Path) -> None:
    server = server_with(1)
    server.faults["PATCH"] = [lost_answer, lost_request, status(503)]
    one(server, tmp_path)
    assert len(server.sends("PATCH")) == 4
    assert len({key for *_, key in server.sends("PATCH")}) == 1


@pytest.mark.parametrize(("fault", "word", "effects"), [(lost_answer, Word.CHANGED, 1), (lost_request, Word.FAILED, 0)])
def test_a_key_that_grew_old_while_the_machine_slept_is_not_sent_again(
    fault: Fault, word: Word, effects: int, tmp_path: Path
) -> None:
    server = server_with(1)
    server.faults["PATCH"] = [fault]
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path, slept=(0.01, 24 * 3600.0))
    assert ran.words == [word]
    assert (len(server.sends("PATCH")), server.effects.get(path_of(0), 0)) == (1, effects)
    assert open_changes(tmp_path) == ()


def test_a_change_that_a_429_kept_back_while_the_machine_slept_leaves_under_a_new_key(tmp_path: Path) -> None:
    server = server_with(1)
    server.faults["PATCH"] = [status(429, "RATE_LIMIT")]
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path, slept=(0.01, 24 * 3600.0))
    assert ran.words == [Word.CHANGED]
    assert len({key for *_, key in server.sends("PATCH")}) == 2


def test_a_key_in_flight_is_waited_for_however_long_its_change_had_waited_before(tmp_path: Path) -> None:
    server = server_with(55)
    server.faults["PATCH"] = [None] * 54 + [status(409, "IDEMPOTENCY_CONFLICT")] * 3
    ran = one(server, tmp_path)
    assert ran.words == [Word.CHANGED] * 55
    assert ran.took > 60
    assert len({key for *_, key in server.sends("PATCH")}) == 55, "no change got a second key"


def test_a_429_pauses_the_whole_class_for_all_of_retry_after_and_costs_no_attempt(tmp_path: Path) -> None:
    server = server_with(20)
    throttle = status(429, "RATE_LIMITED", {"retry-after": "17"})
    server.faults["PATCH"] = [None, None, None, throttle, None, None, None, None]
    ran = one(server, tmp_path)
    assert ran.words == [Word.CHANGED] * 20
    assert max(outcome.attempts for outcome in ran.outcomes.values()) == 1
    times = [moment for moment, *_ in server.sends("PATCH")]
    told = times[3] + server.latency
    assert all(moment < told or moment >= told + 17.0 - server.latency for moment in times)


def test_a_storm_of_429s_loses_no_row(tmp_path: Path) -> None:
    server = server_with(10)
    server.faults["PATCH"] = [status(429, "RATE_LIMITED", {"retry-after": "3"})] * 60
    assert one(server, tmp_path).words == [Word.CHANGED] * 10


@pytest.mark.parametrize("bad", ["-1", "nan", "inf", "abc", "", "0"])
def test_a_senseless_retry_after_neither_crashes_nor_hangs(bad: str, tmp_path: Path) -> None:
    server = server_with(3)
    server.faults["PATCH"] = [status(429, "RATE_LIMITED", {"retry-after": bad})]
    assert one(server, tmp_path).words == [Word.CHANGED] * 3


def test_a_daily_cap_stops_the_run_and_leaves_the_rest_for_the_next(tmp_path: Path) -> None:
    server = server_with(30)
    server.faults["PATCH"] = [None] * 10 + [status(429, "RATE_LIMITED", {"retry-after": "40000"})] * 30
    ran = one(server, tmp_path)
    assert isinstance(ran.stop.reason, StoppedEarly)
    assert ran.words.count(Word.CHANGED) == 10
    assert open_changes(tmp_path) == ()


def test_the_own_count_of_todays_writes_is_kept(tmp_path: Path) -> None:
    server = server_with(30)
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path, writes_left=12)
    assert len(server.sends("PATCH")) == 12
    assert isinstance(ran.stop.reason, StoppedEarly)


def test_a_try_that_is_made_again_counts_for_the_daily_cap_as_any(tmp_path: Path) -> None:
    server = server_with(2)
    server.faults["PATCH"] = [status(503)] * 4
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path, writes_left=3)
    assert len(server.sends("PATCH")) == 3
    assert isinstance(ran.stop.reason, StoppedEarly)
    assert len(open_changes(tmp_path)) == 2


def test_where_the_api_lets_nothing_be_read_for_hours_the_run_ends_and_waits_for_nothing(tmp_path: Path) -> None:
    server = server_with(30, metadata={"a": "1"})
    server.faults["GET"] = [None, None, status(429, "RATE_LIMITED", {"retry-after": "7200"})]
    ran = carry_out(server, planned(server, **{"metadata.a": "2"}).changes, tmp_path)
    assert isinstance(ran.stop.reason, StoppedEarly)
    assert ran.took < 10
    assert set(ran.words) <= {Word.CHANGED, Word.NOT_ATTEMPTED}
    assert open_changes(tmp_path) == ()


@pytest.mark.parametrize(("code", "error"), [(401, "UNAUTHENTICATED"), (503, "KILL_SWITCH"), (307, "")])
def test_what_refuses_us_as_a_whole_ends_the_run_at_once(code: int, error: str, tmp_path: Path) -> None:
    server = server_with(50)
    server.faults["PATCH"] = [None] * 8 + [status(code, error)] * 50
    ran = one(server, tmp_path)
    assert isinstance(ran.stop.reason, ApiRefuses)
    assert len(server.sends("PATCH")) <= 8 + 8
    assert set(ran.words) <= {Word.CHANGED, Word.NOT_ATTEMPTED}


@pytest.mark.parametrize(("code", "error"), [(401, "UNAUTHENTICATED"), (503, "KILL_SWITCH"), (307, "")])
def test_what_refuses_us_as_a_whole_ends_the_run_where_a_look_hears_it(code: int, error: str, tmp_path: Path) -> None:
    server = server_with(50, metadata={"a": "1"})
    server.faults["GET"] = [None] * 8 + [status(code, error)] * 50
    ran = carry_out(server, planned(server, **{"metadata.a": "2"}).changes, tmp_path)
    assert isinstance(ran.stop.reason, ApiRefuses)
    assert len(server.sends("GET")) <= 8 + 8
    assert set(ran.words) <= {Word.CHANGED, Word.NOT_ATTEMPTED}


def test_a_missing_scope_ends_the_job_where_a_look_hears_it(tmp_path: Path) -> None:
    server = server_with(50, metadata={"a": "1"})
    server.faults["GET"] = [status(403, "FORBIDDEN_SCOPE")] * 50
    ran = carry_out(server, planned(server, **{"metadata.a": "2"}).changes, tmp_path)
    assert isinstance(ran.ended, ApiRefuses)
    assert not ran.stop.asked
    assert len(server.sends("GET")) <= 8
    assert set(ran.words) == {Word.NOT_ATTEMPTED}


def test_a_missing_scope_ends_the_job_and_not_the_run(tmp_path: Path) -> None:
    server = server_with(50)
    server.faults["PATCH"] = [status(403, "FORBIDDEN_SCOPE")] * 50
    ran = one(server, tmp_path)
    assert isinstance(ran.ended, ApiRefuses)
    assert not ran.stop.asked
    assert len(server.sends("PATCH")) <= 8


def test_nearly_everything_refused_ends_the_job(tmp_path: Path) -> None:
    server = server_with(200)
    server.faults["PATCH"] = [status(422, "VALIDATION")] * 200
    ran = one(server, tmp_path)
    assert isinstance(ran.ended, ApiRefuses)
    assert 20 <= len(server.sends("PATCH")) <= 28


def test_many_refusals_among_more_successes_do_not(tmp_path: Path) -> None:
    server = server_with(60)
    server.faults["PATCH"] = [None, None, status(422, "VALIDATION")] * 20
    assert one(server, tmp_path).ended is None


def test_metadata_is_always_built_on_a_fresh_read(tmp_path: Path) -> None:
    server = server_with(1, metadata={"crm": "1"})
    changes = planned(server, **{"metadata.crm": "2"}).changes
    server.records[path_of(0)]["metadata"] = {"crm": "1", "added": "since"}
    carry_out(server, changes, tmp_path)
    assert server.records[path_of(0)]["metadata"] == {"crm": "2", "added": "since"}


def test_a_record_read_more_than_a_minute_ago_is_read_again_and_never_overwritten(tmp_path: Path) -> None:
    server = server_with(3, tagline="old")
    changes = planned(server, tagline="new").changes
    server.records[path_of(1)]["tagline"] = "somebody else's"
    server.records[path_of(2)]["tagline"] = "new"
    ran = carry_out(server, changes, tmp_path, wait_first_s=61)
    assert ran.words == [Word.CHANGED, Word.CONFLICT, Word.CONVERGED]
    assert "tagline was old, is now somebody else's, the plan says new" in ran.outcomes[3].message
    assert len(server.sends("PATCH")) == 1


def test_a_fresh_record_costs_no_second_read(tmp_path: Path) -> None:
    server = server_with(5)
    one(server, tmp_path)
    assert server.sends("GET") == []


def test_a_record_that_vanished_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    server = server_with(2)
    changes = planned(server, tagline="new").changes
    del server.records[path_of(0)]
    assert carry_out(server, changes, tmp_path, wait_first_s=61).words == [Word.NOT_FOUND, Word.CHANGED]


def test_a_value_that_the_server_stores_otherwise_is_failed_with_what_it_holds(tmp_path: Path) -> None:
    server = server_with(1)

    def trims(simulated: SimulatedServer, request):
        simulated.records[request.path]["tagline"] = "trimmed"
        return json_answer(200, simulated.records[request.path])

    server.faults["PATCH"] = [trims]
    ran = one(server, tmp_path, tagline="  trimmed  ")
    assert ran.words == [Word.FAILED]
    assert "tagline is trimmed" in ran.outcomes[2].message
    assert len(server.sends("GET")) == 3


@pytest.mark.parametrize("echoed", [{"id": an_id(7)}, {}, {"id": None}])
def test_an_answer_about_another_record_is_no_success(echoed: dict[str, object], tmp_path: Path) -> None:
    server = server_with(1, tagline="old")
    server.faults["PATCH"] = [raw(json.dumps({**echoed, "tagline": "new"}).encode())]
    assert one(server, tmp_path).words == [Word.FAILED]
    assert server.records[path_of(0)]["tagline"] == "old"


def test_an_answer_that_leaves_nulls_out_still_shows_a_clear(tmp_path: Path) -> None:
    server = server_with(1, appName="Acme")

    def without_nulls(simulated: SimulatedServer, request):
        simulated.work(request)
        record = simulated.records[request.path]
        return json_answer(200, {name: value for name, value in record.items() if value is not None})

    server.faults["PATCH"] = [without_nulls]
    assert one(server, tmp_path, appName="\x00clear").words == [Word.CHANGED]
    assert server.sends("GET") == []


@pytest.mark.parametrize("taken_on", [status(202), raw(b"<html>", "text/html")])
def test_what_a_success_that_cannot_be_read_left_open_may_show_a_little_later(taken_on: Fault, tmp_path: Path) -> None:
    server = server_with(1, tagline="old")

    def shows_at_the_second_look(simulated: SimulatedServer, request: Request) -> Answer:
        answer = simulated.work(request)
        simulated.records[request.path]["tagline"] = "new"
        return answer

    server.faults = {"PATCH": [taken_on], "GET": [shows_at_the_second_look]}
    ran = one(server, tmp_path)
    assert ran.words == [Word.CHANGED]
    assert (len(server.sends("PATCH")), len(server.sends("GET"))) == (1, 2)


def test_while_no_change_is_taken_each_is_looked_at_once_when_the_patience_is_over(tmp_path: Path) -> None:
    server = server_with(3, tagline="old")

    def done_at_the_end(simulated: SimulatedServer, request: Request) -> Answer:
        simulated.records[request.path]["tagline"] = "new"
        return simulated.work(request)

    server.faults = {"PATCH": [status(202)] * 3, "GET": [done_at_the_end] * 3}
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path)
    assert ran.words == [Word.CHANGED] * 3
    assert len(server.sends("GET")) == 3
    assert ran.took >= 10.0


@pytest.mark.parametrize("code", [500, 501])
def test_a_change_that_is_given_up_is_looked_at_once(code: int, tmp_path: Path) -> None:
    server = server_with(1)
    server.faults["PATCH"] = [status(code)] * 2
    assert one(server, tmp_path).words == [Word.FAILED]
    assert len(server.sends("GET")) == 1


def test_an_edit_between_a_lost_answer_and_the_look_is_a_conflict(tmp_path: Path) -> None:
    server = server_with(1, tagline="old")

    def then_edited(simulated: SimulatedServer, request):
        simulated.records[request.path]["tagline"] = "theirs"
        return status(500)(simulated, request)

    server.faults["PATCH"] = [then_edited, status(500)]
    ran = one(server, tmp_path)
    assert ran.words == [Word.CONFLICT]
    assert server.records[path_of(0)]["tagline"] == "theirs"


def test_when_the_end_is_asked_for_nothing_new_leaves_and_what_is_in_flight_finishes(tmp_path: Path) -> None:
    server = server_with(200)
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path, stop_after_s=0.1)
    sent = len(server.sends("PATCH"))
    assert 0 < sent < 54
    assert ran.words.count(Word.CHANGED) == sent
    assert ran.took <= 0.1 + 5.0
    assert open_changes(tmp_path) == ()


def test_what_was_looked_at_when_the_end_was_asked_for_is_not_sent(tmp_path: Path) -> None:
    server = server_with(1, metadata={"a": "1"})
    server.latency = 2.0
    ran = carry_out(server, planned(server, **{"metadata.a": "2"}).changes, tmp_path, stop_after_s=1.0)
    assert ran.words == [Word.NOT_ATTEMPTED]
    assert not server.sends("PATCH")
    assert open_changes(tmp_path) == ()


def test_what_was_looked_at_when_the_job_ended_is_not_sent(tmp_path: Path) -> None:
    server = server_with(8, metadata={"a": "1"})
    server.faults["PATCH"] = [status(403, "FORBIDDEN_SCOPE")] * 8
    server.faults["GET"] = [None] + [status(503)] * 7  # seen a moment later than the first
    ran = carry_out(server, planned(server, **{"metadata.a": "2"}).changes, tmp_path)
    assert isinstance(ran.ended, ApiRefuses)
    assert ran.words == [Word.NOT_ATTEMPTED] * 8
    assert len(server.sends("PATCH")) == 1


def test_an_answer_that_does_not_come_in_five_seconds_leaves_the_change_open(tmp_path: Path) -> None:
    server = server_with(1)
    server.latency = 20.0
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path, stop_after_s=1.0)
    assert ran.words == [Word.UNKNOWN]
    assert ran.took == 6.0
    assert len(open_changes(tmp_path)) == 1


def test_the_journal_has_the_intent_before_the_first_byte_leaves(tmp_path: Path) -> None:
    server = server_with(3)
    seen: list[int] = []

    def looks_into_the_journal(simulated: SimulatedServer, request):
        with Store.open(tmp_path) as store:
            seen.append(len(store.rows("SELECT 1 FROM intents WHERE idempotency_key = ?", (request.idempotency_key,))))
        return simulated.work(request)

    server.faults["PATCH"] = [looks_into_the_journal] * 3
    one(server, tmp_path)
    assert seen == [1, 1, 1]


def test_every_outcome_is_in_the_journal(tmp_path: Path) -> None:
    server = server_with(5)
    server.faults["PATCH"] = [status(422, "VALIDATION")]
    ran = one(server, tmp_path)
    with Store.open(tmp_path) as store:
        journalled = outcomes_of(store, "run-1")
    assert sorted(one.word for one in journalled.values()) == sorted(ran.words)


def test_an_edit_that_meets_our_write_in_the_server_is_still_told_right(tmp_path: Path) -> None:
    server = server_with(1, tagline="old", name="Old name")
    server.faults["PATCH"] = [edited(name="Their name")]
    assert one(server, tmp_path).words == [Word.CHANGED]
    assert server.records[path_of(0)]["name"] == "Their name"


def test_a_large_budget_is_reached(tmp_path: Path) -> None:
    server = server_with(1000)
    budget = Budget(tier="pilot", reads=1200, writes=600, writes_per_day=100_000)
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path, budget=budget)
    assert 1000 / ran.took >= 0.93 * 540 / 60
    assert ran.tally.throttled.total() == 0
