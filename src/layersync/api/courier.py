"""Delivers one request: past the breaker, with a slot of the gate, a send, a judgement; again while that may help."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from layersync.api.body import json_object
from layersync.api.breaker import Breaker
from layersync.api.conditions import Conditions
from layersync.api.judge import Judgement, Parse, judge, judge_failure
from layersync.api.meaning import LONGEST_WAIT_S, MANY, Kind
from layersync.api.pacer import Gate, Slot
from layersync.api.paths import WHOAMI
from layersync.api.rate_headers import said_of
from layersync.api.retry import Retry, Tries
from layersync.api.wire import Answer, AnswerLost, NotSent, Request, Transport
from layersync.values.target import RateClass

_PROBE_S = 10.0
_SILENT = frozenset({Kind.UNKNOWN, Kind.NOT_SENT})
_RETRY_AFTER_JITTER = 0.1  # never less than the server asks, up to a tenth more

Prepare = Callable[[], Awaitable[Request]]


class Courier:
    """Delivers requests on one transport, under the conditions of a run."""

    def __init__(self, transport: Transport, conditions: Conditions) -> None:
        self._transport = transport
        self._at = conditions
        self._retry = Retry(conditions.clock, conditions.stop, conditions.rng, conditions.max_attempts)

    async def deliver(
        self, prepare: Prepare, rate_class: RateClass, tries: Tries, parse: Parse = json_object
    ) -> Judgement:
        """Gives the judgement of the last try; `prepare` is asked for the request before each.

        Raises what `prepare` raises, and Stopped when the end of the run is asked for while something waits.
        """

        async def one_try() -> Judgement:
            judgement = await self._try(prepare, rate_class, tries, parse)
            return _readable_later(judgement) if rate_class is RateClass.READ else judgement

        judgement = await self._retry(one_try, tries, self._at.retry_budgets[rate_class])
        if judgement.kind is Kind.DONE and tries.sent == 1:
            self._at.retry_budgets[rate_class].refund()
        return judgement

    async def _try(self, prepare: Prepare, rate_class: RateClass, tries: Tries, parse: Parse) -> Judgement:
        gate, breaker = self._at.gates[rate_class], self._at.breakers[rate_class]
        while True:
            async with breaker.passage(self._answers, self._at.clock, self._at.stop) as opening:
                request, slot = await self._ready(prepare, gate, tries)
                if breaker.openings == opening:
                    judgement = await self._sent(request, slot, gate, rate_class, tries, parse)
                    self._tell(breaker, opening, judgement)
                    return judgement
                gate.unused(slot)

    async def _sent(
        self, request: Request, slot: Slot, gate: Gate, rate_class: RateClass, tries: Tries, parse: Parse
    ) -> Judgement:
        self._count_send(rate_class, tries)
        before, tries.perhaps = tries.perhaps, True
        judgement = await self._send(request, slot, gate, parse)
        tries.perhaps = before or judgement.kind in {Kind.UNKNOWN, Kind.IN_FLIGHT}
        if judgement.kind is Kind.THROTTLED:
            self._at.tally.throttled[rate_class] += 1
        else:
            tries.counted += 1
        return judgement

    def _tell(self, breaker: Breaker, opening: int, judgement: Judgement) -> None:
        silent = judgement.kind in _SILENT
        breaker.judged(opening, silent=silent, reason=judgement.message, clock=self._at.clock, stop=self._at.stop)

    async def _answers(self) -> bool:
        """Tells whether the API answers at all, by one request that changes nothing."""

        async def prepare() -> Request:
            return Request(method="GET", path=WHOAMI)

        gate = self._at.gates[RateClass.READ]
        request, slot = await self._ready(prepare, gate, Tries())
        self._at.tally.sent[RateClass.READ] += 1
        try:
            async with asyncio.timeout(_PROBE_S):
                return (await self._send(request, slot, gate, json_object)).kind not in _SILENT
        except TimeoutError:
            return False

    async def _ready(self, prepare: Prepare, gate: Gate, tries: Tries) -> tuple[Request, Slot]:
        """Gives a prepared request that holds a slot, and the slot.

        Where the class was closed meanwhile, it waits and asks anew.
        """
        while True:
            asked = self._at.clock.now()
            slot = await self._slot(gate)
            tries.waited_s += self._at.clock.now() - asked
            try:
                request = await prepare()
            except BaseException:
                gate.unused(slot)
                raise
            if not gate.closed:
                return request, slot
            gate.unused(slot)

    async def _slot(self, gate: Gate) -> Slot:
        """Waits for a slot. One that is granted in the moment in which the wait is given up goes back."""
        granted: list[Slot] = []

        async def admit() -> None:
            granted.append(await gate.admit())

        try:
            await self._at.stop.guard(admit())
        except BaseException:
            for slot in granted:
                gate.unused(slot)
            raise
        return granted[0]

    def _count_send(self, rate_class: RateClass, tries: Tries) -> None:
        self._at.tally.sent[rate_class] += 1
        if tries.sent:
            self._at.tally.retried[rate_class] += 1
        tries.sent += 1

    async def _send(self, request: Request, slot: Slot, gate: Gate, parse: Parse) -> Judgement:
        try:
            answer = await self._carried(request)
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
            wait_s = (judgement.wait_s or 0.0) * self._at.rng.uniform(1.0, 1.0 + _RETRY_AFTER_JITTER)
            gate.throttled(slot, wait_s, judgement.asked_s)
        else:
            gate.answered(slot, said_of(answer.headers, self._at.clock.wall()))
        return judgement

    async def _carried(self, request: Request) -> Answer:
        """Carries a request. A read has no effect: in a run that is to end it is given up on when its grace is over."""
        sending = self._transport.send(request)
        reads = request.rate_class is RateClass.READ
        answer = await (self._at.stop.finish(sending, self._at.clock) if reads else sending)
        self._at.server_time.heard(answer.headers)
        return answer


def _readable_later(judgement: Judgement) -> Judgement:
    """A read that brought nothing readable has no effect to fear: it may be tried as often as any."""
    soon = (judgement.wait_s or 0.0) <= LONGEST_WAIT_S
    return replace(judgement, tries=MANY) if judgement.kind is Kind.UNKNOWN and soon else judgement
