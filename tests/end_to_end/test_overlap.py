"""Two to four runs of one job begin at once: one works, the others end with 7 and say who is at it.

The one at work is stopped in the middle and killed, and in the next round they all begin again where it left off.
`--campaign N` plays that many rounds.
"""

import json
import re
import signal
from collections.abc import Iterator
from itertools import cycle

import pytest

from tests.end_to_end.forks import Fork
from tests.end_to_end.many import Many, many_rows
from tests.end_to_end.place import PATIENCE_S

ROWS = 40
FEW = 2
AT_WORK = re.compile(r"locked by run (\S+) \(pid (\d+) on (\S+)\), begun (\d+ (s|min)) ago")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Many]:
    with many_rows(tmp_path_factory.mktemp("overlap"), ROWS) as made:
        yield made


def test_of_runs_that_begin_at_once_one_works_and_the_others_say_so(
    many: Many, campaign: int | None, slow: bool
) -> None:
    many.anew()
    sizes = cycle((4, 3, 2))
    for _ in range(campaign or (6 * FEW if slow else FEW)):
        if many.is_done():
            many.anew()
        many.sandbox.set_faults({"method": "PATCH", "do": {"delay": 600}})
        greeted = many.greetings()
        forks = [many.forks.start(many.place, "sync") for _ in range(next(sizes))]
        winner = the_one_at_work(many, forks)
        for loser in forks:
            if loser is not winner:
                assert_told_who_works(many, loser, winner)
        many.sandbox.wait_for_fault(PATIENCE_S)
        assert many.greetings() == greeted + 1, "only one of them spoke to the API"
        assert not many.forks.has_ended(winner, 0), "the others ended while it was at work"
        winner.send(signal.SIGKILL)
        assert many.forks.ended(winner).ran.code == -signal.SIGKILL
    many.sandbox.set_faults()
    assert many.forks.run(many.place, "sync").ran.code == 0
    many.assert_all_done_once()
    many.assert_journal_whole()
    many.assert_reports_whole()


def the_one_at_work(many: Many, forks: list[Fork]) -> Fork:
    """The run that is left when all others have ended."""
    left = list(forks)
    while len(left) > 1:
        many.forks.wait_for_an_end(left)
        left = [fork for fork in left if not many.forks.has_ended(fork, 0)]
    assert left, "none of them works"
    return left[0]


def assert_told_who_works(many: Many, loser: Fork, winner: Fork) -> None:
    ended = many.forks.ended(loser).ran
    assert ended.code == 7, ended
    told = AT_WORK.search(ended.out + ended.err)
    assert told, ended
    assert int(told[2]) == winner.pid, ended
    run_ids = [json.loads(path.read_bytes())["run_id"] for path in many.lock_files()]
    assert run_ids == [told[1]]
