"""A server that costs next to nothing: `... server LATENCY_S` prints its port, and ends with stdin.

It answers GET with a page of 180 records, GET of one record and PATCH with that record, and whoami.
"""

import asyncio
import json
import sys
from functools import partial

RECORD = {
    "id": "9cb958b5-11b5-4e30-8675-5d075d52da7c",
    "name": "Acme",
    "status": "active",
    "timezone": "Europe/Oslo",
    "tagline": "new",
    "appDescription": "x" * 400,
    "metadata": {"crm": "y" * 400},
}
IDENTITY = {"organizationId": "org_1", "organizationName": "Acme", "rateLimitTier": "partner", "scopes": ["*"]}


def _answer(body: object) -> bytes:
    text = json.dumps(body).encode()
    lines = f"content-type: application/json\r\nx-request-id: req_1\r\ncontent-length: {len(text)}\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\n" + lines.encode() + text


_PAGE = _answer({"items": [RECORD] * 180, "nextCursor": None})
_ONE = _answer(RECORD)
_WHO = _answer(IDENTITY)


class _Connection(asyncio.Protocol):
    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        head, found, rest = self._unread.partition(b"\r\n\r\n")
        if found and len(rest) >= _length(head):
            self._unread = b""
            asyncio.get_running_loop().call_later(self._latency_s, self._say, _answer_to(head))

    def _say(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _length(head: bytes) -> int:
    _, found, after = head.lower().partition(b"content-length:")
    return int(after.split(b"\r\n")[0]) if found else 0


def _answer_to(head: bytes) -> bytes:
    if b"/v1/whoami" in head[:60]:
        return _WHO
    return _PAGE if head.startswith(b"GET /v1/projects ") else _ONE


async def _serve(latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(_Connection, latency_s), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
