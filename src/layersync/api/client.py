"""The clients: one that can only read, and one that can also write. One try is a gate, then a send."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from layersync.api.body import json_object
from layersync.api.clock import Clock
from layersync.api.judge import Judgement, Parse, judge, judge_failure
from layersync.api.meaning import Kind
from layersync.api.pacer import Gate, Slot
from layersync.api.remaining import remaining_of
from layersync.api.retry import Retry, Tries
from layersync.api.stop import Stop, Stopped
from layersync.api.wire import OBJECT_BYTES, AnswerLost, NotSent, ReadOnly, Request, Transport
from layersync.errors import ApiRefuses, StoppedEarly, SyncError
from layersync.values.report import RequestCount
from layersync.values.target import RateClass

_ANY_NUMBER = 1_000
_RETRY_AFTER_JITTER = 0.1  # never less than the server asks, up to a tenth more


@dataclass(slots=True)
class Tally:
    """The requests of one run, by rate class."""

    sent: Counter[RateClass] = field(default_factory=Counter)
    throttled: Counter[RateClass] = field(default_factory=Counter)
    retried: Counter[RateClass] = field(default_factory=Counter)

    def counts(self) -> dict[str, RequestCount]:
        """What a report says of them."""
        return {
            one.value: RequestCount(sent=self.sent[one], throttled=self.throttled[one], retried=self.retried[one])
            for one in RateClass
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the clients of one run share: gates, time, chance, the end of the run, and the count of requests."""

    gates: Mapping[RateClass, Gate]
    clock: Clock
    stop: Stop
    rng: random.Random
    tally: Tally
    max_attempts: int


class Withdrawn(Exception):
    """A request that was about to leave turned out not to be wanted."""


Prepare = Callable[[], Awaitable[Request]]


class ReadClient:
    """Reads, and nothing else: whatever transport it is given, it holds one that refuses all but GET."""

    def __init__(self, transport: Transport, conditions: Conditions) -> None:
        self._courier = _Courier(ReadOnly(transport), conditions)
        self._gate = conditions.gates[RateClass.READ]
        self.stop = conditions.stop

    def workers(self) -> int:
        """How many reads should be under way at once."""
        return self._gate.workers

    async def get(
        self,
        path: str,
        query: tuple[tuple[str, str], ...] = (),
        parse: Parse = json_object,
        most_bytes: int = OBJECT_BYTES,
    ) -> Judgement:
        """Reads a path: the judgement is DONE with its body as `parse` reads it, or a definite no.

        Raises ApiRefuses when the API wants nothing to do with us, StoppedEarly when it can't be read now.
        """
        request = Request(method="GET", path=path, query=query, most_bytes=most_bytes)

        async def prepare() -> Request:
            return request

        tries = Tries(self._courier.now())
        try:
            judgement = await self._courier.deliver(prepare, RateClass.READ, tries, parse)
        except Stopped:
            raise self.stop.reason or StoppedEarly("the run was stopped") from None
        ending = ending_of(judgement)
        if ending is not None:
            raise ending
        if judgement.kind in {Kind.DONE, Kind.REFUSED, Kind.CONTESTED}:
            return judgement
        raise StoppedEarly(f"the API could not be read: {judgement.message}", "run again later: nothing is lost")


class WriteClient:
    """Sends PATCHes, each prepared at the moment when its slot is granted."""

    def __init__(self, transport: Transport, conditions: Conditions) -> None:
        self._courier = _Courier(transport, conditions)
        self._gate = conditions.gates[RateClass.WRITE]

    def workers(self) -> int:
        """How many changes should be under way at once."""
        return self._gate.workers

    async def patch(self, prepare: Prepare, tries: Tries) -> Judgement:
        """Sends what `prepare` gives; it is asked again before each try and must give the same request.

        Raises Withdrawn when `prepare` does, Stopped when the end of the run is asked for before anything was sent.
        """
        return await self._courier.deliver(prepare, RateClass.WRITE, tries)


def ending_of(judgement: Judgement) -> SyncError | None:
    """The error that a judgement ends the run or the job with, None where it concerns one request only."""
    match judgement.kind:
        case Kind.STOP_RUN:
            return ApiRefuses(judgement.message, judgement.what_to_do)
        case Kind.STOP_JOB:
            return ApiRefuses(judgement.message, judgement.what_to_do, whole_run=False)
        case Kind.CAPPED:
            hours = (judgement.wait_s or 0.0) / 3600
            return StoppedEarly(
                f"the API allows no more requests for {hours:.1f} hours: the daily cap is reached",
                "run again after that: the rest is carried over",
            )
        case _:
            return None


class _Courier:
    def __init__(self, transport: Transport, conditions: Conditions) -> None:
        self._transport = transport
        self._at = conditions
        self._retry = Retry(conditions.clock, conditions.stop, conditions.rng, conditions.max_attempts)

    def now(self) -> float:
        return self._at.clock.now()

    async def deliver(
        self, prepare: Prepare, rate_class: RateClass, tries: Tries, parse: Parse = json_object
    ) -> Judgement:
        async def one_try() -> Judgement:
            judgement = await self._try(prepare, rate_class, tries, parse)
            reads_again = rate_class is RateClass.READ and judgement.kind is Kind.UNKNOWN
            return judgement if not reads_again else _readable_later(judgement)

        return await self._retry(one_try, tries)

    async def _try(self, prepare: Prepare, rate_class: RateClass, tries: Tries, parse: Parse) -> Judgement:
        gate = self._at.gates[rate_class]
        request, slot = await self._ready(prepare, gate, tries)
        self._count_send(rate_class, tries)
        before, tries.perhaps = tries.perhaps, True
        judgement = await self._send(request, slot, gate, parse)
        tries.perhaps = before or judgement.kind in {Kind.UNKNOWN, Kind.IN_FLIGHT}
        if judgement.kind is Kind.THROTTLED:
            self._at.tally.throttled[rate_class] += 1
        else:
            tries.counted += 1
        return judgement

    async def _ready(self, prepare: Prepare, gate: Gate, tries: Tries) -> tuple[Request, Slot]:
        """Gives a prepared request that holds a slot, and the slot.

        Where the class was closed meanwhile, it waits and asks anew.
        """
        while True:
            asked = self.now()
            slot = await self._at.stop.guard(gate.admit())
            tries.waited_s += self.now() - asked
            try:
                request = await prepare()
            except BaseException:
                gate.unused(slot)
                raise
            if not gate.closed:
                return request, slot
            gate.unused(slot)

    def _count_send(self, rate_class: RateClass, tries: Tries) -> None:
        self._at.tally.sent[rate_class] += 1
        if tries.sent:
            self._at.tally.retried[rate_class] += 1
        tries.sent += 1

    async def _send(self, request: Request, slot: Slot, gate: Gate, parse: Parse) -> Judgement:
        try:
            answer = await self._transport.send(request)
        except NotSent as error:
            gate.unused(slot)
            return judge_failure(error)
        except AnswerLost as error:
            gate.answered(slot)
            return judge_failure(error)
        except BaseException:
            gate.answered(slot)
            raise
        judgement = judge(answer, self._at.clock.wall(), parse)
        if judgement.kind in {Kind.THROTTLED, Kind.CAPPED}:
            gate.throttled(slot, (judgement.wait_s or 0.0) * self._at.rng.uniform(1.0, 1.0 + _RETRY_AFTER_JITTER))
        else:
            gate.answered(slot, remaining_of(answer.headers))
        return judgement


def _readable_later(judgement: Judgement) -> Judgement:
    """A read that brought nothing readable has no effect to fear: it may be tried as often as any."""
    return replace(judgement, tries=_ANY_NUMBER)
