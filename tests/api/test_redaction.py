"""The key does not come back with an answer, in whatever way JSON may write its letters."""

import asyncio
import json

import pytest

from layersync.api.http import HttpTransport
from layersync.api.redaction import redacted
from layersync.api.wire import Failure, NotSent, Request
from layersync.settings.secret import ApiKey
from layersync.values.hidden import HIDDEN
from tests.sheet.web.conftest import Said, serving

KEY = ApiKey('lp_test/CANARY"0123456789', "test")


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04X}" for letter in text)


WRITTEN = {
    "as it is": json.dumps(KEY.reveal())[1:-1],
    "every letter escaped": escaped(KEY.reveal()),
    "one letter escaped": json.dumps(KEY.reveal())[1:-1].replace("C", "\\u0043"),
    "slashes escaped": json.dumps(KEY.reveal())[1:-1].replace("/", "\\/"),
}


@pytest.mark.parametrize("key", WRITTEN.values(), ids=WRITTEN)
def test_a_key_is_found_however_json_writes_it(key: str) -> None:
    body = f'{{"error": {{"message": "no: {key}!", "details": [{{"{key}": 1.5}}, null, true]}}}}'
    clean = json.loads(redacted(body.encode(), KEY.redact))
    assert clean == {"error": {"message": f"no: {HIDDEN}!", "details": [{HIDDEN: 1.5}, None, True]}}


@pytest.mark.parametrize("body", [b'{"a": "\\u00e9\\n", "b": 1.10, "b": 2}', b"\\x not JSON \xff", b"", b'"\\ud800"'])
def test_a_body_without_the_key_stays_as_it_is_byte_for_byte(body: bytes) -> None:
    assert redacted(body, KEY.redact) == body


@pytest.mark.parametrize("depth", [300, 600, 900, 5_000])
def test_no_depth_hides_a_key(depth: int) -> None:
    body = "[" * depth + f'"{WRITTEN["every letter escaped"]}"' + "]" * depth
    clean = redacted(body.encode(), KEY.redact)
    assert clean == b"" or HIDDEN in clean.decode()


@pytest.mark.parametrize("key", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("beside", ["9" * 5_000, "NaN", '"\\ud800"', "nonsense", '"\xff"'])
def test_a_key_is_found_beside_what_python_does_not_read(key: str, beside: str) -> None:
    """A record may be read though something in it that nobody asks for can't be."""
    body = f'{{"name": "no: {key}!", "other": {beside}}}'.encode("latin-1")
    assert redacted(body, KEY.redact) == f'{{"name": "no: {HIDDEN}!", "other": {beside}}}'.encode("latin-1")


@pytest.mark.parametrize("text", [r"\\u006cp_test", r"a\\/b", r"\u0022 \u005c \u005C\u0022"])
def test_what_only_looks_like_an_escape_is_none_and_a_quote_stays_one(text: str) -> None:
    clean = json.loads(redacted(f'["{text}", "{WRITTEN["every letter escaped"]}"]'.encode(), KEY.redact))
    assert clean == [json.loads(f'"{text}"'), HIDDEN]


@pytest.mark.parametrize("key", [*WRITTEN.values(), HIDDEN], ids=[*WRITTEN, "what stands for it"])
def test_a_body_with_the_key_or_with_what_stands_for_it_is_not_sent(key: str) -> None:
    async def sent(url: str) -> Failure:
        transport = HttpTransport(url, {}, 20.0, "test", KEY.redact)
        with pytest.raises(NotSent) as refused:
            await transport.send(
                Request(method="PATCH", path="/v1/projects/x", body=f'{{"metadata":{{"a":"{key}"}}}}'.encode())
            )
        assert "CANARY" not in str(refused.value)
        await transport.close()
        return refused.value.failure

    with serving() as server:
        assert asyncio.run(sent(server.url)) is Failure.UNFIT
        assert server.asked == []


def test_the_transport_hands_on_nothing_else() -> None:
    async def answer(url: str) -> bytes:
        transport = HttpTransport(url, {}, 20.0, "test", KEY.redact)
        try:
            return (await transport.send(Request(method="GET", path="/v1/whoami"))).body
        finally:
            await transport.close()

    with serving() as server:
        server.say(Said(body=f'{{"message": "{WRITTEN["every letter escaped"]}"}}'.encode()))
        assert json.loads(asyncio.run(answer(server.url))) == {"message": HIDDEN}
