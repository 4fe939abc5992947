"""aiohttp itself, with an interface of its own."""

from collections.abc import Mapping

import aiohttp


class Way:
    """Sends and reads whole answers."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._session = aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.DummyCookieJar())

    async def send(self, method: str, path: str, body: bytes | None) -> int:
        """Gives the size of the answer."""
        async with self._session.request(method, self._url + path, data=body, allow_redirects=False) as answer:
            return len(await answer.read())

    async def close(self) -> None:
        """Closes the connections."""
        await self._session.close()
