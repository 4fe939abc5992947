"""The simulation finds bugs: every one of those that are planted here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import layersync
from tests.simulation.planted import BUGS, Planted

SEEDS = 500  # within so many schedules each must be found; `--campaign N` makes it N
PACKAGE = Path(layersync.__file__).parent
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name.replace(" ", "-") for bug in BUGS])
def test_every_bug_can_still_be_planted(bug: Planted) -> None:
    assert (PACKAGE / bug.file).read_text(encoding="utf-8").count(bug.right) == 1, "the code has changed: plant it anew"


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS, ids=[bug.name.replace(" ", "-") for bug in BUGS])
def test_every_planted_bug_is_found(bug: Planted, tmp_path: Path, campaign: int | None) -> None:
    shutil.copytree(PACKAGE, tmp_path / "layersync", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "layersync" / bug.file
    file.write_text(file.read_text(encoding="utf-8").replace(bug.right, bug.wrong), encoding="utf-8")
    played = subprocess.run(
        [sys.executable, "-m", "tests.simulation.play", str(campaign or SEEDS)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 1, "it was not found"
    assert played.stderr.startswith("seed "), played.stderr
