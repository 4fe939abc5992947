"""How the tests run: slow ones on demand, Hypothesis the same every time in CI."""

import gc
import os
import sys

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # there is a worker for each core; not for processes that tests start

# compiled once, not in every worker and in each of hundreds of programs: to rewrite the tests takes longer than most do
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_EXAMPLES, MORE_EXAMPLES = 20, 100  # of each property; the latter with --slow
_SAME_EACH_TIME = bool(os.environ.get("CI"))
settings.register_profile(
    "default",
    deadline=None,
    max_examples=_EXAMPLES,
    derandomize=_SAME_EACH_TIME,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")
    parser.addoption("--campaign", type=int, metavar="N", help="tries of every campaign, and examples of Hypothesis")
    parser.addoption("--seed", type=int, metavar="N", help="the one schedule of tests/simulation to play again")
    parser.addoption("--update-goldens", action="store_true", help="rewrite the golden texts of tests/corpus")


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: one worker more than there are cores, because many tests wait for other processes."""
    return 1 + (os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    tries = config.getoption("--campaign") or (MORE_EXAMPLES if config.getoption("--slow") else _EXAMPLES)
    settings.register_profile("asked", settings.get_profile("default"), max_examples=tries)
    settings.load_profile("asked")


@pytest.fixture
def campaign(request: pytest.FixtureRequest) -> int | None:
    """How many tries `--campaign` asks for; None where a test is to be content with a few."""
    tries: int | None = request.config.getoption("--campaign")
    return tries


@pytest.fixture
def slow(request: pytest.FixtureRequest) -> bool:
    """True where `--slow` asks for more than a few tries."""
    return bool(request.config.getoption("--slow"))


def pytest_collection_finish() -> None:
    """Thousands of tests live as long as the run: no sweep need look at them again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
