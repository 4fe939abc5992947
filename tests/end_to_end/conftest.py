"""A place to run the program in, and one sandbox for all tests that need no special one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.place import Place, place_in
from tests.end_to_end.traffic import Traffic
from tests.sandbox.server import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """Its limits are so wide that no test meets them by accident."""
    log = tmp_path_factory.mktemp("sandbox") / "requests.jsonl"
    with running_sandbox("--tier", "partner", "--minute", "1", "--auth", "both", log=log) as running:
        yield running


@pytest.fixture
def api(shared_sandbox: RunningSandbox) -> Traffic:
    """The shared sandbox, put back to its start."""
    return Traffic(shared_sandbox)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder to run the program in."""
    return place_in(tmp_path)
