"""A place to run the program in, and one sandbox for all tests that need no special one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests.end_to_end.place import Place, place_in
from tests.end_to_end.traffic import Traffic
from tests.sandbox.server import RunningSandbox, running_sandbox

GENERATIONS = ("seed", "a", "b")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs tests that talk to the shared sandbox on all generations of the API's pages, or on those of `only_on`.

    The short ones marked `every_generation` always, those of modules marked `generations` with `--slow`.
    """
    if "api" not in metafunc.fixturenames:
        return
    marked = metafunc.definition.get_closest_marker
    only = marked("only_on")
    names = GENERATIONS if only is None else only.args
    if marked("every_generation") or (marked("generations") and metafunc.config.getoption("--slow")):
        metafunc.parametrize("generation", names, scope="session")


@pytest.fixture(scope="session")
def generation() -> str:
    """The generation of the API's pages that the shared sandbox plays."""
    return "seed"


@pytest.fixture(scope="session")
def shared_sandboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], RunningSandbox]]:
    """One for each generation, started when it is first asked for. No test meets its limits by accident."""
    with ExitStack() as running:

        @cache
        def played(generation: str) -> RunningSandbox:
            log = tmp_path_factory.mktemp("sandbox") / "requests.jsonl"
            flags = ("--tier", "partner", "--minute", "1", "--generation", generation)
            return running.enter_context(running_sandbox(*flags, log=log))

        yield played


@pytest.fixture
def api(shared_sandboxes: Callable[[str], RunningSandbox], generation: str) -> Traffic:
    """The shared sandbox of a generation, put back to its start."""
    return Traffic(shared_sandboxes(generation), generation)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder to run the program in."""
    return place_in(tmp_path)
