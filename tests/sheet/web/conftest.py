"""Servers on this machine that answer as they are told, and remember what they were asked."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from layersync.sheet.download import Patience

CSV = b"id,tagline\n9cb958b5-11b5-4e30-8675-5d075d52da7c,new\n"


@dataclass(frozen=True)
class Said:
    """One answer of a server. `drip` is called before each byte of the body."""

    status: int = 200
    body: bytes = CSV
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    drip: Callable[[], None] | None = None


@dataclass(frozen=True)
class Asked:
    """One request as a server saw it; names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Server:
    """Answers with `says`, the last of them again and again; `asked` holds what came."""

    def __init__(self) -> None:
        self.says: list[Said] = [Said()]
        self.asked: list[Asked] = []
        self.url = ""

    def say(self, *answers: Said) -> None:
        """Sets the answers to come."""
        self.says = list(answers)

    def next(self) -> Said:
        """The answer to give now."""
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Server]:
    """Runs a server on a free port, with TLS where it is given a certificate (and its key) to show."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.asked.append(Asked(self.command, self.path, headers, body))
            tell(self, server.next())

        do_GET = do_POST = answer  # noqa: N815  names of the library

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.handle_error = lambda *_: None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        http.socket = context.wrap_socket(http.socket, server_side=True)
    server.url = f"{'https' if certificate else 'http'}://127.0.0.1:{http.server_port}"
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def tell(handler: BaseHTTPRequestHandler, said: Said) -> None:
    """Writes the answer; whoever hangs up early is let go."""
    try:
        handler.send_response(said.status)
        for name, value in said.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(said.body) if said.length is None else said.length))
        handler.end_headers()
        pieces = [said.body] if said.drip is None else [bytes([byte]) for byte in said.body]
        for piece in pieces:
            if said.drip is not None:
                said.drip()
            handler.wfile.write(piece)
    except (BrokenPipeError, ConnectionResetError):
        pass


@pytest.fixture
def parts() -> Iterator[ExitStack]:
    """What ends with the test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def server(parts: ExitStack) -> Server:
    """The server that is asked."""
    return parts.enter_context(serving())


@pytest.fixture
def canary(parts: ExitStack) -> Server:
    """Another server, which nobody has any business with."""
    return parts.enter_context(serving())


@dataclass
class Pauses:
    """Sleeps at once, and remembers for how long it should have."""

    told: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Remembers the pause."""
        self.told.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    """The pauses between the tries of the test."""
    return Pauses()


@pytest.fixture
def patience(pauses: Pauses) -> Patience:
    """A patience that costs no time."""
    return Patience(total_s=20.0, sleep=pauses.sleep)
