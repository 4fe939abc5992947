"""One sandbox for the modules that need no special one; each finds it as if just started.

Its limits are wide enough that no test meets them by accident.
"""

from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.server import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox("--tier", "partner", "--minute", "1", "--auth", "both") as running:
        yield running


@pytest.fixture(scope="module")
def sandbox(shared_sandbox: RunningSandbox) -> RunningSandbox:
    shared_sandbox.reset()
    return shared_sandbox


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    with sandbox.client() as client:
        yield client
