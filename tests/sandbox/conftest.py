"""One sandbox per test module; its limits are wide enough that no test meets them by accident."""

from collections.abc import Iterator

import httpx
import pytest
from tests.sandbox.server import RunningSandbox, running_sandbox

OPEN_FLAGS = ("--tier", "partner", "--minute", "1", "--auth", "both")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(*OPEN_FLAGS) as running:
        yield running


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    with sandbox.client() as client:
        yield client
