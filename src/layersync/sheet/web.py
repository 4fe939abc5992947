"""The web: the only file of this room that knows httpx.

httpx's transport is used without its client: so there are no cookies, no proxies out of the environment, no default
headers, and no redirect but those that are followed here, each judged before anything is sent there.
"""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final, NamedTuple

import httpx

from layersync.trust import trust
from layersync.values.address import is_loopback

MOST_REDIRECTS: Final = 5

_CONNECT_S: Final = 10.0
_SILENCE_S: Final = 30.0
_LARGEST_REFUSAL: Final = 64 * 1024
_PLAIN: Final = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": f"layersync/{version('layersync')}"}


class Origin(NamedTuple):
    """Who answers at an address; `port` is None for the usual one."""

    scheme: str
    host: str
    port: int | None


def nowhere(here: Origin, there: Origin) -> bool:  # noqa: ARG001  the form of such a judgement
    """No redirect is followed."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRequest:
    """What to ask; `may_follow` judges a redirect from one origin to another. `headers` go wherever it leads."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    may_follow: Callable[[Origin, Origin], bool] = nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """The last answer of a request: names of headers in lower case; a refusal's body is cut.

    `leads_to` is the host of a redirect that was not followed.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    leads_to: str | None = None


class NoAnswer(Exception):
    """There is no whole answer; `final` says that another try would not help."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class AnswerTooLarge(Exception):
    """The answer is larger than was allowed; the rest of it was not read."""


async def ask(request: WebRequest, max_bytes: int) -> WebAnswer:
    """Sends a request once, and again where a redirect leads that may be followed, at most five times.

    Raises NoAnswer or AnswerTooLarge. Bounded in size, not in time: that is for who waits (reliability C5).
    """
    url = _joined(httpx.URL(), request.url)
    try:
        async with httpx.AsyncHTTPTransport(verify=trust(url.scheme), trust_env=False, retries=0) as wire:
            for _ in range(MOST_REDIRECTS):
                answer, there = await _exchange(wire, url, request, max_bytes)
                if there is None or not request.may_follow(_origin(url), _origin(there)):
                    return answer
                url = there
            return (await _exchange(wire, url, request, max_bytes))[0]
    except httpx.HTTPError as error:
        raise _no_answer(error) from error


async def _exchange(
    wire: httpx.AsyncHTTPTransport, url: httpx.URL, request: WebRequest, max_bytes: int
) -> tuple[WebAnswer, httpx.URL | None]:
    """Gives the answer, and the address to which it leads."""
    timeout = httpx.Timeout(_SILENCE_S, connect=_CONNECT_S).as_dict()
    outgoing = httpx.Request(
        request.method,
        url,
        headers={**_PLAIN, **request.headers},
        content=request.body,
        extensions={"timeout": timeout},
    )
    response = await wire.handle_async_request(outgoing)
    try:
        there = _redirect(url, response)
        body = b"" if there else await _body(response, max_bytes)
    finally:
        await response.aclose()
    headers = {name.lower(): value for name, value in response.headers.items()}
    leads_to = there.host if there else None
    return WebAnswer(status=response.status_code, headers=headers, body=body, leads_to=leads_to), there


async def _body(response: httpx.Response, max_bytes: int) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise NoAnswer("the answer is compressed though that was not asked for", final=True)
    cap = max_bytes if response.is_success else _LARGEST_REFUSAL
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > cap and response.is_success:
            raise AnswerTooLarge
        if len(body) > cap:
            break
    return bytes(body)


def _redirect(url: httpx.URL, response: httpx.Response) -> httpx.URL | None:
    location = response.headers.get("location")
    return _joined(url, location) if response.is_redirect and location is not None else None


def _joined(base: httpx.URL, text: str) -> httpx.URL:
    """Gives the address; NoAnswer for one that nothing may be sent to, however it was come by."""
    try:
        url = base.join(text)
    except httpx.InvalidURL:
        raise NoAnswer("it leads to an address that is none", final=True) from None
    if url.userinfo or not (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))):
        raise NoAnswer("it leads to an address that is not https, or holds a password", final=True)
    return url


def _origin(url: httpx.URL) -> Origin:
    return Origin(url.scheme, url.host, url.port)


def _no_answer(error: httpx.HTTPError) -> NoAnswer:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return NoAnswer(f"the server's certificate was not accepted: {cause}", final=True)
    if isinstance(error, httpx.TimeoutException):
        return NoAnswer("it did not answer in time")
    return NoAnswer(f"no connection: {str(error) or type(error).__name__}")
