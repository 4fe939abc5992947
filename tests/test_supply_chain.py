"""What is installed is what was locked: by hash, from one index, and without building anything (reliability H9)."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
Package = dict[str, Any]
LOCKED: dict[str, Package] = {
    one["name"]: one for one in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
}


def files_of(package: Package) -> list[dict[str, Any]]:
    return [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]


def installed_with(name: str) -> Iterator[str]:
    """The packages that come with one, whatever the platform."""
    waiting, seen = [name], {name}
    while waiting:
        for one in LOCKED[waiting.pop()].get("dependencies", []):
            if one["name"] not in seen:
                seen.add(one["name"])
                waiting.append(one["name"])
                yield one["name"]


def test_every_file_of_the_lock_has_its_hash_and_comes_from_one_index() -> None:
    others = [package for name, package in LOCKED.items() if name != "layersync"]
    assert {package["source"].get("registry") for package in others} == {"https://pypi.org/simple"}
    assert all(file["hash"].startswith("sha256:") for package in others for file in files_of(package))


def test_what_a_user_installs_needs_no_build() -> None:
    installed = [*installed_with("layersync")]
    assert "polars" in installed
    assert [name for name in installed if not LOCKED[name].get("wheels")] == []
