"""Changes that wait for each other: a value is freed before it is claimed, however many are under way."""

import asyncio
import json
from pathlib import Path

import pytest

from layersync.api.turns import Turns
from layersync.api.wire import Answer, Request
from layersync.values.change import Change
from layersync.values.outcome import Word
from layersync.values.target import Budget
from tests.api.desk import FORM, carry_out, path_of
from tests.api.server import SimulatedServer, json_answer, lost_answer, lost_request, status
from tests.plan.build import an_id, desired, plan, project, reading

FAST = Budget(tier="partner", reads=6000, writes=3000, writes_per_day=500_000)
FIELD = "customerExternalId"


class UniqueServer(SimulatedServer):
    """Refuses a value that another record holds at the moment when the request is worked on."""

    def work(self, request: Request) -> Answer:
        claimed = json.loads(request.body or b"{}").get(FIELD)
        others = (one for path, one in self.records.items() if path != request.path)
        if claimed is not None and any(one[FIELD] == claimed for one in others):
            return json_answer(409, {"error": {"code": "CONFLICT", "message": "in use", "requestId": "req_9"}})
        return super().work(request)


def chain(length: int) -> tuple[UniqueServer, tuple[Change, ...]]:
    """Each record takes the value of the next one; the last one takes a new value."""
    server = UniqueServer({path_of(n): project(n, **{FIELD: f"c{n}"}) for n in range(length)})
    rows = [{"id": an_id(n), FIELD: f"c{n + 1}"} for n in range(length)]
    records = list(server.records.values())
    return server, plan(desired(FORM, rows), reading(FORM, records), FORM).changes


def values(server: SimulatedServer) -> list[object]:
    return [record[FIELD] for record in server.records.values()]


def test_a_chain_of_a_thousand_moves_sees_no_409_with_several_under_way(tmp_path: Path) -> None:
    server, changes = chain(1000)
    ran = carry_out(server, changes, tmp_path, budget=FAST)
    assert ran.words == [Word.CHANGED] * 1000
    assert values(server) == [f"c{n + 1}" for n in range(1000)]
    assert len(server.sends("PATCH")) == 1000


def test_many_short_chains_are_carried_out_side_by_side(tmp_path: Path) -> None:
    server = UniqueServer({path_of(n): project(n, **{FIELD: f"c{n}"}) for n in range(200)})
    rows = [{"id": an_id(n), FIELD: f"c{n + 1}" if n % 2 == 0 else f"new{n}"} for n in range(200)]
    changes = plan(desired(FORM, rows), reading(FORM, list(server.records.values())), FORM).changes
    ran = carry_out(server, changes, tmp_path, budget=FAST)
    assert ran.words == [Word.CHANGED] * 200
    assert ran.took < 200 * server.latency / 4


def test_a_slow_and_stumbling_predecessor_is_waited_for(tmp_path: Path) -> None:
    server, changes = chain(12)
    server.faults["PATCH"] = [status(503), lost_answer, None, lost_request, status(429, "", {"retry-after": "5"})]
    assert carry_out(server, changes, tmp_path).words == [Word.CHANGED] * 12


def test_when_a_row_cannot_give_up_its_value_those_behind_it_are_not_sent_and_say_why(tmp_path: Path) -> None:
    server, changes = chain(6)
    server.faults["PATCH"] = [None, None, status(422, "VALIDATION")]
    ran = carry_out(server, changes, tmp_path)
    assert ran.words == [Word.HELD, Word.HELD, Word.HELD, Word.REFUSED, Word.CHANGED, Word.CHANGED]
    assert len(server.sends("PATCH")) == 3
    assert ran.outcomes[4].message == "not sent: row 5 was to give up the value first, and is refused"
    assert ran.outcomes[4].what_to_do == "see to row 5, then run again"
    assert ran.outcomes[2].message.endswith("row 3 was to give up the value first, and is held")


def test_a_predecessor_that_somebody_else_moved_already_has_freed_its_value(tmp_path: Path) -> None:
    server, changes = chain(2)
    server.records[path_of(1)][FIELD] = "c2"
    assert carry_out(server, changes, tmp_path, wait_first_s=61).words == [Word.CHANGED, Word.CONVERGED]


def test_an_end_that_is_asked_for_leaves_nobody_waiting(tmp_path: Path) -> None:
    server, changes = chain(100)
    ran = carry_out(server, changes, tmp_path, budget=FAST, stop_after_s=1.0)
    assert 0 < len(ran.outcomes) < 100
    assert set(ran.words) == {Word.CHANGED}
    assert ran.took < 6.0


def test_a_row_whose_predecessor_is_not_part_of_this_sending_does_not_wait_for_it(tmp_path: Path) -> None:
    server, changes = chain(2)
    server.records[path_of(1)][FIELD] = "c2"
    assert carry_out(server, changes[1:], tmp_path).words == [Word.CHANGED]


@pytest.mark.parametrize(("word", "ended"), [(Word.CHANGED, None), (Word.CONVERGED, None), (Word.CONFLICT, Word.HELD)])
def test_what_an_earlier_run_came_to_is_as_good_as_an_outcome_of_this_one(word: Word, ended: Word | None) -> None:
    _, (first, second) = chain(2)
    claims, frees = (first, second) if first.after else (second, first)
    obstacle = asyncio.run(Turns([claims], {frees.row: word}).obstacle(claims))
    assert (obstacle.word if obstacle else None) is ended
