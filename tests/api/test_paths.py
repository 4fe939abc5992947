"""Whatever stands where an id belongs, a request goes to its own path on its own host, or nowhere."""

import asyncio
import random
import re
import string
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import parse_qsl

import pytest

from layersync.api.http import HttpTransport
from layersync.api.paths import item_path, listing_path
from layersync.api.wire import NotSent, Request
from layersync.resources import RESOURCES
from tests.api.raw_server import RawServer, message, raw_server, says

PROJECTS, INFLUENCERS = RESOURCES["projects"], RESOURCES["influencers"]
UUID = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
ULID = "01HXZ9K4T7QW3M8N5B2V6C0DRE"
ID = r"(?:[a-z]+_)?(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-7][0-9A-Z]{25})"
TEMPLATES = [
    (lambda text: item_path(PROJECTS, text), re.compile(rf"/v1/projects/{ID}")),
    (lambda text: item_path(INFLUENCERS, text), re.compile(rf"/v1/influencers/{ID}")),
    (lambda text: listing_path(INFLUENCERS, text), re.compile(rf"/v1/projects/{ID}/influencers")),
]

_SHOWN = r"""
. .. / // ../admin ../../whoami ./ %2e%2e %2e%2e%2fadmin %00 a/b a\b a?x=1 a#f ;a @evil.example //evil.example/x
http://evil.example/x https://evil.example \\evil.example\x evil.example:443 * ? # % %zz [::1] {id} {0} {parent}
prj_ inf_
"""
_HIDDEN = [
    "",
    "\x00",
    "\r\n",
    "\r\nX-Injected: 1",
    " HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "\t",
    " ",
    "\x7f",
    "\x85",
]
_FOREIGN = [
    "\x85",
    "\u2028",
    "\ufeff",
    "\u200b",
    "\u2025",
    "\uff0e\uff0e\uff0f",
    "\u2215",
    "\u00e9",
    "\ud800",
    "\U0001f600",
]
HOSTILE = [*_SHOWN.split(), *_HIDDEN, *_FOREIGN, UUID, UUID.upper(), ULID]


def hostile_ids(count: int) -> Iterator[str]:
    """Ids with something in, before, after or in place of them; and good ones now and then."""
    rng = random.Random(5)
    for _ in range(count):
        good = rng.choice(["", "prj_", "inf_", "Prj_", "a_b_"]) + rng.choice([UUID, ULID])
        bad = rng.choice([rng.choice(HOSTILE), "".join(rng.choices(string.printable, k=rng.randint(1, 40)))])
        at = rng.randint(0, len(good))
        yield rng.choice([bad, bad + good, good + bad, good[:at] + bad + good[at:], good[:at] + bad, good, bad * 40])


async def seen(server: RawServer, transport: HttpTransport, request: Request) -> str | None:
    """The address that a request came with; None where it was not sent."""
    before = len(server.asked)
    try:
        await transport.send(request)
    except NotSent:
        assert len(server.asked) == before
        return None
    assert len(server.asked) == before + 1
    _, *lines = server.asked[-1].decode("latin-1").split("\r\n")
    assert [line for line in lines if line.lower().startswith("host:")] == [f"Host: {server.url[7:]}"]
    assert not any(line.startswith("X-Injected") for line in lines)
    return server.targets[-1]


def with_recorder(work: Callable[[RawServer, HttpTransport], Awaitable[None]], prefix: str = "") -> None:
    async def main() -> None:
        async with raw_server(says(message(200, b"{}"))) as server:
            transport = HttpTransport(server.url + prefix, {"X-Api-Key": "key"}, 30.0, "test")
            try:
                await work(server, transport)
            finally:
                await transport.close()

    asyncio.run(main())


@pytest.mark.parametrize("prefix", ["", "/proxy/layers/"])
def test_an_id_leads_to_its_own_path_or_nowhere(prefix: str, campaign: int | None) -> None:
    async def work(server: RawServer, transport: HttpTransport) -> None:
        sent = 0
        for text in hostile_ids(campaign or 500):
            for build, template in TEMPLATES:
                try:
                    path = build(text)
                except ValueError:
                    continue
                target = await seen(server, transport, Request(method="GET", path=path))
                assert target is not None
                assert template.fullmatch(target.removeprefix(prefix.rstrip("/")))
                assert target.endswith((text, f"{text}/influencers"))
                sent += 1
        assert sent > 50, "good ids are among them"
        assert len(server.asked) == sent

    with_recorder(work, prefix)


def test_a_path_that_was_built_in_any_other_way_arrives_as_it_is_or_not_at_all(campaign: int | None) -> None:
    async def work(server: RawServer, transport: HttpTransport) -> None:
        for text in hostile_ids(campaign or 500):
            for path in (f"/v1/projects/{text}", text):
                target = await seen(server, transport, Request(method="GET", path=path))
                assert target in {None, path}

    with_recorder(work)


def test_a_value_in_the_query_stays_in_its_place(campaign: int | None) -> None:
    async def work(server: RawServer, transport: HttpTransport) -> None:
        for text in hostile_ids(campaign or 500):
            query = (("limit", "200"), ("cursor", text))
            target = await seen(server, transport, Request(method="GET", path="/v1/projects", query=query))
            if target is not None:
                path, _, told = target.partition("?")
                assert path == "/v1/projects"
                assert tuple(parse_qsl(told, keep_blank_values=True, strict_parsing=True)) == query
            else:
                assert "\ud800" in text, "no bytes can say it"

    with_recorder(work)
