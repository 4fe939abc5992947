"""`sync` and `plan` at the edge: what stands on stdout, what is asked, what the code is."""

import json
import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import PROJECT, Run
from tests.sandbox.server import KEY, RunningSandbox, running_sandbox

TAGLINE = "Coffee before you ask."


@pytest.fixture(scope="module")
def one_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def target(one_sandbox: RunningSandbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a sandbox at its beginning, stated in config.toml."""
    one_sandbox.reset()
    config = (folder / "config.toml").read_text().replace('"sandbox"', f'"{one_sandbox.url}"')
    (folder / "config.toml").write_text(config)
    monkeypatch.setenv("LAYERS_API_KEY", KEY)
    return one_sandbox.url


def test_plan_shows_the_diff_and_sends_nothing(run: Run, folder: Path, target: str) -> None:
    ended = run("plan", "--out", "saved.json", "--detailed-exitcode")
    assert ended.out.startswith(f"{target} · Sandbox")
    assert f"+ {TAGLINE}" in ended.out
    assert "Nothing was sent (dry run)" in ended.out
    assert ended.code == 2
    assert json.loads((folder / "saved.json").read_text())


def test_sync_sends_and_the_second_run_has_nothing_to_do(run: Run, target: str) -> None:
    first, second = run("sync", "--detailed-exitcode"), run("sync", "-q", "--detailed-exitcode")
    assert (first.code, second.code) == (2, 0)
    assert "1 changed" in first.out
    assert (second.out, second.err) == ("", "")


def test_json_is_all_that_stands_on_stdout(run: Run, target: str) -> None:
    ended = run("sync", "-n", "--format", "json", "--detailed-exitcode")
    report = json.loads(ended.out)
    assert (ended.code, report["run"]["exit_code"], report["run"]["command"]) == (2, 2, "sync")
    assert report["counts"]["would_change"] == 1


def test_markdown_and_counts_are_other_ways_to_tell(run: Run, folder: Path, target: str) -> None:
    assert "```diff" in run("plan", "--format", "markdown").out
    (folder / "projects.csv").write_text(f"id,tagline,brandVoice\n{PROJECT},x,Warm\n")
    annotated = run("plan", "--format", "github", "--stat")
    assert annotated.code == 3
    assert "projects | no changes" in annotated.out
    assert "::error file=projects.csv,line=2" in annotated.out


def test_quiet_tells_problems_in_ten_lines_that_end_with_the_report(run: Run, folder: Path, target: str) -> None:
    (folder / "projects.csv").write_text("id,tagline\n" + "".join(f"nope{n},x\n" for n in range(30)))
    ended = run("sync", "-q")
    assert (ended.code, ended.out) == (3, "")
    assert len(ended.err.splitlines()) == 10
    assert ended.err.splitlines()[-1].startswith(f"Report: {folder / 'reports'}")


def at_a_terminal(answer: bytes, folder: Path) -> tuple[int, str]:
    """Runs `sync` on a terminal of its own, answers its question, and gives the code and all that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "layersync", "sync", "--color", "never"])  # noqa: S606  this program
    shown, asked = b"", False
    while piece := read(terminal):
        shown += piece
        if b"[y/N]" in shown and not asked:
            asked = True
            os.write(terminal, answer)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other side of a terminal that is gone
        return b""


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize(("answer", "code", "told"), [(b"y\n", 0, "1 changed"), (b"\n", 8, "not confirmed")])
def test_a_person_sees_the_diff_and_is_asked_before_the_first_write(
    answer: bytes, code: int, told: str, folder: Path
) -> None:
    ended, shown = at_a_terminal(answer, folder)
    before, _, after = shown.partition("[y/N]")
    assert ended == code
    assert "SANDBOX" in before
    assert TAGLINE in before
    assert "1 to change" in before
    assert "Nothing was sent (dry run)" not in before
    assert told in after
    assert "SANDBOX" not in after
    assert TAGLINE not in after or code
