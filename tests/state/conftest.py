"""What the tests of the state room share: an open store, and processes that end with their test."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from layersync.state.runs import begin
from layersync.state.store import Store
from tests.state.child import Child, Start
from tests.state.samples import a_run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A state file in which `run-1` has begun."""
    with Store.open(tmp_path / "state") as opened:
        begin(opened, a_run())
        yield opened


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts `tests.state.child`; whatever is still alive when the test is over is killed."""
    children: list[Child] = []

    def start_child(what: str, folder: Path) -> Child:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.state.child", what, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start_child
    for child in children:
        child.kill()
        child.communicate()
