"""Sheets at an address: the bytes, or one sentence; and never anything to another host (reliability 2.C)."""

import asyncio
import gzip
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from layersync.errors import InputUnusable
from layersync.sheet.download import Patience
from layersync.sheet.fetched import read_address
from layersync.sheet.linked import same_host
from layersync.sheet.web import Origin
from tests.sheet.web.conftest import CSV, Pauses, Said, Server, serving
from tests.sheet.web.self_signed import self_signed

LIMIT = 1000
KEY = "lp_live_0123456789abcdef"

Read = Callable[..., bytes]


@pytest.fixture
def read(server: Server, patience: Patience) -> Read:
    """Reads from the server."""

    def read_path(path: str = "/sheet.csv", patience: Patience = patience) -> bytes:
        return asyncio.run(read_address(server.url + path, LIMIT, None, patience))

    return read_path


def refusal(read: Read, *words: object) -> InputUnusable:
    with pytest.raises(InputUnusable) as caught:
        read(*words)
    assert caught.value.exit_code == 4
    return caught.value


def test_the_bytes_are_those_of_the_server(server: Server, read: Read) -> None:
    assert read("/sheet.csv?token=t0p") == CSV
    assert [(one.method, one.path) for one in server.asked] == [("GET", "/sheet.csv?token=t0p")]


def test_no_key_no_cookie_and_no_compression_is_sent(
    server: Server, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERS_API_KEY", KEY)
    server.say(
        Said(302, b"", {"Location": "/b", "Set-Cookie": "session=1; Path=/"}),
        Said(503, b"", {"Set-Cookie": "session=2; Path=/"}),
        Said(),
    )
    assert read() == CSV
    assert len(server.asked) == 3
    for asked in server.asked:
        assert set(asked.headers) <= {"host", "accept", "accept-encoding", "user-agent", "connection"}
        assert asked.headers["accept-encoding"] == "identity"
        assert KEY not in str(asked)


def test_proxies_of_the_environment_are_not_asked(
    canary: Server, server: Server, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, canary.url)
    assert read() == CSV
    assert canary.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_told_and_not_followed(
    status: int, server: Server, canary: Server, read: Read
) -> None:
    server.say(Said(status, b"", {"Location": f"{canary.url}/sheet.csv"}))
    assert "leads to 127.0.0.1" in refusal(read).message
    assert canary.asked == []
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "location",
    ["//{host}/x", "http://user:pass@{host}/x", "HTTP://{host}", "http://{host}\\@127.0.0.1/", "http://example.com/"],
)
def test_however_it_is_written(location: str, server: Server, canary: Server, read: Read) -> None:
    host = canary.url.removeprefix("http://")
    server.say(Said(302, b"", {"Location": location.format(host=host)}), Said())
    refusal(read)
    assert canary.asked == []
    assert len(server.asked) == 1


def test_a_redirect_with_a_password_is_followed_nowhere(server: Server, read: Read) -> None:
    server.say(Said(302, b"", {"Location": server.url.replace("//", "//ann:secret@")}), Said())
    assert "secret" not in refusal(read).message
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(status: int, server: Server, read: Read) -> None:
    server.say(Said(status, b"", {"Location": "/there?x=1"}), Said())
    assert read() == CSV
    assert [one.path for one in server.asked] == ["/sheet.csv", "/there?x=1"]


@pytest.mark.parametrize(("redirects", "arrives"), [(5, True), (6, False)])
def test_five_redirects_are_followed_and_no_sixth(redirects: int, arrives: bool, server: Server, read: Read) -> None:
    server.say(*[Said(302, b"", {"Location": "/on"})] * redirects, Said())
    if arrives:
        assert read() == CSV
    else:
        refusal(read)
        assert len(server.asked) == 6


@pytest.mark.parametrize(
    ("there", "follows"),
    [
        (Origin("https", "sheets.example", None), True),
        (Origin("http", "sheets.example", None), False),
        (Origin("https", "sheets.example", 8443), False),
        (Origin("https", "www.sheets.example", None), False),
        (Origin("https", "docs.google.com", None), False),
    ],
)
def test_the_same_host_means_scheme_and_port_too(there: Origin, follows: bool) -> None:
    assert same_host(Origin("https", "sheets.example", None), there) is follows


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Said(401, b"who?"), "asks for a login (HTTP 401)"),
        (Said(403, b"no"), "asks for a login (HTTP 403)"),
        (Said(404, b"none"), "there is no sheet at"),
        (Said(404, b"<!doctype html>", {"Content-Type": "text/html"}), "there is no sheet at"),
        (Said(410, b"none"), "there is no sheet at"),
        (Said(400, b"what?"), "answers HTTP 400"),
        (Said(204, b""), "answers HTTP 204"),
        (Said(302, b""), "answers HTTP 302"),
        (Said(200, b"<p>in</p>", {"Content-Type": "text/html; charset=utf-8"}), "web page instead of a sheet"),
        (Said(200, b"\xef\xbb\xbf\n <!DOCTYPE html><p>"), "web page instead of a sheet"),
        (Said(200, b"<HTML>", {"Content-Type": "text/csv"}), "web page instead of a sheet"),
        (Said(200, gzip.compress(b"x" * 10_000), {"Content-Encoding": "gzip"}), "compressed though"),
    ],
)
def test_an_answer_without_a_sheet_is_one_sentence(said: Said, message: str, server: Server, read: Read) -> None:
    server.say(said)
    told = refusal(read, "/sheet.csv?token=t0p")
    assert message in told.message
    assert told.what_to_do
    assert "127.0.0.1" in told.message
    assert "t0p" not in told.message + told.what_to_do
    assert len(server.asked) == 1


@pytest.mark.parametrize(("size", "passes"), [(LIMIT, True), (LIMIT + 1, False), (5_000_000, False)])
def test_the_cap_on_bytes_is_exact(size: int, passes: bool, server: Server, read: Read) -> None:
    server.say(Said(body=b"x" * size))
    if passes:
        assert len(read()) == size
    else:
        assert "larger than 1,000 bytes" in refusal(read).message


def test_a_body_without_end_is_left_at_the_cap(server: Server, read: Read) -> None:
    sent = []
    server.say(Said(body=b"x" * 100_000, length=10**12, drip=lambda: sent.append(1)))
    assert "larger than 1,000 bytes" in refusal(read).message


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_three_times(status: int, server: Server, read: Read, pauses: Pauses) -> None:
    server.say(Said(status, b""))
    assert f"answers HTTP {status}" in refusal(read).message
    assert len(server.asked) == 3
    assert pauses.told == [1.0, 4.0]
    server.say(Said(status, b""), Said(status, b""), Said())
    assert read() == CSV


@pytest.mark.parametrize(
    ("retry_after", "waits"),
    [("30", [30.0]), ("0", [1.0]), ("31", []), ("-1", [1.0]), ("abc", [1.0]), ("", [1.0]), ("9" * 40, [1.0])],
)
def test_a_server_may_ask_for_a_longer_pause_but_not_for_any(
    retry_after: str, waits: list[float], server: Server, read: Read, pauses: Pauses
) -> None:
    server.say(Said(429, b"", {"Retry-After": retry_after}), Said())
    if waits:
        assert read() == CSV
    else:
        refusal(read)
    assert pauses.told == waits


def test_an_answer_cut_short_is_asked_for_again(server: Server, read: Read) -> None:
    cut = Said(body=CSV, length=len(CSV) + 10, headers={"Connection": "close"})
    server.say(cut, cut, Said())
    assert read() == CSV
    server.say(cut)
    assert "cannot be read" in refusal(read).message


def test_nobody_there_is_told_after_three_tries(patience: Patience, pauses: Pauses) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/sheet.csv?token=t0p"
        told = refusal(lambda: asyncio.run(read_address(address, LIMIT, None, patience)))
    assert "cannot be read: no connection" in told.message
    assert "t0p" not in told.message
    assert len(pauses.told) == 2


def test_a_server_that_drips_is_left_when_the_time_is_up(server: Server, read: Read, patience: Patience) -> None:
    over = threading.Event()
    server.say(Said(body=CSV, drip=lambda: over.wait(0.1) and None))
    told = refusal(read, "/sheet.csv", replace(patience, total_s=0.5))
    over.set()
    assert "did not arrive whole within 0.5 s" in told.message


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://sheets.example/a.csv", "is not https"),
        ("https://ann:secret@sheets.example/a.csv", "user name or password"),
        ("https://sheets.example/a b.csv", "holds a space"),
        ("https://sheets.example\\@evil.example/", "backslash"),
        ("https://", "names no host"),
        ("https://sheets.example:99999/a", "port"),
        ("https://docs.google.com/spreadsheets/d/KEY/edit#gid=abc", "gid"),
    ],
)
def test_an_address_that_no_sheet_may_come_from_is_not_asked(address: str, message: str) -> None:
    told = refusal(lambda: asyncio.run(read_address(address, LIMIT, None)))
    assert message in told.message
    assert "secret" not in told.message


def test_a_certificate_that_only_the_environment_vouches_for_is_told_and_not_tried_again(
    parts: ExitStack, patience: Patience, pauses: Pauses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    keys = tmp_path / "keys"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    server = parts.enter_context(serving(certificate))
    told = refusal(lambda: asyncio.run(read_address(f"{server.url}/sheet.csv", LIMIT, None, patience)))
    assert "certificate was not accepted" in told.message
    assert pauses.told == []
    assert server.asked == []
    assert not keys.exists() or b"SECRET" not in keys.read_bytes()
