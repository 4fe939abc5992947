"""What happens around a command: help without delay, a reader who leaves, an error that nobody foresaw."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts import App

from layersync.cli import main
from layersync.cli.flags import OUTPUT, OutputFlags
from tests.cli.conftest import Run


def in_child(
    *words: str, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE, **environ: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **environ}
    command = [sys.executable, "-m", "layersync", *words]
    return subprocess.run(command, stdout=stdout, stderr=stderr, text=True, check=False, env=environment)


HEAVY = ("polars", "httpx", "pydantic", "asyncio", "starlette", "sqlite3", "tenacity")


def test_help_loads_nothing_heavy() -> None:
    lines = [["--help"], ["--version"], ["sync", "--help"], ["check", "-h"], ["columns", "projects"]]
    program = (
        "import json, sys\nfrom layersync.cli import main\n"
        f"codes = [main(words) for words in {lines!r}]\nprint(json.dumps([codes, sorted(sys.modules)]))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    codes, modules = json.loads(ran.stdout.splitlines()[-1])
    assert codes == [0] * len(lines)
    assert not set(HEAVY) & set(modules)


def test_every_command_tells_its_flags(run: Run) -> None:
    commands = ("sync", "plan", "apply", "check", "columns", "whoami")
    told = {command: run(command, "--help").out for command in commands}
    assert all(("--color" in text and "--config" in text) or command == "columns" for command, text in told.items())
    assert "--dry-run" in told["sync"]
    assert "--api-key " not in "".join(told.values())


def test_the_version_is_told(run: Run) -> None:
    ended = run("--version")
    assert (ended.code, ended.out.startswith("layersync ")) == (0, True)


@pytest.mark.parametrize("words", ["--help", "columns projects", "check --format json"])
def test_a_reader_who_leaves_is_no_error(words: str, folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = in_child(*words.split(), stdout=writing)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_terminal_that_is_gone_is_a_reader_who_left(folder: Path) -> None:
    ours, theirs = os.openpty()
    os.close(ours)
    ran = in_child("check", stdout=theirs)
    os.close(theirs)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_result_that_cannot_be_written_is_an_error(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ran = in_child("check", stdout=full.fileno())
    assert ran.returncode == 1
    assert ran.stderr == "layersync: the result could not be written to stdout: No space left on device\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["sync -n", "check --format json"])
def test_a_stream_that_was_closed_before_the_start_changes_no_exit_code(folder: Path, words: str, closed: str) -> None:
    line = f"exec {sys.executable} -m layersync {words} {closed}"
    assert subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False).returncode == 0


def test_a_log_that_takes_no_line_changes_nothing(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ran = in_child("check", "--source", "nowhere.csv", stderr=full.fileno())
    assert (ran.returncode, ran.stdout) == (64, "")


def test_an_ascii_terminal_gets_escapes_rather_than_a_crash(folder: Path) -> None:
    (folder / "projects.csv").write_text("id,tagline\n☕,x\n", encoding="utf-8")
    ran = in_child("check", PYTHONIOENCODING="ascii")
    assert ran.returncode == 3
    assert "\\u2615" in ran.stdout


def failing_app() -> App:
    app = App(name="layersync", result_action="return_value")

    @app.command
    def fail(*, output: OutputFlags = OUTPUT) -> int:
        raise RuntimeError("lp_canary_0123456789 met\nthe unforeseen")

    return app


@pytest.mark.parametrize("verbose", [True, False])
def test_an_unforeseen_error_is_one_line_and_a_traceback_only_for_those_who_ask(
    verbose: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("layersync.cli.program.build_app", failing_app)
    code = main(["fail", *(["-v"] if verbose else [])])
    told = capfd.readouterr().err
    assert code == 1
    assert told.splitlines()[0] == "layersync: unexpected error: RuntimeError: [key hidden] met the unforeseen"
    assert ("Traceback" in told) is verbose
    assert "canary" not in told


def test_a_traceback_in_a_log_of_json_is_json(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("layersync.cli.program.build_app", failing_app)
    assert main(["fail", "-v", "--log-format", "json"]) == 1
    told = [json.loads(line)["message"] for line in capfd.readouterr().err.splitlines()]
    assert told[1] == "Traceback (most recent call last):"
    assert "canary" not in "".join(told)


def test_the_module_runs_as_the_command_does() -> None:
    ran = in_child("--version")
    assert (ran.returncode, ran.stderr) == (0, "")
