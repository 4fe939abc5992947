"""The retry table as tests know it: every way to be answered, on the wire, simulated, and by the sandbox.

It says on its own what each means, and how often the request is sent when it is answered like that every time.
"""

import gzip
import json
import zlib
from dataclasses import dataclass
from typing import Any

from layersync.api.meaning import Kind
from layersync.api.wire import Answer, Failure, NotSent, Request
from tests.api.raw_server import Script, drips, hangs_up, is_silent, message, says
from tests.api.server import Fault, SimulatedServer, json_answer, lost_request, no_connection, raw, status

ATTEMPTS = 3
DRIP_S = 0.05
OUT_OF_PATIENCE_S = 0.45

JsonObject = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One way of being answered. `rule` is what a fault rule of the sandbox does; None where it can't do that.

    `server` is "absent" where nobody listens and "unknown" where its certificate is nobody's; after `patience_s` it is
    waited for no longer. `sends` counts requests in all; `once` is true where the answer after it is a sound one.
    """

    name: str
    wire: Script
    simulated: Fault
    rule: JsonObject | None = None
    kind: Kind
    sends: int = 1
    once: bool = False
    server: str = "there"
    patience_s: float = 30.0


RECORD = json.dumps({"id": "9cb958b5-11b5-4e30-8675-5d075d52da7c", "tagline": "new"}).encode()
SOUND = message(200, RECORD)
BOMB = gzip.compress(b" " * 50_000_000, 1)


def _status(code: int, kind: Kind, error: str = "OTHER", sends: int = 1, **more: Any) -> Answered:
    headers = more.pop("headers", {})
    body = json.dumps({"error": {"code": error, "message": "no", "requestId": "req_1"}}).encode()
    simulated = status(code, error, headers)
    if code in {204, 304}:
        body, simulated = b"", raw(b"", code=code)
    return Answered(
        name=f"{code} {error}{' ' + str(headers) if headers else ''}",
        wire=says(message(code, body, **headers)),
        simulated=simulated,
        rule={"status": code, "code": error, "headers": headers},
        kind=kind,
        sends=sends,
        **more,
    )


def _lost(name: str, wire: Script, rule: JsonObject | None = None, **more: Any) -> Answered:
    return Answered(name=name, wire=wire, simulated=lost_request, rule=rule, kind=Kind.UNKNOWN, sends=ATTEMPTS, **more)


def _unreadable(name: str, body: bytes, kind: str = "application/json", rule: JsonObject | None = None) -> Answered:
    wire = says(message(200, body, kind))
    return Answered(name=name, wire=wire, simulated=raw(body, kind), rule=rule, kind=Kind.UNKNOWN)


def _packed(name: str, body: bytes, coding: str, kind: Kind = Kind.UNKNOWN) -> Answered:
    simulated = json_answer(200, json.loads(RECORD)) if kind is Kind.DONE else Answer(200, {}, b"", "it is packed")
    return Answered(
        name=name,
        wire=says(message(200, body, content_encoding=coding)),
        simulated=lambda _server, _request: simulated,
        kind=kind,
    )


def _untrusted(_server: SimulatedServer, _request: Request) -> Answer:
    raise NotSent("certificate", Failure.UNTRUSTED)


def _deflated(body: bytes) -> bytes:
    bare = zlib.compressobj(wbits=-15)
    return bare.compress(body) + bare.flush()


REFUSED = (400, 402, 404, 405, 406, 410, 411, 413, 414, 415, 418, 421, 422, 423, 424, 428, 431, 451)
REDIRECTS = (300, 301, 302, 303, 304, 305, 307, 308)
IN_PROXIES = (408, 425, 502, 503, 504)
OTHER_FAULTS = (501, 505, 507, 508, 511, 520, 599)

ANSWERS = (
    Answered(
        name="200 with the record",
        wire=says(SOUND),
        simulated=lambda _server, _request: json_answer(200, json.loads(RECORD)),
        rule={"delay": 0.001},
        kind=Kind.DONE,
    ),
    _status(204, Kind.DONE),
    *(_status(code, Kind.UNKNOWN) for code in (201, 202, 203, 206, 226)),
    *(_status(code, Kind.STOP_RUN, headers={"location": "http://127.0.0.1:9/"}) for code in REDIRECTS),
    *(_status(code, Kind.REFUSED, "VALIDATION") for code in REFUSED),
    _status(401, Kind.STOP_RUN, "UNAUTHENTICATED"),
    _status(403, Kind.STOP_JOB, "FORBIDDEN_SCOPE"),
    _status(403, Kind.REFUSED, "FORBIDDEN_FENCE"),
    _status(403, Kind.STOP_RUN, "KILL_SWITCH"),
    *(_status(code, Kind.UNKNOWN, sends=ATTEMPTS) for code in IN_PROXIES),
    _status(503, Kind.UNKNOWN, sends=ATTEMPTS, headers={"retry-after": "2"}),
    _status(503, Kind.UNKNOWN, headers={"retry-after": "40000"}),
    _status(503, Kind.STOP_RUN, "KILL_SWITCH"),
    _status(409, Kind.CONTESTED, "CONFLICT"),
    _status(412, Kind.CONTESTED),
    _status(409, Kind.DONE, "IDEMPOTENCY_CONFLICT", sends=2, once=True),
    _status(429, Kind.DONE, "RATE_LIMITED", sends=2, once=True),
    *(
        _status(429, Kind.DONE, "RATE_LIMITED", sends=2, once=True, headers={"retry-after": told})
        for told in ("3", "0", "abc", "-1")
    ),
    _status(429, Kind.CAPPED, "RATE_LIMITED", headers={"retry-after": "40000"}),
    _status(500, Kind.UNKNOWN, "INTERNAL", sends=2),
    *(_status(code, Kind.UNKNOWN) for code in OTHER_FAULTS),
    Answered(
        name="502 with a page",
        wire=says(message(502, b"<html>Bad gateway", "text/html")),
        simulated=raw(b"<html>Bad gateway", "text/html", 502),
        rule={"status": 502, "body": "<html>Bad gateway"},
        kind=Kind.UNKNOWN,
        sends=ATTEMPTS,
    ),
    _unreadable("200 with a login page", b"<html>Sign in", "text/html", {"garbage": True}),
    _unreadable("200 with nothing", b""),
    _unreadable("200 with half an object", RECORD[:-9]),
    _unreadable("200 with a list", b"[]", rule={"status": 200, "body": []}),
    _unreadable("200 with NaN", b'{"a": NaN}'),
    _unreadable("200 with a number beyond numbers", b'{"a": 1e999}'),
    _unreadable("200 with a number of 5,000 digits", b'{"a": ' + b"9" * 5_000 + b"}"),
    _unreadable("200 with 200,000 brackets", b"[" * 200_000),
    _unreadable("200 with 200,000 objects", b'{"a":' * 200_000),
    _unreadable("200 with bytes that are no text", b"\xff\xfe{}"),
    _unreadable("200 of another type", RECORD, "text/plain", {"status": 200, "body": RECORD.decode()}),
    Answered(
        name="200 that is too large",
        wire=says(message(200, b'{"a": "' + b"x" * 1_100_000 + b'"}')),
        simulated=lambda _server, _request: Answer(200, {}, b"", "it is too large"),
        kind=Kind.UNKNOWN,
    ),
    _packed("200 in gzip", gzip.compress(RECORD), "gzip", Kind.DONE),
    _packed("200 in deflate", zlib.compress(RECORD), "deflate", Kind.DONE),
    _packed("200 in bare deflate", _deflated(RECORD), "Deflate", Kind.DONE),
    _packed("200 in half a gzip", gzip.compress(RECORD)[:-12], "gzip"),
    _packed("200 in no gzip", RECORD, "gzip"),
    _packed("200 in a gzip bomb", BOMB, "gzip"),
    _packed("200 in a deflate bomb", zlib.compress(b" " * 50_000_000, 1), "deflate"),
    _packed("200 in a bomb in a bomb", gzip.compress(BOMB), "gzip, gzip"),
    _packed("200 in brotli", b"\x0b\x02\x80hello\x03", "br"),
    _packed("200 in zstandard", b"\x28\xb5\x2f\xfd" + b"\0" * 20, "zstd"),
    _lost("closed before an answer", hangs_up(), {"drop": "before"}),
    _lost("closed after the work", hangs_up(), {"drop": "after"}),
    _lost("reset before an answer", hangs_up(hard=True), {"reset": True}),
    _lost("closed in the middle of the body", hangs_up(SOUND[:-7]), {"truncate": 20}),
    _lost("closed in the middle of the headers", hangs_up(SOUND[:40])),
    _lost("silence", is_silent, patience_s=OUT_OF_PATIENCE_S),
    _lost("a body that drips", drips(SOUND, DRIP_S), {"drip": DRIP_S}, patience_s=OUT_OF_PATIENCE_S),
    _lost("a status line that is none", says(b"220 smtp.example ready\r\n\r\n")),
    _lost("headers without end", says(b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"y" * 200_000)),
    _lost("headers that are none", says(b"HTTP/1.1 200 OK\r\n: : :\r\n\r\n")),
    _lost("two lengths", says(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n{}  ")),
    _lost("a length below nothing", says(b"HTTP/1.1 200 OK\r\ncontent-length: -3\r\n\r\n{}")),
    _lost("a body shorter than its length", hangs_up(message(200, RECORD, content_length="9999"))),
    _lost("chunks that are none", says(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")),
    _lost("chunks that are cut", hangs_up(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{}")),
    Answered(
        name="a length that cuts the body",
        wire=hangs_up(message(200, RECORD, content_length="20")),
        simulated=raw(RECORD[:20]),
        kind=Kind.UNKNOWN,
    ),
    Answered(
        name="no connection",
        wire=is_silent,
        simulated=no_connection,
        kind=Kind.NOT_SENT,
        sends=ATTEMPTS,
        server="absent",
    ),
    Answered(
        name="a certificate of nobody",
        wire=is_silent,
        simulated=_untrusted,
        kind=Kind.STOP_RUN,
        server="unknown",
    ),
)
