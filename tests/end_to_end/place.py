"""A folder of its own for a test: a configuration, sheets, the program run in it, and the report that it leaves."""

import contextlib
import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import BoundArguments
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cyclopts import App

from layersync.cli import main, program
from tests.sandbox.server import KEY

JsonObject = dict[str, Any]
Parsed = tuple[Callable[..., int | None], BoundArguments]

PROGRAM = (sys.executable, "-m", "layersync")
PATIENCE_S = 60
LEISURELY = 'tier = "standard"\nshare = 0.35'  # so slow that few requests are under way at once


@dataclass(frozen=True)
class Ran:
    """One run of the program: how it ended, what it said, and the newest report folder when it had ended."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def results(self) -> JsonObject:
        """`results.json`."""
        read: JsonObject = json.loads((self.folder / "results.json").read_bytes())
        return read

    @property
    def lines(self) -> list[dict[str, str]]:
        """`results.csv`, one dict a row."""
        with (self.folder / "results.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def plan(self) -> JsonObject:
        """`plan.json`."""
        read: JsonObject = json.loads((self.folder / "plan.json").read_bytes())
        return read

    @property
    def outcomes(self) -> dict[int, str]:
        """The outcome of each row, by its number; for reports of one job."""
        return {row["row"]: row["outcome"] for row in self.results["rows"]}

    @property
    def counts(self) -> dict[str, int]:
        """The outcomes that occur, counted."""
        return {word: count for word, count in self.results["counts"].items() if count}

    def problems(self, job: str) -> dict[str, str]:
        """What is wrong with the sheet of a job, by cell; problems of rows and of the structure alike."""
        told = [*self.job(job)["problems"], *(p for row in self._rows(job) for p in row["problems"])]
        return {problem["cell"]: problem["message"] for problem in told}

    def job(self, name: str) -> JsonObject:
        """What the report says of one job."""
        found: JsonObject = next(job for job in self.results["jobs"] if job["job"] == name)
        return found

    def _rows(self, job: str) -> list[JsonObject]:
        return [row for row in self.results["rows"] if row["job"] == job]


@dataclass(frozen=True)
class Place:
    """A folder with everything that the program finds there; `environ` is all that it sees of the environment."""

    folder: Path
    environ: Mapping[str, str]

    def configure(
        self, base_url: str, jobs: str = "[jobs.projects]\nsource = 'projects.csv'", *, api: str = "", limits: str = ""
    ) -> None:
        """Writes config.toml: more lines of `[api]` and `[limits]`, and everything after them (`jobs`)."""
        text = f'[api]\nbase_url = "{base_url}"\n{api}\n[limits]\nwindow = "1s"\n{limits}\n{jobs}\n'
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    def sheet(self, text: str | bytes, name: str = "projects.csv") -> Path:
        """Writes a sheet, text as UTF-8."""
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def table(self, rows: Sequence[Mapping[str, str]], name: str = "projects.csv") -> Path:
        """Writes a sheet with the columns of all rows; what a row does not have is blank."""
        text = io.StringIO()
        header = list(dict.fromkeys(column for row in rows for column in row))
        writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return self.sheet(text.getvalue(), name)

    def run(self, *words: str, **environ: str) -> Ran:
        """Runs the program as a person does: a process of its own."""
        with self.started(*words, **environ) as process:
            return self.ended(process)

    def call(self, *words: str, **environ: str) -> Ran:
        """Runs the program inside this process, which spares the seconds that a new one needs to load everything."""
        out, err = io.StringIO(), io.StringIO()
        parsed_once = patch.object(program, "_parse", _parse_once)
        with self._entered(environ), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), parsed_once:
            code = main(words)
        return Ran(code, out.getvalue(), err.getvalue(), self._latest())

    @contextlib.contextmanager
    def started(self, *words: str, stdin: int = subprocess.DEVNULL, **environ: str) -> Iterator[subprocess.Popen[str]]:
        """Starts the program; it is gone when the block ends."""
        process = subprocess.Popen(
            [*PROGRAM, *words],
            cwd=self.folder,
            env={**self.environ, **environ},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def ended(self, process: subprocess.Popen[str], patience_s: float = PATIENCE_S) -> Ran:
        """Waits for the end of a started program; the code of one that a signal killed is below 0."""
        out, err = process.communicate(timeout=patience_s)
        return Ran(process.returncode, out, err, self._latest())

    def remembered(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table of the state file."""
        with contextlib.closing(sqlite3.connect(self.folder / ".layersync" / "state.sqlite")) as state:
            tables = [name for (name,) in state.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return {table: state.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608  a name

    def _latest(self) -> Path:
        return (self.folder / "reports" / "latest").resolve()

    @contextlib.contextmanager
    def _entered(self, environ: Mapping[str, str]) -> Iterator[None]:
        outside, heard = dict(os.environ), signal.getsignal(signal.SIGINT)
        try:
            os.environ.clear()
            os.environ.update({**self.environ, **environ})
            with contextlib.chdir(self.folder):
                yield
        finally:
            os.environ.clear()
            os.environ.update(outside)
            signal.signal(signal.SIGINT, heard)


_PARSED: dict[tuple[str, ...], Parsed] = {}
_parse = program._parse


def _parse_once(app: App, words: list[str]) -> Parsed:
    """Parses each command line once for all tests: it takes a quarter of a run's time, and tests/cli is about that."""
    if tuple(words) not in _PARSED:
        _PARSED[tuple(words)] = _parse(app, words)
    return _PARSED[tuple(words)]


def place_in(folder: Path, key: str = KEY) -> Place:
    """An empty place; the environment holds the key, and what Python itself needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return Place(folder, {**kept, "LAYERS_API_KEY": key})


def unpacked(path: Path) -> bytes:
    """The bytes of a file, of a workbook those of its parts."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(map(archive.read, archive.namelist()))
