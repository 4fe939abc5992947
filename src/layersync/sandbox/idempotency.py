"""Answers kept by Idempotency-Key, so that a repeated request is replayed instead of done again."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from layersync.sandbox.answers import Answer, ApiError, JsonObject
from layersync.sandbox.clock import Clock

WINDOW = timedelta(hours=24)

# Refusals that say nothing about the request itself; the same key may be tried again.
_NOT_DEFINITE = (401, 429)


@dataclass(frozen=True)
class Slot:
    """Where an answer is kept: per key and endpoint (API facts, section 4)."""

    api_key_id: str
    endpoint: str
    idempotency_key: str


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it went out, and the fingerprint of the request that it belongs to."""

    slot: Slot
    fingerprint: str
    status: int
    body: str
    request_id: str
    kept_at: str

    def answer(self) -> Answer:
        return Answer(self.status, self.body.encode())

    def to_json(self) -> JsonObject:
        return asdict(self)

    @classmethod
    def from_json(cls, value: JsonObject) -> "KeptAnswer":
        return cls(**{**value, "slot": Slot(**value["slot"])})


class Replays:
    """All kept answers, and the requests that are still running."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[Slot, KeptAnswer] = {}
        self._running: set[Slot] = set()

    def find(self, slot: Slot, fingerprint: str) -> KeptAnswer | None:
        """The answer to replay, if any.

        Raises 409 IDEMPOTENCY_CONFLICT if the key belongs to another request or its first use still runs.
        """
        if slot in self._running:
            raise _conflict("A request with this Idempotency-Key is still being processed.")
        kept = self._kept.get(slot)
        if kept is None or self._expired(kept):
            return None
        if kept.fingerprint != fingerprint:
            raise _conflict("This Idempotency-Key was used with another request.")
        return kept

    def start(self, slot: Slot) -> None:
        self._running.add(slot)

    def finish(self, slot: Slot) -> None:
        self._running.discard(slot)

    def keep(self, slot: Slot, fingerprint: str, answer: Answer, request_id: str) -> KeptAnswer | None:
        """Keeps a definite answer and returns what was kept; None for an answer that is not definite."""
        if answer.status >= 500 or answer.status in _NOT_DEFINITE:
            return None
        kept_at = self._clock.wall().isoformat()
        kept = KeptAnswer(slot, fingerprint, answer.status, answer.body.decode(), request_id, kept_at)
        self.restore(kept)
        return kept

    def restore(self, kept: KeptAnswer) -> None:
        self._kept[kept.slot] = kept

    def fresh(self) -> list[KeptAnswer]:
        """All kept answers younger than the window."""
        return [kept for kept in self._kept.values() if not self._expired(kept)]

    def _expired(self, kept: KeptAnswer) -> bool:
        return self._clock.wall() - datetime.fromisoformat(kept.kept_at) >= WINDOW


def _conflict(message: str) -> ApiError:
    return ApiError(409, "IDEMPOTENCY_CONFLICT", message)
