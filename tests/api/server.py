"""A server in virtual time that speaks the wire's language, with faults on chosen requests."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from layersync.api.wire import Answer, AnswerLost, NotSent, Request
from tests.plan.server_model import patched

Fault = Callable[["SimulatedServer", Request], Answer]


def status(code: int, error: str = "", headers: Mapping[str, str] | None = None) -> Fault:
    """Answers with a status and nothing done."""
    return lambda _server, _request: json_answer(
        code, {"error": {"code": error, "message": "no", "requestId": "req_1"}}, headers
    )


def lost_request(_server: "SimulatedServer", _request: Request) -> Answer:
    raise AnswerLost("the request was swallowed")


def lost_answer(server: "SimulatedServer", request: Request) -> Answer:
    server.work(request)
    raise AnswerLost("the answer was swallowed")


def no_connection(_server: "SimulatedServer", _request: Request) -> Answer:
    raise NotSent("refused")


def raw(body: bytes, content_type: str = "application/json", code: int = 200) -> Fault:
    """Answers with a body of its own, nothing done."""
    return lambda _server, _request: Answer(code, {"content-type": content_type}, body)


def edited(**fields: object) -> Fault:
    """Somebody edits the record just before the request is worked on."""

    def fault(server: "SimulatedServer", request: Request) -> Answer:
        server.records[request.path].update(fields)
        return server.work(request)

    return fault


def json_answer(code: int, body: object, headers: Mapping[str, str] | None = None) -> Answer:
    told = {"content-type": "application/json", "x-request-id": "req_0", **(headers or {})}
    return Answer(code, told, json.dumps(body).encode())


@dataclass
class SimulatedServer:
    """Holds records by path, and listings by path, which answer to filters and show all on one page.

    `faults` are taken one per request of the method, None = behave; `latency` in seconds. `says_replayed` is whether it
    marks an answer that it gives again.
    """

    records: dict[str, dict[str, object]]
    faults: dict[str, list[Fault | None]] = field(default_factory=dict)
    latency: float = 0.08
    log: list[tuple[float, str, str, str | None]] = field(default_factory=list)
    effects: dict[str, int] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    listings: dict[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    says_replayed: bool = True

    async def send(self, request: Request) -> Answer:
        self.log.append((asyncio.get_running_loop().time(), request.method, request.path, request.idempotency_key))
        await asyncio.sleep(self.latency / 2)
        faults = self.faults.get(request.method, [])
        fault = faults.pop(0) if faults else None
        try:
            return fault(self, request) if fault else self.work(request)
        finally:
            await asyncio.sleep(self.latency / 2)

    async def close(self) -> None:
        """Nothing to let go of."""

    def work(self, request: Request) -> Answer:
        if request.path in self.listings:
            return self._list(request)
        record = self.records.get(request.path)
        if record is None:
            return json_answer(404, {"error": {"code": "NOT_FOUND", "message": "not found", "requestId": "req_2"}})
        if request.method == "PATCH":
            return self._patch(request, record)
        return json_answer(200, record)

    def sends(self, method: str) -> Sequence[tuple[float, str, str, str | None]]:
        return [entry for entry in self.log if entry[1] == method]

    def _list(self, request: Request) -> Answer:
        filters = [(name, value) for name, value in request.query if name not in {"limit", "cursor"}]
        items = [one for one in self.listings[request.path] if all(one.get(name) == value for name, value in filters)]
        return json_answer(200, {"items": items, "nextCursor": None})

    def _patch(self, request: Request, record: dict[str, object]) -> Answer:
        key = request.idempotency_key or ""
        if key in self.answers:
            mark = {"idempotent-replayed": "true"} if self.says_replayed else {}
            return Answer(200, {**self.answers[key].headers, **mark}, self.answers[key].body)
        self.records[request.path] = patched(record, json.loads(request.body or b"{}"))
        self.effects[request.path] = self.effects.get(request.path, 0) + 1
        self.answers[key] = json_answer(200, self.records[request.path])
        return self.answers[key]
