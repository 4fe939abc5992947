"""A folder with a configuration and sheets to run commands in, and a way to run them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from layersync.cli import main

CONFIG = """
[api]
base_url = "sandbox"

[jobs.projects]
source = "projects.csv"

[jobs.influencers]
source = "influencers.csv"
default = false
"""

PROJECT = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
INFLUENCER = "inf_01HXZ9K4T7QW3M8N5B2V6C0DRE"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with config.toml and two small sheets, and an environment without keys."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "projects.csv").write_text(f"id,tagline\n{PROJECT},Coffee before you ask.\n")
    (tmp_path / "influencers.csv").write_text(f"influencerId,vibe\n{INFLUENCER},calm\n")
    monkeypatch.chdir(tmp_path)
    for name in ("LAYERS_API_KEY", "LAYERS_API_KEY_FILE", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process and in that folder."""

    def run_words(*words: str) -> Ended:
        capfd.readouterr()
        code = main(words)
        told = capfd.readouterr()
        return Ended(code, told.out, told.err)

    return run_words
