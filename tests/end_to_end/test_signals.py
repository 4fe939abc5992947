"""INT, TERM and HUP at any moment of a run, once or twice: it ends in order, and the next run completes.

`--campaign N` tries that many moments with 300 rows, and prints how long the ends took.
"""

import random
import signal
from collections.abc import Iterator

import pytest

from tests.end_to_end.forks import End, Fork
from tests.end_to_end.many import Many, many_rows

FEW_ROWS, ALL_ROWS = 12, 300
FEW, SOME = 1, 18
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LATEST_S = 30.0  # an answer that comes later than anybody waits for it
APART_S = 0.3  # at most, between the first signal and the second

# What goes on at that moment: requests that are answered at once, soon, or too late for the grace of five seconds.
WEATHERS: tuple[tuple[dict[str, object], ...], ...] = (
    (),
    ({"method": "PATCH", "do": {"delay": 0.2}},),
    ({"method": "PATCH", "every": 9, "do": {"delay": LATEST_S}},),
    ({"method": "GET", "every": 9, "do": {"delay": LATEST_S}},),
)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Many]:
    rows = ALL_ROWS if request.config.getoption("--campaign") else FEW_ROWS
    with many_rows(tmp_path_factory.mktemp("signals"), rows) as made:
        yield made


@pytest.mark.parametrize("twice", [False, True], ids=["single", "double"])
def test_a_signal_at_any_moment(many: Many, twice: bool, campaign: int | None, slow: bool) -> None:
    whole_s = length_of_a_run(many)
    took: list[float] = []
    for number in range(campaign or (SOME if slow else FEW)):
        rng = random.Random(f"{number} {twice}")
        many.anew()
        many.sandbox.set_faults(*WEATHERS[number % len(WEATHERS)])
        fork = many.forks.start(many.place, "sync")
        many.forks.has_ended(fork, rng.uniform(0, whole_s))
        ended, seconds = signalled(many, fork, rng, twice=twice)
        took.append(seconds)
        assert_ended_in_order(many, ended, twice=twice)
        many.sandbox.set_faults()
        assert many.forks.run(many.place, "sync").ran.code == 0
        many.assert_all_done_once()
        many.assert_journal_whole()
        many.assert_reports_whole(answers_lost=True)
    if campaign:
        print(f"{'double' if twice else 'single'}: {sorted(round(each, 2) for each in took)}")  # noqa: T201


def length_of_a_run(many: Many) -> float:
    many.anew()
    begun = many.forks.start(many.place, "sync")
    return many.forks.ended(begun).at_s - begun.started_s


def signalled(many: Many, fork: Fork, rng: random.Random, *, twice: bool) -> tuple[End, float]:
    """Sends the signals; gives how the run ended, and how long after the last of them."""
    sent_s = fork.send(rng.choice(SIGNALS))
    if twice:
        many.forks.has_ended(fork, rng.uniform(0, APART_S))
        sent_s = fork.send(rng.choice(SIGNALS))
    ended = many.forks.ended(fork)
    return ended, max(0.0, ended.at_s - sent_s)


def assert_ended_in_order(many: Many, end: End, *, twice: bool) -> None:
    """By its own hand, unless it had not begun or had its report written; with one signal it told of all it did."""
    code, begun = end.ran.code, many.has_begun()
    told = many.reports()
    assert code in {0, *(128 + number for number in SIGNALS)} or (-code in SIGNALS and (told or not begun))
    assert "Traceback" not in end.ran.err
    many.assert_journal_whole()
    if begun and not twice:
        (report,) = told
        assert report["run"]["exit_code"] in {code, 0}
        changed = {row["row"] for row in report["rows"] if row["outcome"] == "changed"}
        done = many.remembered("SELECT row FROM outcomes JOIN intents USING (run_id, seq) WHERE word = 'changed'")
        assert changed == {row for (row,) in done}
        assert (end.ran.folder / "results.csv").exists()
