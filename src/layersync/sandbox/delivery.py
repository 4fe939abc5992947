"""How an answer leaves: as it should, or cut, dripped, or not at all."""

import asyncio
import socket
import struct

from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from layersync.sandbox.answers import Answer
from layersync.sandbox.faults import Twist

_TRANSPORT = "layersync.sandbox.transport"


class ReachableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, with the connection handed on in the scope: ASGI has no word for hanging up."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


async def deliver(answer: Answer | None, twist: Twist, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends the answer as the twist has it; hangs up instead if there is none or the twist drops it."""
    transport = scope["state"][_TRANSPORT]
    if answer is None or twist.drop == "after":
        await _hang_up(transport, receive, hard=twist.reset)
        return
    await send(_head(answer))
    if twist.truncate is not None:
        await send({"type": "http.response.body", "body": answer.body[: twist.truncate], "more_body": True})
        await _hang_up(transport, receive, hard=twist.reset)
        return
    if twist.drip:
        await _drip(answer.body, twist.drip, transport, send)
        return
    await send({"type": "http.response.body", "body": answer.body})


def _head(answer: Answer) -> Message:
    headers = {"content-type": answer.content_type, "content-length": str(len(answer.body))}
    headers |= {name.lower(): value for name, value in answer.headers.items()}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": answer.status, "headers": raw}


async def _drip(body: bytes, pause: float, transport: asyncio.Transport, send: Send) -> None:
    for byte in body:
        if transport.is_closing():
            return
        await send({"type": "http.response.body", "body": bytes((byte,)), "more_body": True})
        await asyncio.sleep(pause)
    await send({"type": "http.response.body", "body": b""})


async def _hang_up(transport: asyncio.Transport, receive: Receive, *, hard: bool) -> None:
    if hard:
        # Lingering for no time makes the kernel send RST instead of FIN.
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
    # Once uvicorn knows of it, it does not answer 500 in our place.
    while (await receive())["type"] != "http.disconnect":
        pass
