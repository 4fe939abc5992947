"""The running program: its socket, its ready line, and its end."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from layersync.sandbox.answers import JsonObject, encode
from layersync.sandbox.delivery import ReachableProtocol

# Requests that a fault rule delays would keep the end waiting; everything that matters is on disk by then.
_FAREWELL_S = 0.5


def open_socket(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises OSError if the address can't be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with contextlib.ExitStack() as on_failure:
            bound = on_failure.enter_context(socket.socket(family, kind, protocol))
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            on_failure.pop_all()
    except OSError as problem:
        raise OSError(f"can't listen on {host}, port {port}: {problem.strerror}") from None
    return bound


def ready_line(host: str, bound: socket.socket) -> JsonObject:
    """What the program prints once it accepts connections."""
    shown = f"[{host}]" if ":" in host else host
    return {"url": f"http://{shown}:{bound.getsockname()[1]}", "pid": os.getpid()}


def serve(app: ASGIApp, bound: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT; `on_ready` is called once connections are accepted."""
    config = uvicorn.Config(
        app,
        http=ReachableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        # Longer than any client keeps an idle connection, so that none is closed under a request.
        timeout_keep_alive=600,
    )
    asyncio.run(_Server(config, on_ready).serve(sockets=[bound]))


def tell(ready: JsonObject) -> None:
    """The ready line on stdout, and one for people on stderr."""
    sys.stdout.write(encode(ready).decode() + "\n")
    sys.stdout.flush()
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        sys.stderr.write(f"The sandbox answers at {ready['url']}; Ctrl-C ends it.\n")


def end_with_parent() -> None:
    """Ends the program when stdin does: whoever started it with a pipe is gone."""
    threading.Thread(target=_exit_at_end_of_stdin, daemon=True).start()


def _exit_at_end_of_stdin() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own way raises the signal again at the end, and the exit code would not be 0.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        yield

    def _end(self) -> None:
        self.should_exit = True
        asyncio.get_running_loop().call_later(_FAREWELL_S, os._exit, 0)
