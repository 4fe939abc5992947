"""Starts a sandbox of its own for a test, and looks at it from outside."""

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

KEY = "lp_test_0123456789abcdef"

# Loading the certificates of the world takes longer than any test here.
PLAIN_HTTP: dict[str, Any] = {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox process. `log` is None unless it was started with a log."""

    url: str
    pid: int
    process: subprocess.Popen[bytes]
    log: Path | None

    def client(self, key: str = KEY, **options: Any) -> httpx.Client:
        """A client that calls this sandbox with `key`."""
        headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
        return httpx.Client(base_url=self.url, headers=headers, timeout=10, **PLAIN_HTTP, **options)

    def state(self) -> JsonObject:
        """Records by bare id, side effects, requests per class, fault rules."""
        return self._door("GET", "state")

    def record(self, resource: str, bare_id: str) -> JsonObject:
        record: JsonObject = self.state()["records"][resource][bare_id]
        return record

    def edit(self, resource: str, record_id: str, **fields: Any) -> JsonObject:
        """Somebody edits the record elsewhere; no rule is checked."""
        return self._door("POST", "edit", {"resource": resource, "id": record_id, "fields": fields})

    def delete(self, resource: str, record_id: str) -> JsonObject:
        return self._door("POST", "delete", {"resource": resource, "id": record_id})

    def reset(self) -> None:
        """Puts records, kept answers, budgets and counts back to the start, and removes the fault rules."""
        self._door("POST", "reset")

    def set_faults(self, *rules: JsonObject) -> None:
        """Replaces the fault rules; their counts begin anew."""
        self._door("POST", "faults", list(rules))

    def wait_for_fault(self, patience_s: float = 10) -> None:
        """Returns once the first fault rule has met a request."""
        deadline = time.monotonic() + patience_s
        while self.state()["faults"][0]["fired"] == 0:
            if time.monotonic() > deadline:
                raise TimeoutError("the fault rule met no request")
            time.sleep(0.02)

    def entries(self) -> list[JsonObject]:
        """The lines of the log so far, one per request."""
        if self.log is None:
            raise ValueError("this sandbox keeps no log")
        return [json.loads(line) for line in self.log.read_bytes().splitlines()]

    def end(self) -> int:
        """Asks the process to end and returns its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=10)

    def kill(self) -> None:
        """Ends the process without giving it a chance to say goodbye."""
        self.process.kill()
        self.process.wait(timeout=10)

    def _door(self, method: str, name: str, body: Any = None) -> JsonObject:
        # tests look through it while they wait: a client of httpx would be dearer than the question
        with closing(HTTPConnection(urlsplit(self.url).netloc, timeout=10)) as connection:
            connection.request(method, f"/_sandbox/{name}", json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            told = response.read()
        assert response.status == 200, told
        answer: JsonObject = json.loads(told)
        return answer


@contextmanager
def running_sandbox(
    *flags: str, log: Path | None = None, faults: Sequence[JsonObject] = ()
) -> Iterator[RunningSandbox]:
    """A sandbox on a free port, which ends with the block.

    It also ends when the test process dies: its stdin is a pipe from here.
    """
    command = [sys.executable, "-m", "layersync.sandbox", "--port", "0", "--exit-with-parent", *flags]
    if log is not None:
        command += ["--log", str(log)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        sandbox = _ready(process, log)
        if faults:
            sandbox.set_faults(*faults)
        yield sandbox
    finally:
        process.kill()
        process.communicate()


def _ready(process: subprocess.Popen[bytes], log: Path | None) -> RunningSandbox:
    if process.stdout is None:
        raise ValueError("stdout is no pipe")
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the sandbox did not start, exit code {process.wait(timeout=10)}")
    ready = json.loads(line)
    return RunningSandbox(ready["url"], ready["pid"], process, log)
