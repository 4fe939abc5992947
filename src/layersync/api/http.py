"""Real HTTP: the only file of this room that knows httpx.

httpx's transport is used without its client: so there are no redirects, no cookies, no proxies out of the environment
and no default headers, and the key is put on a request at the last moment (reliability C1-C5, C11, G1).
"""

import asyncio
import ssl
from collections.abc import Mapping

import httpx

from layersync.api.redaction import Redact, redacted
from layersync.api.wire import Answer, AnswerLost, NotSent, Request

_CONNECT_S = 5.0
_LARGEST_BODY = 16 * 1024 * 1024  # a page of the largest listing is a hundredth of it


class HttpTransport:
    """Sends requests to one base URL with one key.

    `headers` are those that name the key and the organisation; they are shown nowhere, and `redact` takes the key out
    of answers that echo it, before anybody can tell them. `timeout_s` bounds a whole try, from connecting to the last
    byte.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        timeout_s: float,
        user_agent: str,
        redact: Redact = str,
    ) -> None:
        self._base = httpx.URL(base_url)
        self._secret = dict(headers)
        self._plain = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": user_agent}
        self._timeout_s = timeout_s
        self._redact = redact
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64, keepalive_expiry=30.0)
        # plain http goes to this machine only, and loading the certificates of the world takes its time
        verify = True if self._base.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._wire = httpx.AsyncHTTPTransport(verify=verify, trust_env=False, limits=limits, retries=0)

    async def send(self, request: Request) -> Answer:
        """Sends a request once and reads the whole answer, bounded in time and size."""
        outgoing = self._outgoing(request)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._exchange(outgoing)
        except TimeoutError as error:
            raise AnswerLost(f"no complete answer within {self._timeout_s:g} s") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _not_sent(error) from error
        except httpx.HTTPError as error:
            raise AnswerLost(f"the connection broke: {type(error).__name__}") from error

    async def close(self) -> None:
        """Closes the connections."""
        await self._wire.aclose()

    def _outgoing(self, request: Request) -> httpx.Request:
        url = self._base.copy_with(raw_path=self._raw_path(request))
        if url.host != self._base.host or url.raw_path.partition(b"?")[0] != self._path(request):
            raise ValueError("a request would have left for another host or path")
        headers = {**self._plain, **self._secret}
        if request.idempotency_key is not None:
            headers["Idempotency-Key"] = request.idempotency_key
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        timeout = httpx.Timeout(self._timeout_s, connect=min(_CONNECT_S, self._timeout_s)).as_dict()
        return httpx.Request(
            request.method, url, headers=headers, content=request.body, extensions={"timeout": timeout}
        )

    def _path(self, request: Request) -> bytes:
        return (self._base.path.rstrip("/") + request.path).encode("ascii")

    def _raw_path(self, request: Request) -> bytes:
        query = str(httpx.QueryParams(request.query)).encode("ascii")
        return self._path(request) + (b"?" + query if query else b"")

    async def _exchange(self, outgoing: httpx.Request) -> Answer:
        response = await self._wire.handle_async_request(outgoing)
        try:
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > _LARGEST_BODY:
                    raise AnswerLost(f"the answer is larger than {_LARGEST_BODY:,} bytes")
        finally:
            await response.aclose()
        headers = {name.lower(): self._redact(value) for name, value in response.headers.items()}
        if headers.get("content-encoding", "identity") != "identity":
            raise AnswerLost("the answer is compressed though that was not asked for")
        return Answer(response.status_code, headers, redacted(bytes(body), self._redact))


def _not_sent(error: httpx.TransportError) -> NotSent:
    cause = error.__cause__ or error.__context__
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return NotSent(f"the server's certificate was not accepted: {cause}", final=True)
    return NotSent(f"no connection: {error or type(error).__name__}")
