"""The program: its ready line, its flags, its end."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from layersync.sandbox.command import main
from layersync.sandbox.state_file import StateFile
from tests.sandbox.server import PLAIN_HTTP, running_sandbox

COMMAND = [sys.executable, "-m", "layersync.sandbox"]


@pytest.fixture
def started() -> Iterator[subprocess.Popen[bytes]]:
    """A sandbox whose three streams are pipes, and whose stdin it does not watch."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([*COMMAND, "--port", "0"], stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_ready(process: subprocess.Popen[bytes]) -> dict[str, object]:
    assert process.stdout
    ready: dict[str, object] = json.loads(process.stdout.readline())
    return ready


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_where_it_answers_and_ends_on_a_signal_though_connections_are_open(
    started: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    ready = read_ready(started)
    assert (list(ready), ready["pid"]) == (["url", "pid"], started.pid)
    url = httpx.URL(str(ready["url"]))
    with httpx.Client(base_url=url, **PLAIN_HTTP) as client, socket.create_connection((url.host, url.port)):
        assert client.get("/_sandbox/state").status_code == 200
        started.send_signal(number)
        assert started.wait(timeout=10) == 0
    assert started.communicate(timeout=10) == (b"", b""), "nothing else is ever written"


def test_a_held_request_does_not_keep_the_end_waiting() -> None:
    rule = {"do": {"hold": 60}}
    with running_sandbox(faults=[rule]) as sandbox, sandbox.client() as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get("/v1/whoami", timeout=0.05)
        sandbox.wait_for_fault()
        assert sandbox.end() == 0


def test_it_listens_where_told_and_ends_with_the_process_that_holds_its_stdin() -> None:
    with running_sandbox("--host", "127.0.0.2") as sandbox:
        assert sandbox.url.startswith("http://127.0.0.2:")
        assert sandbox.state()["requests"] == {}
        assert sandbox.process.stdin
        sandbox.process.stdin.close()
        assert sandbox.process.wait(timeout=10) == 0
        sandbox.process.stdin = None


Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """What the program says of flags that it refuses: one line on stderr, with exit code 64."""

    def refuse(*flags: str) -> str:
        try:
            code: object = main(["--port", "0", *flags])
        except SystemExit as end:
            code = end.code
        output = capsys.readouterr()
        assert (code, output.out, output.err.count("\n")) == (64, "", 1), output.err
        return output.err

    return refuse


def test_the_exit_code_reaches_the_shell() -> None:
    done = subprocess.run([*COMMAND, "--nonsense"], capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (64, b"", 1)


def test_a_port_in_use_is_told(refused: Refused) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port}: Address already in use" in refused("--port", str(port))


def test_a_state_file_in_use_is_told_with_who_holds_it(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateFile, "patience_s", 0)
    with closing(StateFile(tmp_path / "state.jsonl")) as state:
        state.announce({"url": "http://127.0.0.1:1", "pid": 1})
        message = refused("--state", str(tmp_path / "state.jsonl"))
    assert "in use" in message
    assert "http://127.0.0.1:1" in message


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--port", "70000"), "no port 70000"),
        (("--port", "http"), "http"),
        (("--tier", "internal"), "internal"),
        (("--minute", "0"), "--minute"),
        (("--minute", "nan"), "nan"),
        (("--latency", "-1"), "--latency"),
        (("--window", "rolling"), "rolling"),
        (("--auth", "basic"), "basic"),
        (("--daily", "-1"), "--daily"),
        (("--influencers", "5"), "needs --records"),
        (("--nonsense",), "--nonsense"),
        (("--faults", "/nowhere/faults.json"), "/nowhere/faults.json"),
        (("--host", "203.0.113.1"), "203.0.113.1"),
    ],
)
def test_wrong_flags_are_refused_in_one_line(refused: Refused, flags: tuple[str, ...], told: str) -> None:
    assert told in refused(*flags)


@pytest.mark.parametrize("content", ["{", "{}", '[{"do": {"stauts": 1}}]'])
def test_a_wrong_faults_file_is_refused(refused: Refused, tmp_path: Path, content: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(content)
    assert str(path) in refused("--faults", str(path))


def test_a_damaged_state_file_is_refused(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    path.write_text("{\n{}\n")
    assert "damaged" in refused("--state", str(path))


def test_a_log_that_cannot_be_written_is_refused(refused: Refused, tmp_path: Path) -> None:
    assert str(tmp_path) in refused("--log", str(tmp_path))
