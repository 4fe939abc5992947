"""Runs the program over cases of the corpus, many jobs in one process."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.corpus.case import Case

JsonObject = dict[str, Any]

HANG_S = 10


@dataclass(frozen=True)
class Checked:
    """One run of `layersync check` over cases: what it said of each job, and of itself.

    `peak_bytes` is the most memory that it, or any process that it started, ever had.
    """

    code: int
    said: Sequence[str]
    jobs: Mapping[str, JsonObject]
    peak_bytes: int


def check(cases: Sequence[Case], folder: Path) -> Checked:
    """Writes the sheets and a configuration into a folder, and checks all of them in one process.

    The process is killed where it is silent for longer than one sheet may take; the last that it said names the sheet.
    """
    write(cases, folder)
    command = [sys.executable, "-m", "layersync", "check", "-v", "--format", "json"]
    with (folder / "out.json").open("w+b") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.PIPE, text=True)
        said = list(_said(process))
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        told = out.read()
    jobs = {job["job"]: job for job in json.loads(told)["jobs"]} if told else {}
    return Checked(process.returncode, said, jobs, used.ru_maxrss * 1024)


def patience_s() -> float:
    """How long one sheet may take: the limit is that of an idle machine, on a busy one everything waits its turn."""
    return HANG_S * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _said(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yields what a process says on stderr, a line before each sheet; kills it when a line takes too long to come."""
    assert process.stderr
    with process.stderr as stderr:
        while True:
            watch = threading.Timer(patience_s(), process.kill)
            watch.start()
            line = stderr.readline()
            watch.cancel()
            if not line:
                return
            yield line.rstrip("\n")


def write(cases: Iterable[Case], folder: Path) -> None:
    """Writes the sheets, and a config.toml with a job for each."""
    tables = []
    for case in cases:
        (folder / case.file).write_bytes(case.make())
        tables.append(_table(case.stem, {"resource": "projects", "source": case.file, **case.job}))
    (folder / "config.toml").write_text("".join(tables), encoding="utf-8")


def _table(name: str, keys: Mapping[str, object]) -> str:
    return "".join([f"[jobs.{name}]\n", *(f"{key} = {_toml(value)}\n" for key, value in keys.items())])


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value)
