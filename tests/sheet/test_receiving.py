"""Receiving a sheet from wherever it is: the rules are looked at first, and whoever waits may give up."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from layersync.errors import InputUnusable, UsageError
from layersync.resources import RESOURCES
from layersync.sheet.receiving import receive
from layersync.values.rules import SheetRules

PROJECTS = RESOURCES["projects"]


def rules(source: str, key: str = "id") -> SheetRules:
    return SheetRules(job="projects", source=source, key=key)


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,tagline\n")
    assert asyncio.run(receive(rules(str(tmp_path / "a.csv")), PROJECTS)) == b"id,tagline\n"


@pytest.mark.parametrize("url", ["http://example.com/a.csv", "HTTP://example.com/a.csv"])
def test_A6_an_address_that_is_not_https_is_refused(url: str) -> None:
    with pytest.raises(InputUnusable, match="is not https"):
        asyncio.run(receive(rules(url), PROJECTS))


def test_rules_that_do_not_fit_are_told_before_anything_is_fetched() -> None:
    with pytest.raises(UsageError, match="have no key"):
        asyncio.run(receive(rules("https://example.invalid/a.csv", key="age"), PROJECTS))


def test_a_pipe_is_read_to_its_end_and_its_fault_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"id\n")
    os.close(writer)
    with os.fdopen(reader) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert asyncio.run(receive(rules("-"), PROJECTS)) == b"id\n"
    with os.fdopen(os.open(os.devnull, os.O_WRONLY), "w") as no_reader:
        monkeypatch.setattr(sys, "stdin", no_reader)
        with pytest.raises(InputUnusable, match="cannot be read"):
            asyncio.run(receive(rules("-"), PROJECTS))


def test_whoever_waits_for_a_pipe_without_end_may_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def give_up() -> None:
        waiting = asyncio.ensure_future(receive(rules("-"), PROJECTS))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    reader, writer = os.pipe()
    with os.fdopen(reader) as stdin, os.fdopen(writer, "w"):
        monkeypatch.setattr(sys, "stdin", stdin)
        asyncio.run(give_up())
