"""A person at a real terminal: sees the diff, is asked, and is heard."""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SILENCE_S = 90  # no program that is well is silent for so long


class Terminal:
    """A program under a pseudo-terminal."""

    def __init__(self, handle: int, process: subprocess.Popen[bytes]) -> None:
        self._handle, self._process, self.seen = handle, process, ""

    def until(self, text: str) -> None:
        """Reads until the text has been shown; the end of the program ends the wait."""
        while text not in self.seen:
            piece = self._read()
            if not piece:
                raise AssertionError(f"never shown: {text!r} in {self.seen[-2000:]}")
            self.seen += piece.decode(errors="replace")

    def type(self, text: str) -> None:
        os.write(self._handle, text.encode())

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> int:
        """Reads to the end and gives the exit code."""
        while piece := self._read():
            self.seen += piece.decode(errors="replace")
        return self._process.wait(timeout=30)

    def _read(self) -> bytes:
        if not select.select([self._handle], [], [], SILENCE_S)[0]:
            raise AssertionError(f"silent for {SILENCE_S} s after {self.seen[-2000:]}")
        try:
            return os.read(self._handle, 4096)
        except OSError:  # the other side is closed
            return b""


@contextmanager
def at_a_terminal(folder: Path, *arguments: str, result: int | None = None) -> Iterator[Terminal]:
    """`result` is where stdout goes instead of the terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "layersync", *arguments],
        cwd=folder,
        stdin=theirs,
        stdout=theirs if result is None else result,
        stderr=theirs,
        env=environment,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509  no threads here; the child has to own the terminal
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _take_terminal() -> None:
    import fcntl  # noqa: PLC0415  in the child alone
    import termios  # noqa: PLC0415

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "config.toml", tmp_path)
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    return tmp_path


def test_yes_sends_and_a_second_run_has_nothing_to_ask_but_undoing_has(folder: Path) -> None:
    with at_a_terminal(folder, "sync") as terminal:
        terminal.until("[y/N]")
        assert "Kaffa Roasters" in terminal.seen
        terminal.type("y\r")
        assert terminal.end() == 0
        assert "6 changed" in terminal.seen
    with at_a_terminal(folder, "sync") as terminal:
        assert terminal.end() == 0
        assert "[y/N]" not in terminal.seen
    with at_a_terminal(folder, "runs") as terminal:
        assert terminal.end() == 0
        run = next(line.split()[0] for line in terminal.seen.splitlines() if " changed, " in line)
    with at_a_terminal(folder, "undo", run) as terminal:
        terminal.until("[y/N]")
        assert "Kaffa Roasters" in terminal.seen
        terminal.type("n\r")
        assert terminal.end() == 8
        assert "not confirmed" in terminal.seen


@pytest.mark.parametrize(("form", "begin"), [("json", "{"), ("markdown", "<!--"), ("text", "SANDBOX")])
def test_who_is_asked_sees_the_diff_wherever_the_result_goes_and_json_stays_json(
    form: str, begin: str, folder: Path
) -> None:
    place = folder / "result"
    with (
        place.open("wb") as result,
        at_a_terminal(folder, "sync", "--format", form, result=result.fileno()) as terminal,
    ):
        terminal.until("[y/N]")
        assert "Kaffa Roasters" in terminal.seen
        terminal.type("n\r")
        assert terminal.end() == 8
    told = place.read_text(encoding="utf-8")
    assert told.startswith(begin)
    if form == "json":
        assert json.loads(told)["run"]["exit_code"] == 8


def test_no_color_leaves_no_style_at_all(folder: Path) -> None:
    with at_a_terminal(folder, "sync", "-n") as terminal:
        assert terminal.end() == 0
    styles = {found for found in re.findall(r"\x1b\[[0-9;]*m", terminal.seen) if found != "\x1b[0m"}
    assert styles == set()


def test_apply_shows_what_it_would_send_and_asks(folder: Path) -> None:
    with at_a_terminal(folder, "sync", "-n") as terminal:
        assert terminal.end() == 0
    with at_a_terminal(folder, "apply", "latest") as terminal:
        terminal.until("[y/N]")
        assert "Kaffa Roasters" in terminal.seen
        terminal.type("y\r")
        assert terminal.end() == 0
        assert "6 changed" in terminal.seen


@pytest.mark.parametrize("answer", ["n\r", pytest.param("\x04", marks=pytest.mark.slow)])
def test_anything_but_yes_sends_nothing(answer: str, folder: Path) -> None:
    with at_a_terminal(folder, "sync") as terminal:
        terminal.until("[y/N]")
        terminal.type(answer)
        assert terminal.end() == 8
        assert "nothing was sent" in terminal.seen.lower()


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)])
def test_other_signals_end_the_run_at_the_question_too(number: int, folder: Path) -> None:
    with at_a_terminal(folder, "sync") as terminal:
        terminal.until("[y/N]")
        terminal.signal(number)
        assert terminal.end() == 128 + number
    results = json.loads((folder / "reports" / "latest" / "results.json").read_text(encoding="utf-8"))
    assert results["counts"]["changed"] == 0


def test_ctrl_c_at_the_question_ends_the_run_with_its_report(folder: Path) -> None:
    with at_a_terminal(folder, "sync") as terminal:
        terminal.until("[y/N]")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "Report:" in terminal.seen
    assert (folder / "reports" / "latest" / "results.json").is_file()
