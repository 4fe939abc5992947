"""Whatever goes wrong in whatever order: nothing is lost, nothing is done twice, and the reports say what happened.

One seed is one schedule; a thousand are played. `--seed N` plays that one again; `--campaign N` plays N, `--slow`
two thousand.
"""

import pytest

from tests.simulation.play import a_folder, simulate

SEEDS, MORE_SEEDS = 1_000, 2_000
PARTS = 25  # small enough for workers to share them evenly


@pytest.mark.parametrize("part", range(PARTS))
def test_no_schedule_loses_doubles_overwrites_or_misreports(
    part: int, campaign: int | None, request: pytest.FixtureRequest
) -> None:
    only = request.config.getoption("--seed")
    count = MORE_SEEDS if request.config.getoption("--slow") else SEEDS
    seeds = range(part, campaign or count, PARTS) if only is None else [only] if part == 0 else []
    found = []
    for seed in seeds:
        with a_folder() as folder:
            found += simulate(seed, folder)
    assert found == []
