"""`layersync sandbox`: the sandbox's own program, with its records kept in the state directory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

LAYERSYNC = (sys.executable, "-m", "layersync")


@contextmanager
def started(folder: Path, *words: str) -> Iterator[str]:
    command = [*LAYERSYNC, "sandbox", "--port", "0", *words]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def test_it_answers_and_keeps_its_records_in_the_state_directory(folder: Path) -> None:
    (folder / "config.toml").write_text('[run]\nstate_dir = "kept"\n')
    with started(folder) as url:
        response = httpx.get(
            f"{url}/v1/whoami", headers={"Authorization": "Bearer lp_0123456789abcdef"}, trust_env=False
        )
        assert response.json()["organizationName"] == "Sandbox"
    assert (folder / "kept" / "sandbox.jsonl").stat().st_size > 0


def test_it_needs_no_configuration_and_takes_its_own_flags(folder: Path) -> None:
    (folder / "config.toml").unlink()
    with started(folder, "--state=here.jsonl"):
        pass
    assert (folder / "here.jsonl").exists()
    assert not (folder / ".layersync").exists()


@pytest.mark.parametrize(("flag", "code"), [("--help", 0), ("--prot", 64)])
def test_it_answers_for_its_own_flags(flag: str, code: int, folder: Path) -> None:
    ran = subprocess.run([*LAYERSYNC, "sandbox", flag], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert "--minute" in ran.stdout or "--prot" in ran.stderr
