"""The clients: one that can only read, and one that can also write."""

from layersync.api.body import json_object
from layersync.api.conditions import Conditions
from layersync.api.courier import Courier, Prepare
from layersync.api.judge import Judgement, Parse
from layersync.api.meaning import Kind
from layersync.api.retry import Tries
from layersync.api.stop import Stopped
from layersync.api.wire import OBJECT_BYTES, ReadOnly, Request, Transport
from layersync.errors import ApiRefuses, StoppedEarly, SyncError
from layersync.values.target import RateClass


class Withdrawn(Exception):
    """A request that was about to leave turned out not to be wanted."""


class ReadClient:
    """Reads, and nothing else: whatever transport it is given, it holds one that refuses all but GET."""

    def __init__(self, transport: Transport, conditions: Conditions) -> None:
        self._courier = Courier(ReadOnly(transport), conditions)
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

        Raises ApiRefuses when the API wants nothing to do with us, StoppedEarly when it can't be read now. Where that
        is so for the whole run, its end is asked for.
        """
        request = Request(method="GET", path=path, query=query, most_bytes=most_bytes)

        async def prepare() -> Request:
            return request

        tries = Tries()
        try:
            judgement = await self._courier.deliver(prepare, RateClass.READ, tries, parse)
        except Stopped:
            raise self.stop.reason or StoppedEarly("the run was stopped") from None
        ending = ending_of(judgement)
        if ending is not None:
            if judgement.kind is not Kind.STOP_JOB:
                self.stop.ask(ending)  # every other read would hear the same, or wait for hours at a closed gate
            raise ending
        if judgement.kind in {Kind.DONE, Kind.REFUSED, Kind.CONTESTED}:
            return judgement
        raise StoppedEarly(f"the API could not be read: {judgement.message}", "run again later: nothing is lost")


class WriteClient:
    """Sends PATCHes, each prepared at the moment when its slot is granted."""

    def __init__(self, transport: Transport, conditions: Conditions) -> None:
        self._courier = Courier(transport, conditions)
        self._gate = conditions.gates[RateClass.WRITE]
        self._breaker = conditions.breakers[RateClass.WRITE]

    def workers(self) -> int:
        """How many changes should be under way at once."""
        return self._gate.workers

    def in_doubt(self) -> bool:
        """Whether the API does not seem to take changes at all."""
        return self._breaker.in_doubt

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
