"""layersync's own transport: httpx, with a pool of one connection for each request in flight."""

from collections.abc import Mapping
from typing import Literal

from layersync.api.http import HttpTransport
from layersync.api.wire import PAGE_BYTES, Request


class Way:
    """Sends and reads whole answers."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._transport = HttpTransport(url, headers, 30.0, headers["User-Agent"])

    async def send(self, method: Literal["GET", "PATCH"], path: str, body: bytes | None) -> int:
        """Gives the size of the answer."""
        answer = await self._transport.send(Request(method=method, path=path, body=body, most_bytes=PAGE_BYTES))
        return len(answer.body)

    async def close(self) -> None:
        """Closes the connections."""
        await self._transport.close()
