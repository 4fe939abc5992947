"""httpx's transport without its client, one pool for all: what layersync did before."""

import ssl
from collections.abc import Mapping

import httpx


class Way:
    """Sends and reads whole answers."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64, keepalive_expiry=30.0)
        plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._url, self._headers = url, headers
        self._wire: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(verify=plain, trust_env=False, limits=limits)

    async def send(self, method: str, path: str, body: bytes | None) -> int:
        """Gives the size of the answer."""
        timeout = {"timeout": httpx.Timeout(30.0).as_dict()}
        asked = httpx.Request(method, self._url + path, headers=self._headers, content=body, extensions=timeout)
        answer = await self._wire.handle_async_request(asked)
        size = sum([len(piece) async for piece in answer.aiter_raw()])
        await answer.aclose()
        return size

    async def close(self) -> None:
        """Closes the connections."""
        await self._wire.aclose()
