"""The house keeps its shape: import contracts hold, and would not hold if somebody broke them."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

BAD_IMPORTS = [
    ("plan/diff.py", "import httpx"),
    ("plan/guards.py", "import time"),
    ("values/plan.py", "from layersync.plan import guards"),
    ("api/fetch.py", "from layersync.state import store"),
    ("api/apply.py", "import httpx"),
    ("api/pacer.py", "import tenacity"),
    ("sheet/reading.py", "from layersync import settings"),
    ("report/rows.py", "import os"),
    ("steps.py", "import sqlite3"),
    ("cli/app.py", "import polars"),
    ("sandbox/records.py", "from layersync.resources import RESOURCES"),
    ("embedded.py", "from layersync import sandbox"),
]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command as run; run()"]
    environment = {"PYTHONPATH": str(root / "src"), "PATH": ""}
    options = ["--config", str(root / "pyproject.toml"), "--no-cache"]
    return subprocess.run([*command, *options], cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_imports_point_one_way() -> None:
    ran = lint_imports(ROOT)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("file", "line"), BAD_IMPORTS)
def test_a_planted_import_breaks_a_contract(file: str, line: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / "src" / "layersync" / file
    planted.write_text(planted.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    ran = lint_imports(tmp_path)
    assert ran.returncode == 1
    assert "BROKEN" in ran.stdout


def test_every_room_and_every_module_beside_them_is_under_contract() -> None:
    """A new module that no contract names could import what it likes."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers, from_sandbox, to_sandbox = (
        next(one for one in contracts if one["name"] == name)
        for name in (
            "Imports point one way through the house",
            "The sandbox knows nothing of the house",
            "The house knows nothing of the sandbox",
        )
    )
    house = (ROOT / "src" / "layersync").iterdir()
    names = {f"layersync.{one.stem}" for one in house if not one.name.startswith("__") and one.suffix in {"", ".py"}}
    names -= {"layersync.sandbox"}
    assert names == {name for layer in layers["layers"] for name in layer.split(" | ")}
    assert names == set(from_sandbox["forbidden_modules"]) == set(to_sandbox["source_modules"])


def test_the_corridor_fits_on_one_screen() -> None:
    lines = (ROOT / "src" / "layersync" / "sync.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60


def test_only_apply_asks_for_a_patch() -> None:
    makers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "src" / "layersync").rglob("*.py")
        if 'method="PATCH"' in path.read_text(encoding="utf-8") and "sandbox" not in path.parts
    ]
    assert makers == ["src/layersync/api/apply.py"]
