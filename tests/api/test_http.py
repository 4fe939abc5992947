"""Real HTTP over loopback: what leaves, what is kept, what is not sent on, and how much of an answer is taken."""

import asyncio
import gzip
import os
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from layersync.api.body import Unreadable, json_object
from layersync.api.http import HttpTransport, _not_sent
from layersync.api.wire import PAGE_BYTES, Answer, Failure, NotSent, Request
from tests.api.raw_server import RawServer, Script, free_port, hangs_up, message, raw_server, says
from tests.sheet.web.self_signed import self_signed

GET = Request(method="GET", path="/v1/whoami")
KEY = "lp_test_0123456789abcdef"
OK = message(200, b"{}")


def meet(
    work: Callable[[RawServer, HttpTransport], Awaitable[None]], *scripts: Script, timeout_s: float = 30.0
) -> None:
    async def main() -> None:
        async with raw_server(*scripts) as server:
            transport = HttpTransport(server.url, {"Authorization": f"Bearer {KEY}"}, timeout_s, "layersync/test")
            try:
                await work(server, transport)
            finally:
                await transport.close()

    asyncio.run(main())


def test_a_request_has_these_headers_and_no_others() -> None:
    async def work(server: RawServer, transport: HttpTransport) -> None:
        await transport.send(Request(method="PATCH", path="/v1/projects/x", body=b"{}", idempotency_key="one"))
        await transport.send(GET)
        with_body, without = (one.decode().split("\r\n\r\n")[0].split("\r\n") for one in server.asked)
        assert sorted(without[1:]) == [
            "Accept-Encoding: identity",
            "Accept: application/json",
            f"Authorization: Bearer {KEY}",
            f"Host: {server.url[7:]}",
            "User-Agent: layersync/test",
        ]
        assert sorted(set(with_body[1:]) - set(without)) == [
            "Content-Length: 2",
            "Content-Type: application/json",
            "Idempotency-Key: one",
        ]

    meet(work, says(OK))


def test_a_cookie_is_not_kept() -> None:
    async def work(server: RawServer, transport: HttpTransport) -> None:
        for _ in range(3):
            await transport.send(GET)
        assert all(b"cookie" not in one.lower() for one in server.asked)

    meet(work, says(message(200, b"{}", set_cookie="session=1; Path=/")))


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with raw_server(says(OK)) as proxy, raw_server(says(OK)) as server:
            monkeypatch.setitem(os.environ, name, proxy.url)
            transport = HttpTransport(server.url, {}, 30.0, "test")
            await transport.send(GET)
            await transport.close()
            assert (len(proxy.asked), len(server.asked)) == (0, 1)

    asyncio.run(main())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("body", [None, b'{"tagline": "new"}'])
def test_nothing_goes_where_a_redirect_points(status: int, body: bytes | None) -> None:
    async def main() -> None:
        async with raw_server(says(OK)) as other:
            leads = {
                "location": f"{other.url}/v1/projects/x",
                "refresh": f"0; url={other.url}",
                "link": f"<{other.url}>",
            }
            async with raw_server(says(message(status, b"", **leads))) as server:
                transport = HttpTransport(server.url, {"X-Api-Key": KEY}, 30.0, "test")
                request = Request(method="PATCH" if body else "GET", path="/v1/projects/x", body=body)
                assert (await transport.send(request)).status == status
                await transport.close()
                assert (len(server.asked), other.asked) == (1, [])

    asyncio.run(main())


def test_one_connection_carries_one_request_after_the_other_and_as_many_as_there_are_requests_at_once() -> None:
    ports: list[int] = []

    async def tells_port(writer: asyncio.StreamWriter) -> bool:
        ports.append(writer.get_extra_info("peername")[1])
        await asyncio.sleep(0.01)
        return await says(OK)(writer)

    async def work(_server: RawServer, transport: HttpTransport) -> None:
        for _ in range(4):
            await transport.send(GET)
        assert len(set(ports)) == 1
        await asyncio.gather(*(transport.send(GET) for _ in range(8)))
        assert len(set(ports)) == 8
        await asyncio.gather(*(transport.send(GET) for _ in range(8)))
        assert len(set(ports)) == 8

    meet(work, tells_port)


def test_after_a_try_that_failed_a_connection_is_used_no_more() -> None:
    async def work(server: RawServer, transport: HttpTransport) -> None:
        with pytest.raises(Exception, match="no complete answer"):
            await transport.send(GET)
        server.scripts = [says(message(200, b'{"its": "own"}'))]
        assert (await transport.send(GET)).body == b'{"its": "own"}'

    async def too_late(writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(0.6)
        return await says(message(200, b'{"its": "another\'s"}'))(writer)

    meet(work, too_late, timeout_s=0.3)


def test_a_word_of_farewell_on_an_idle_connection_is_not_taken_for_the_next_answer() -> None:
    said = asyncio.Event()

    async def says_goodbye_later(writer: asyncio.StreamWriter) -> bool:
        await says(OK)(writer)

        def farewell() -> None:
            writer.write(message(408, b"{}"))
            said.set()

        asyncio.get_running_loop().call_later(0.02, farewell)
        return True

    async def work(_server: RawServer, transport: HttpTransport) -> None:
        await transport.send(GET)
        await said.wait()
        await asyncio.sleep(0.02)
        assert (await transport.send(GET)).status == 200

    meet(work, says_goodbye_later, says(OK))


def test_a_connection_that_was_closed_while_idle_costs_nothing() -> None:
    async def work(server: RawServer, transport: HttpTransport) -> None:
        for _ in range(3):
            assert (await transport.send(GET)).status == 200
            await asyncio.sleep(0.02)
        assert len(server.asked) == 3

    meet(work, hangs_up(OK))


def peak_of(body: bytes, **headers: str) -> tuple[int, Answer]:
    """The most memory that taking in an answer takes, in bytes, beyond that of the server which sends it."""
    answers: list[Answer] = []

    async def work(_server: RawServer, transport: HttpTransport) -> None:
        request = Request(method="GET", path="/v1/projects", most_bytes=PAGE_BYTES)
        await transport.send(request)
        tracemalloc.start()
        answers.append(await transport.send(request))
        with pytest.raises(Unreadable):
            json_object(answers[0])

    raw = message(200, body, **headers)
    meet(work, says(OK), says(raw))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - len(raw), answers[0]


@pytest.mark.parametrize(
    ("make", "headers"),
    [
        (lambda: gzip.compress(b" " * 200_000_000), {"content_encoding": "gzip"}),
        (lambda: b" " * 40_000_000, {}),
        (lambda: b"[" * 16_000_000, {}),
        (lambda: b'{"a":' * 3_000_000, {}),
        (lambda: b"[" * 200_000 + b"]" * 200_000, {}),
        (lambda: b'{"a": "' + b"\\u006c" * 2_500_000, {}),
        (lambda: b'{"a": ' + b"9" * 15_000_000 + b"}", {}),
    ],
    ids=["a bomb", "too large", "brackets", "objects", "200,000 deep", "escapes", "digits"],
)
def test_no_answer_takes_more_memory_than_a_few_pages(make: Callable[[], bytes], headers: dict[str, str]) -> None:
    peak, _ = peak_of(make(), **headers)
    assert peak < 10 * PAGE_BYTES


def not_sent(url: str) -> NotSent:
    async def main() -> NotSent:
        transport = HttpTransport(url, {"X-Api-Key": KEY}, 30.0, "test")
        with pytest.raises(NotSent) as caught:
            await transport.send(GET)
        await transport.close()
        return caught.value

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("error", "told"),
    [(httpx.ConnectTimeout(""), "no connection: ConnectTimeout"), (httpx.ConnectError("no"), "no connection: no")],
)
def test_a_connection_that_fails_without_a_word_is_named_by_its_kind(error: Exception, told: str) -> None:
    assert str(_not_sent(error)) == told


def test_nobody_there() -> None:
    assert not_sent(f"http://127.0.0.1:{free_port()}").failure is Failure.UNREACHABLE


def test_a_name_that_nobody_has() -> None:
    assert not_sent("http://layers.invalid").failure is Failure.UNREACHABLE


def met_over_tls(scripted: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> NotSent:
    """What comes of TLS with a server that does what it is told with the first bytes."""

    async def main() -> NotSent:
        listening = await asyncio.start_server(scripted, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        transport = HttpTransport(f"https://127.0.0.1:{port}", {"X-Api-Key": KEY}, 30.0, "test")
        with pytest.raises(NotSent) as caught:
            await transport.send(GET)
        await transport.close()
        listening.close()
        return caught.value

    return asyncio.run(main())


def test_a_server_that_closes_while_tls_is_agreed_on_may_be_there_again_soon() -> None:
    async def closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.close()

    assert met_over_tls(closes).failure is Failure.UNREACHABLE


def test_a_server_that_speaks_no_tls_is_not_trusted() -> None:
    async def speaks_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    assert met_over_tls(speaks_plainly).failure is Failure.UNTRUSTED


def test_a_certificate_that_only_the_environment_vouches_for_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))

    async def main() -> tuple[Failure, int]:
        async with raw_server(says(OK), certificate=certificate) as server:
            transport = HttpTransport(server.url, {"X-Api-Key": KEY}, 30.0, "test")
            with pytest.raises(NotSent) as caught:
                await transport.send(GET)
            await transport.close()
            return caught.value.failure, len(server.asked)

    assert asyncio.run(main()) == (Failure.UNTRUSTED, 0)
    keys = tmp_path / "keys"
    assert not keys.exists() or b"SECRET" not in keys.read_bytes()
