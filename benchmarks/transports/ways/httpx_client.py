"""httpx as its guide shows it: one AsyncClient, one pool."""

import ssl
from collections.abc import Mapping

import httpx


class Way:
    """Sends and reads whole answers."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx.AsyncClient(
            base_url=url, headers=dict(headers), limits=limits, trust_env=False, verify=plain, timeout=30.0
        )

    async def send(self, method: str, path: str, body: bytes | None) -> int:
        """Gives the size of the answer."""
        return len((await self._client.request(method, path, content=body)).content)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()
