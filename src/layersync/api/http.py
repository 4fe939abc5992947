"""Real HTTP: the only file of this room that knows httpx.

httpx's transport is used without its client: so there are no redirects, no cookies, no proxies out of the environment
and no default headers, and the key is put on a request at the last moment (reliability C1-C5, C11, G1).
"""

import asyncio
import ssl
from collections.abc import Mapping

import httpx

from layersync.api.inflate import Packed, inflated
from layersync.api.redaction import Redact, redacted
from layersync.api.wire import Answer, AnswerLost, Failure, NotSent, Request
from layersync.trust import trust
from layersync.values.hidden import HIDDEN

_CONNECT_S = 5.0
_IDLE_S = 30.0
_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE_S)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# what a connection may end with while TLS is being agreed on, without anybody having said no
_BROKEN_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


class HttpTransport:
    """Sends requests to one base URL with one key.

    `headers` are those that name the key and the organisation; they are shown nowhere, and `redact` takes the key out
    of answers that echo it, before anybody can tell them. `timeout_s` bounds a whole try, from connecting to the last
    byte.

    Each request in flight has a lane of its own, which is a pool of one connection: httpx looks at every connection of
    a pool for every request, so that one pool for all costs several times as much at 32 requests at once.
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
        # the total covers the connection and TLS, each with a time of its own, so that it is known which it was
        self._timeout = httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s / 3)).as_dict()
        self._redact = redact
        self._trust = trust(self._base.scheme)
        self._free: list[httpx.AsyncHTTPTransport] = []  # the one used last is the warmest

    async def send(self, request: Request) -> Answer:
        """Sends a request once and reads the whole answer, bounded in time and size."""
        outgoing = self._outgoing(request)
        lane = self._free.pop() if self._free else self._lane()
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._exchange(lane, outgoing, request.most_bytes)
        except BaseException as error:
            await lane.aclose()
            if isinstance(error, Exception):
                raise self._no_answer(error) from error
            raise
        self._free.append(lane)
        return answer

    async def close(self) -> None:
        """Closes the connections."""
        while self._free:
            await self._free.pop().aclose()

    def _lane(self) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(verify=self._trust, trust_env=False, limits=_ONE, retries=0)

    def _outgoing(self, request: Request) -> httpx.Request:
        headers = {**self._plain, **self._secret}
        if request.idempotency_key is not None:
            headers["Idempotency-Key"] = request.idempotency_key
        if request.body is not None:
            self._refuse_key(request.body)
            headers["Content-Type"] = "application/json"
        extensions = {"timeout": self._timeout}
        return httpx.Request(
            request.method, self._url(request), headers=headers, content=request.body, extensions=extensions
        )

    def _refuse_key(self, body: bytes) -> None:
        """Raises NotSent for a body with the key, or with what stands for it in an answer: that is not what is there.

        So a metadata object that holds the key is not written back without it.
        """
        if HIDDEN.encode() in body or redacted(body, self._redact) != body:
            told = f'the record or the sheet holds the API key: "{HIDDEN}" would be written in its place'
            raise NotSent(told, Failure.UNFIT)

    def _url(self, request: Request) -> httpx.URL:
        """Gives the address; NotSent where it would be on another host or path than was meant."""
        try:
            path = (self._base.path.rstrip("/") + request.path).encode("ascii")
            query = str(httpx.QueryParams(request.query)).encode("ascii")
            url = self._base.copy_with(raw_path=path + (b"?" + query if query else b""))
        except (httpx.InvalidURL, ValueError) as error:
            raise NotSent("the request has no address that could be sent", Failure.UNFIT) from error
        if url.netloc != self._base.netloc or url.raw_path.partition(b"?")[0] != path:
            raise NotSent("the request would have left for another host or path", Failure.UNFIT)
        return url

    async def _exchange(self, lane: httpx.AsyncHTTPTransport, outgoing: httpx.Request, most_bytes: int) -> Answer:
        response = await lane.handle_async_request(outgoing)
        try:
            body, flaw = await _body(response, most_bytes)
        finally:
            await response.aclose()
        headers = {name.lower(): self._redact(value) for name, value in response.headers.items()}
        return Answer(response.status_code, headers, redacted(body, self._redact), flaw)

    def _no_answer(self, error: Exception) -> NotSent | AnswerLost:
        """Says what is known of a try that failed; what can't be told from a request that was sent is one."""
        if isinstance(error, _NOT_SENT):
            return _not_sent(error)
        if isinstance(error, TimeoutError):
            return AnswerLost(f"no complete answer within {self._timeout_s:g} s")
        return AnswerLost(f"the connection broke: {type(error).__name__}")


async def _body(response: httpx.Response, most_bytes: int) -> tuple[bytes, str]:
    """Reads the body; where it is too large or can't be unpacked, there is none, and the second says why."""
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > most_bytes:
            return b"", f"the answer is larger than {most_bytes:,} bytes"
    try:
        return inflated(bytes(body), response.headers.get("content-encoding", ""), most_bytes), ""
    except Packed as error:
        return b"", str(error)


def _not_sent(error: Exception) -> NotSent:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is None or isinstance(cause, _BROKEN_TLS):
        return NotSent(f"no connection: {str(error) or type(error).__name__}")
    return NotSent(f"the server's certificate was not accepted: {cause}", Failure.UNTRUSTED)
