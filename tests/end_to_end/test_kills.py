"""kill -9 at every commit of the journal and at any moment, the run that goes on killed twice more: all is done once.

The program runs in processes of its own over HTTP. `--campaign N` tries that many moments with 300 rows.
"""

import random
import signal
from collections.abc import Iterator

import pytest

from tests.end_to_end.forks import End
from tests.end_to_end.many import Many, many_rows

FEW_ROWS, ALL_ROWS = 12, 300
FEW, SOME = 2, 18
RESUMES_KILLED = 2


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Many]:
    rows = ALL_ROWS if request.config.getoption("--campaign") else FEW_ROWS
    with many_rows(tmp_path_factory.mktemp("kills"), rows) as made:
        yield made


def test_kill_9_right_before_and_right_after_commits_of_the_journal(
    many: Many, campaign: int | None, slow: bool
) -> None:
    many.anew()
    commits = many.forks.run(many.place, "sync").commits
    assert commits
    assert commits >= 2 * len(many.ids), "an intent and an outcome each"
    points = [(number, after) for number in range(1, commits + 1) for after in (False, True)]
    for number, after in spread(points, campaign or (SOME if slow else FEW)):
        rng = random.Random(f"{number} {after}")
        many.anew()
        first = many.forks.run(many.place, "sync", fatal_commit=number, after=after)
        assert first.ran.code == -signal.SIGKILL, (number, first)
        for _ in range(RESUMES_KILLED):
            many.forks.run(many.place, "sync", fatal_commit=a_commit(rng, commits - number), after=rng.random() < 0.5)
        assert_completed(many)


def test_kill_9_at_any_moment(many: Many, campaign: int | None, slow: bool) -> None:
    many.anew()
    begun = many.forks.start(many.place, "sync")
    whole_s = many.forks.ended(begun).at_s - begun.started_s
    for number in range(campaign or (SOME if slow else FEW)):
        rng = random.Random(number)
        many.anew()
        for _ in range(1 + RESUMES_KILLED):
            killed_after(many, rng.uniform(0, whole_s))
        assert_completed(many)


def killed_after(many: Many, seconds: float) -> End:
    """A run that lives no longer than that."""
    fork = many.forks.start(many.place, "sync")
    many.forks.has_ended(fork, seconds)
    fork.send(signal.SIGKILL)
    return many.forks.ended(fork)


def assert_completed(many: Many) -> None:
    """The next run ends well, and server, journal and reports are those of one run without any trouble."""
    last = many.forks.run(many.place, "sync")
    assert last.ran.code == 0, last
    many.assert_all_done_once()
    many.assert_journal_whole()
    many.assert_reports_whole()
    assert many.remembered("SELECT * FROM open_changes") == []


def a_commit(rng: random.Random, left: int) -> int:
    """A commit of a run that goes on, where that many are left: one of the first, which settle, or any."""
    return rng.choice([rng.randint(1, 4), rng.randint(1, max(1, left))])


def spread(points: list[tuple[int, bool]], number: int) -> list[tuple[int, bool]]:
    """So many of them, evenly, the first and the last among them; all where there are no more."""
    if number >= len(points):
        return points
    return [points[place * (len(points) - 1) // (number - 1)] for place in range(number)]
