"""Runs the program over cases of the corpus, many jobs in one process."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.corpus.case import Case

JsonObject = dict[str, Any]

HANG_S = 10


@dataclass(frozen=True)
class Checked:
    """One run of `layersync check` over cases: what it said of each job, and of itself."""

    code: int
    err: str
    jobs: Mapping[str, JsonObject]


def check(cases: Sequence[Case], folder: Path) -> Checked:
    """Writes the sheets and a configuration into a folder, and checks all of them in one process."""
    write(cases, folder)
    ran = subprocess.run(
        [sys.executable, "-m", "layersync", "check", "--format", "json"],
        cwd=folder,
        capture_output=True,
        timeout=HANG_S * len(cases),
        check=False,
    )
    jobs = {job["job"]: job for job in json.loads(ran.stdout)["jobs"]} if ran.stdout else {}
    return Checked(ran.returncode, ran.stderr.decode(), jobs)


def write(cases: Iterable[Case], folder: Path) -> None:
    """Writes the sheets, and a config.toml with a job for each."""
    tables = []
    for case in cases:
        (folder / case.file).write_bytes(case.make())
        tables.append(_table(case.stem, {"resource": "projects", "source": case.file, **case.job}))
    (folder / "config.toml").write_text("".join(tables), encoding="utf-8")


def peak_bytes() -> int:
    """The most memory that any process ever had that this one started and saw the end of."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def _table(name: str, keys: Mapping[str, object]) -> str:
    return "".join([f"[jobs.{name}]\n", *(f"{key} = {_toml(value)}\n" for key, value in keys.items())])


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value)
