"""One API call from its bytes to its answer: who, how often, where to, said before or not, the work itself."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.datastructures import QueryParams

from layersync.sandbox.answers import Answer, ApiError, decode, encode, not_found
from layersync.sandbox.auth import Caller, identify
from layersync.sandbox.beginning import Lines, fill
from layersync.sandbox.clock import Clock
from layersync.sandbox.faults import Twist
from layersync.sandbox.generations import Generation
from layersync.sandbox.idempotency import KeptAnswer, Replays, Slot
from layersync.sandbox.limits import Budgets, RateClass
from layersync.sandbox.records import Records
from layersync.sandbox.request_log import LogEntry, RequestLog
from layersync.sandbox.routes import WHOAMI, Route, Work, find_route
from layersync.sandbox.shapes import refusal
from layersync.sandbox.state_file import StateFile


@dataclass(frozen=True)
class Call:
    """One request. `path` is as it was sent, not unquoted; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    request_id: str

    @property
    def rate_class(self) -> RateClass:
        return "read-light" if self.method == "GET" else "write-light"


@dataclass
class Visit:
    """A call under way and what is known of it so far; `answer` stays None if none is to be given."""

    call: Call
    twist: Twist
    request_id: str
    caller: Caller | None = None
    running: Slot | None = None
    replayed: bool = False
    answer: Answer | None = None


@dataclass
class Exchange:
    """Carries out calls. The work of each is done without a pause in between, so its effects are atomic."""

    records: Records
    budgets: Budgets
    replays: Replays
    state: StateFile | None
    log: RequestLog | None
    clock: Clock
    generation: Generation
    rate_headers: bool
    latency: float = 0.0
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    async def carry_out(self, call: Call, twist: Twist) -> Visit:
        """The finished visit, after the pauses that the twist and the latency ask for."""
        visit = Visit(call, twist, call.request_id)
        arrived = self.clock.wall()
        try:
            visit.answer = await self._answer(visit)
            self._count(visit)
            if self.log:
                self.log.write(_log_entry(visit, arrived.isoformat()))
            await asyncio.sleep(self.latency + twist.delay)
        finally:
            if visit.running:
                self.replays.finish(visit.running)
        return visit

    def store(self, kept: KeptAnswer | None = None) -> None:
        """Brings what changed, and the answer kept with it, to the state file as one line."""
        changes = self.records.take_changes()
        if kept:
            changes["answers"] = [kept.to_json()]
        if self.state and changes:
            self.state.append(changes)

    def begin_anew(self, lines: Lines) -> None:
        """Forgets all that happened, and holds what the lines say."""
        self.records, self.replays = Records(), Replays(self.clock)
        fill(self.records, self.replays, self.state, lines)
        self.budgets.refill()
        self.counts.clear()

    async def _answer(self, visit: Visit) -> Answer | None:
        if visit.twist.drops_before:
            return None
        answer = visit.twist.answer(visit.request_id)
        if answer is None:
            try:
                answer = await self._admit_and_work(visit)
            except ApiError as error:
                answer = refusal(error, self.generation).answer(visit.request_id)
        return replace(answer, headers={**self._headers(visit), **answer.headers})

    async def _admit_and_work(self, visit: Visit) -> Answer:
        route, work = self._admit(visit)
        slot = _slot(visit.call, work.caller, route)
        fingerprint = _fingerprint(visit.call)
        if slot:
            if kept := self.replays.find(slot, fingerprint):
                visit.replayed, visit.request_id = True, kept.request_id
                return replace(kept.answer(), headers={"Idempotent-Replayed": "true"})
            visit.running = slot
            self.replays.start(slot)
        await asyncio.sleep(visit.twist.hold)
        answer = _perform(route, work, visit.request_id)
        self.store(self.replays.keep(slot, fingerprint, answer, visit.request_id) if slot else None)
        return answer

    def _admit(self, visit: Visit) -> tuple[Route, Work]:
        call = visit.call
        caller = visit.caller = self._caller(call)
        organization_id = self.records.own_organization
        if self.generation.has_child_organizations:
            organization_id = call.headers.get("x-layers-organization", organization_id)
        self.budgets.charge(caller.key_id, call.rate_class)
        if self.records.organization(organization_id) is None:
            raise not_found("Organization")
        route, params = find_route(call.method, call.path)
        work = Work(
            records=self.records,
            caller=caller,
            tier=self.budgets.tier.name,
            organization_id=organization_id,
            params=params,
            query=dict(QueryParams(call.query)),
            body=call.body,
            content_type=call.headers.get("content-type", ""),
            clock=self.clock,
            twist=visit.twist,
            generation=self.generation,
        )
        return route, work

    def _caller(self, call: Call) -> Caller:
        caller = identify(call.headers, self.generation.auth)
        if not (self.generation.whoami_tells_suspension and call.path == WHOAMI):
            caller.refuse_suspended()
        return caller if self.generation.has_scopes else replace(caller, scopes=("*",))

    def _headers(self, visit: Visit) -> dict[str, str]:
        rate_class = visit.call.rate_class
        headers = {"X-Request-Id": visit.request_id, "X-RateLimit-Endpoint-Class": rate_class}
        if self.rate_headers and visit.caller:
            headers |= self.budgets.headers(visit.caller.key_id, rate_class)
        return headers

    def _count(self, visit: Visit) -> None:
        counts = self.counts.setdefault(visit.call.rate_class, Counter())
        counts["requests"] += 1
        counts["throttled"] += visit.answer is not None and visit.answer.status == 429
        counts["replayed"] += visit.replayed


def _perform(route: Route, work: Work, request_id: str) -> Answer:
    try:
        work.caller.require(route.scope)
        return Answer(200, encode(route.perform(work)))
    except ApiError as error:
        return refusal(error, work.generation).answer(request_id)


def _slot(call: Call, caller: Caller, route: Route) -> Slot | None:
    key = call.headers.get("idempotency-key")
    if not key or call.method == "GET":
        return None
    return Slot(caller.key_id, f"{route.method} {route.template}", key)


def _fingerprint(call: Call) -> str:
    # The record and the organization belong to the request as much as its body does.
    parts = (call.path.encode(), call.headers.get("x-layers-organization", "").encode(), call.body)
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _log_entry(visit: Visit, arrived: str) -> LogEntry:
    call = visit.call
    return LogEntry(
        time=arrived,
        method=call.method,
        path=call.path,
        query=call.query,
        status=visit.answer.status if visit.answer else None,
        rate_class=call.rate_class,
        request_id=visit.request_id,
        idempotency_key=call.headers.get("idempotency-key"),
        replayed=visit.replayed,
        body=_parsed(call.body),
        organization=call.headers.get("x-layers-organization"),
        fault=visit.twist.stated(),
        retry_after=visit.answer.headers.get("Retry-After") if visit.answer else None,
    )


def _parsed(body: bytes) -> Any:
    try:
        return decode(body)
    except ValueError:
        return None
