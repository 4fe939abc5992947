"""httpx over aiohttp, through the package httpx-aiohttp: the transport alone, as layersync would use it."""

from collections.abc import Mapping

from httpx_aiohttp import AiohttpTransport

from benchmarks.transports.ways import httpx_pool


class Way(httpx_pool.Way):
    """Sends and reads whole answers."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        super().__init__(url, headers)
        self._wire = AiohttpTransport(trust_env=False)
