"""The first two commands of the README, as they stand, in a fresh clone with an empty home."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def commands() -> list[str]:
    """The commands of the README's first two blocks for the shell."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return [block.strip() for block in blocks[:2]]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh")
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "layersync")], check=True)
    (folder / "home").mkdir()
    return folder


def run(command: str, clone: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = ("LANG", "SSL_CERT_FILE", "SSL_CERT_DIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    ours = str(Path(sys.prefix) / "bin")  # a newcomer has no environment of this project
    environment["PATH"] = os.pathsep.join(one for one in os.environ["PATH"].split(os.pathsep) if one != ours)
    return subprocess.run(
        ["bash", "-c", command],
        cwd=clone / "layersync",
        env={**environment, "HOME": str(clone / "home"), **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_first_command_sets_everything_up_and_runs_the_main_job(clone: Path) -> None:
    ran = run(commands()[0], clone)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("SANDBOX") == 2
    for shown in ("America/New_York", "(cleared)", "restarts keyword research", "Nothing was sent (dry run)"):
        assert shown in ran.stdout
    assert "Done for projects: 6 changed" in ran.stdout
    assert (clone / "layersync" / "reports" / "latest" / "results.csv").is_file()


@pytest.mark.slow
def test_the_second_command_finds_every_test_and_runs_some_of_each_kind(clone: Path) -> None:
    """Whether all of them pass, the run that this test is part of says."""
    ran = run(commands()[1], clone, PYTEST_ADDOPTS="-k 'test_second_run or test_pacer or test_cell or test_terminal'")
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert re.search(r"\d+ passed", ran.stdout)


@pytest.mark.slow
def test_what_the_readme_shows_of_a_preview_is_what_is_printed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "config.toml", tmp_path)
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(~ .*?)```", readme, re.DOTALL)
    ran = subprocess.run(
        ["layersync", "sync", "-n"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert shown in ran.stdout
