"""Retries are paid for, so that they do not multiply an outage."""

from pathlib import Path

from layersync.api.retry_budget import RetryBudget
from layersync.values.outcome import Word
from layersync.values.target import RateClass
from tests.api.desk import carry_out, planned, server_with
from tests.api.server import status


def test_ten_retries_are_there_from_the_start_and_ten_first_successes_bring_one_more() -> None:
    budget = RetryBudget()
    assert [budget.afford() for _ in range(11)] == [True] * 10 + [False]
    for _ in range(9):
        budget.refund()
    assert not budget.afford()
    budget.refund()
    assert budget.afford()


def test_no_more_than_a_hundred_are_kept() -> None:
    budget = RetryBudget()
    for _ in range(500):
        budget.refund()
    assert [budget.afford() for _ in range(11)] == [True] * 10 + [False]


def test_with_every_second_try_failing_sends_stay_within_a_tenth_more_and_ten(tmp_path: Path) -> None:
    server = server_with(200)
    server.faults["PATCH"] = [status(503), None] * 200
    ran = carry_out(server, planned(server, tagline="new").changes, tmp_path)
    assert len(server.sends("PATCH")) <= 1.1 * 200 + 10
    assert 10 <= ran.tally.retried[RateClass.WRITE] <= 30
    assert set(ran.words) == {Word.CHANGED, Word.FAILED}, "each got a first try"
    assert not ran.stop.asked
