"""Damaged workbooks end in cells or in a refusal, whatever is damaged: no trace, no crash of the program, no hang.

`--campaign 5000` makes it one of 5,000 mutants.
"""

import os
import random
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest

from layersync.errors import InputUnusable
from tests.sheet.build import read
from tests.sheet.workbooks.make import zipped

MADE = Path(__file__).parent / "made"
FEW = 100
# what mutants of markup are made of, beside single bytes
SCRAPS = [
    "9999999999999",
    "-1",
    "",
    "XFD1048576",
    "<",
    ">",
    '"',
    "&#0;",
    "&x;",
    "<!--",
    "]]>",
    "e",
    "1048576",
    "A0",
    "\0",
]


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """Alternates between mutated bytes of the zip and mutated XML inside a sound zip."""
    chance = random.Random(seed)
    originals = [(MADE / name).read_bytes() for name in ("planets.xlsx", "planets.ods")]
    for at in range(count):
        original = chance.choice(originals)
        yield of_bytes(original, chance) if at % 2 else of_markup(original, chance)


def of_bytes(original: bytes, chance: random.Random) -> bytes:
    raw = bytearray(original)
    for _ in range(chance.randint(1, 8)):
        raw[chance.randrange(4, len(raw))] = chance.randrange(256)
    return bytes(raw[: chance.randrange(len(raw))] if chance.random() < 0.1 else raw)


def of_markup(original: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(BytesIO(original)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice([name for name in parts if name.endswith((".xml", ".rels"))])
    text = parts[name].decode()
    for _ in range(chance.randint(1, 3)):
        begin = chance.randrange(len(text))
        end = min(len(text), begin + chance.choice([0, 1, 1, 3, 10]))
        text = text[:begin] + chance.choice([*SCRAPS, text[end : end + 30]]) + text[end:]
    return zipped(parts | {name: text.encode()})


class Reader:
    """A process that reads workbooks; a crash is an outcome, and the next file gets a new process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0

    def outcome(self, raw: bytes) -> str:
        self._read += 1
        if self._read % 100 == 0:
            # its limit of processor time is meant for one file
            self.end()
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(raw).to_bytes(8, "big") + raw)
        process.stdin.flush()
        line = process.stdout.readline().decode().strip()
        if line:
            return line
        self.end()
        return "crashed"

    def _start(self) -> subprocess.Popen[bytes]:
        program = [sys.executable, "-m", "tests.sheet.workbooks.reader_of_many"]
        root = Path(__file__).parents[3]
        sparing = {"POLARS_MAX_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        self._process = subprocess.Popen(
            program,
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **sparing},
        )
        return self._process

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._process = None


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.end()


def test_every_mutant_is_read_or_refused(reader: Reader, campaign: int | None) -> None:
    count = campaign or FEW
    outcomes = Counter(reader.outcome(raw) for raw in mutants(1, count))
    # the parser may crash: that is what its process is for. Our own code around it may not.
    assert set(outcomes) <= {"read", "refused", "crashed"}, outcomes
    assert outcomes["refused"] > count // 10
    assert outcomes["read"] > count // 20


@pytest.mark.parametrize("seed", range(3))
def test_a_mutant_is_read_or_refused_by_the_whole_way_of_a_sheet(seed: int) -> None:
    (raw,) = mutants(100 + seed, 1)
    with suppress(InputUnusable):
        assert read(raw).grid.cells.height > 0
