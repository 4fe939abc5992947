"""A server on this machine that answers with any bytes at all, and keeps what it was asked."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

Script = Callable[[asyncio.StreamWriter], Awaitable[bool]]  # True where the connection goes on


@dataclass
class RawServer:
    """Answers each request with the next script, with the last one again and again; `asked` holds requests whole."""

    url: str = ""
    scripts: list[Script] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)

    def next(self) -> Script:
        """The script for the request that came last."""
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    @property
    def targets(self) -> list[str]:
        """The address in the first line of each request."""
        return [one.split(b" ", 2)[1].decode("latin-1") for one in self.asked]


@asynccontextmanager
async def raw_server(*scripts: Script, certificate: Path | None = None) -> AsyncIterator[RawServer]:
    """Runs a server on a free port, with TLS where it is given a certificate and its key."""
    server, busy = RawServer(scripts=list(scripts)), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        try:
            goes_on = True
            while goes_on:
                server.asked.append(await _request(reader))
                goes_on = await server.next()(writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            busy.discard(task)
            writer.close()

    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
    try:
        yield server
    finally:
        listening.close()
        ended = list(busy)
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + await reader.readexactly(int(lengths[0]) if lengths else 0)


def message(status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> bytes:
    """An answer as it goes over the wire, in order."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {"content-type": kind, "content-length": str(len(body)), **given}
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Because\r\n{told}\r\n".encode() + body


def says(raw: bytes) -> Script:
    """Sends these bytes and goes on."""

    async def script(writer: asyncio.StreamWriter) -> bool:
        writer.write(raw)
        await writer.drain()
        return True

    return script


def hangs_up(raw: bytes = b"", *, hard: bool = False) -> Script:
    """Sends these bytes and closes the connection; `hard` makes the other side see a reset."""

    async def script(writer: asyncio.StreamWriter) -> bool:
        writer.write(raw)
        if hard:
            lingering = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingering)
            writer.transport.abort()
        return False

    return script


def drips(raw: bytes, pause_s: float) -> Script:
    """Sends byte after byte, each within the time that a single read may take."""

    async def script(writer: asyncio.StreamWriter) -> bool:
        for byte in raw:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(pause_s)
        return True

    return script


async def is_silent(_writer: asyncio.StreamWriter) -> bool:
    """Never answers."""
    await asyncio.Event().wait()
    return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port
