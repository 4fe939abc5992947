"""A small server of projects, and a network that loses, delays, doubles and garbles what passes between.

It shares no code with layersync: it is half of the independent witness.
"""

import asyncio
import heapq
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random

from layersync.api.wire import Answer, AnswerLost, NotSent, Request
from tests.simulation.history import Applied, Edited, History, Record, Sent

EPOCH = datetime(2026, 11, 21, 2, 0, tzinfo=UTC).timestamp()
DAY_S = 86_400.0
ORGANIZATION = "org_11111111-1111-4111-8111-111111111111"
_ATTEMPT_S = 30.0
_REFUSAL = b'{"error": {"code": "VALIDATION", "message": "no", "requestId": "r"}}'

Delivery = Callable[[], None]


@dataclass
class Weather:
    """What goes wrong in one run: chances per request, and stretches of time in which the server is not itself.

    `portal` is something in between that answers 200 with a page of its own, and passes nothing on.
    `storms` are (class, from, to, Retry-After) in true seconds: 429 for every request of the class.
    """

    lost_request: float = 0.0
    lost_answer: float = 0.0
    late: float = 0.0
    doubled: float = 0.0
    unreachable: float = 0.0
    error_before: float = 0.0
    error_after: float = 0.0
    garbled: float = 0.0
    portal: float = 0.0
    refused: float = 0.0
    ignored: float = 0.0
    storms: list[tuple[str, float, float, str | None]] = field(default_factory=list)


FATES = tuple(one.name for one in fields(Weather) if one.name != "storms")


class ApiModel:
    """The server: records by id, and answers by Idempotency-Key for 24 hours."""

    def __init__(self, records: dict[str, dict[str, object]], rng: Random) -> None:
        self.records = records
        self.history = History()
        self.research: dict[str, int] = {}
        self._rng = rng
        self._answers: dict[str, tuple[float, bytes, tuple[int, bytes]]] = {}
        self._pending: list[tuple[float, int, Delivery]] = []
        self._order = itertools.count()

    def later(self, at: float, delivery: Delivery) -> None:
        """Lets something happen at a true time."""
        heapq.heappush(self._pending, (at, next(self._order), delivery))

    def up_to(self, now: float) -> None:
        """Lets everything happen that was to happen by now."""
        while self._pending and self._pending[0][0] <= now:
            heapq.heappop(self._pending)[2]()

    @property
    def last_pending(self) -> float:
        """When the last thing that is still to come will have happened."""
        return max((at for at, *_ in self._pending), default=0.0)

    def shown(self, record_id: str, path: str) -> object:
        """What stands at a path of a record."""
        field, _, key = path.partition(".")
        value = self.records[record_id][field]
        return value.get(key) if key and isinstance(value, dict) else value

    def edit(self, at: float, record_id: str, path: str, value: object) -> None:
        """Somebody else changes a record."""
        field, _, key = path.partition(".")
        before = dict(self.records[record_id])
        held = before[field]
        after = {**before, field: {**held, key: value} if isinstance(held, dict) else value, "updatedAt": _stamp(at)}
        self.records[record_id] = after
        edited = Edited(at=at, id=record_id, before=before, after=dict(after))
        self.history.changes.append(edited)

    def turn_deaf(self, sent: Sent, now: float, *, refuses: bool) -> None:
        """Makes a no, or a yes that nothing comes of, of a request and of all that come under its key."""
        if (sent.key or "") not in self._answers:
            record = json.dumps(self.records[sent.path.rpartition("/")[2]]).encode()
            answer = (422, _REFUSAL) if refuses else (200, record)
            self._answers[sent.key or ""] = (now, sent.body or b"", answer)

    def work(self, sent: Sent, query: dict[str, str], now: float) -> tuple[int, bytes]:
        """Takes a request up."""
        sent.arrivals.append(now)
        if sent.path == "/v1/whoami":
            return 200, json.dumps(
                {"organizationId": ORGANIZATION, "rateLimitTier": "partner", "scopes": ["*"]}
            ).encode()
        if sent.path == "/v1/projects":
            return self._list(query)
        record_id = sent.path.rpartition("/")[2]
        if record_id not in self.records:
            return 404, b'{"error": {"code": "NOT_FOUND", "message": "no such project", "requestId": "r"}}'
        if sent.method == "PATCH":
            return self._patch(sent, record_id, now)
        return 200, json.dumps(self.records[record_id]).encode()

    def _list(self, query: dict[str, str]) -> tuple[int, bytes]:
        wanted = [one for one in self.records.values() if one["status"] == query.get("status", one["status"])]
        start = int(query.get("cursor", "0"))
        page = wanted[start : start + 3]
        cursor = str(start + 3) if start + 3 < len(wanted) else None
        slim = ("id", "name", "status", "timezone", "updatedAt", "customerExternalId")
        items = [{name: one[name] for name in slim if name in one} for one in page]
        return 200, json.dumps({"items": items, "nextCursor": cursor}).encode()

    def _patch(self, sent: Sent, record_id: str, now: float) -> tuple[int, bytes]:
        known = self._answers.get(sent.key or "")
        if known is not None and now - known[0] < DAY_S:
            if known[1] != sent.body:
                return 409, b'{"error": {"code": "IDEMPOTENCY_CONFLICT", "message": "key in use", "requestId": "r"}}'
            return known[2]
        before, body = dict(self.records[record_id]), json.loads(sent.body or b"{}")
        told = body.get("appDescription")
        if told and told != before.get("appDescription"):
            self.research[record_id] = self.research.get(record_id, 0) + 1
        after = {**before, **body, "updatedAt": _stamp(now)}
        self.records[record_id] = after
        self.history.changes.append(Applied(at=now, id=record_id, by=sent, before=before, after=dict(after)))
        answer = json.dumps(after).encode()
        self._answers[sent.key or ""] = (now, sent.body or b"", (200, answer))
        return 200, answer


class Wire:
    """The network between one process and the server; `true_time` is what no clock of the process need say."""

    def __init__(
        self,
        api: ApiModel,
        run: str,
        weather: Weather,
        rng: Random,
        true_time: Callable[[], float],
        promised: Callable[[str], Mapping[str, object] | None],
        step: Callable[[], None],
    ) -> None:
        self._api = api
        self._run = run
        self._weather = weather
        self._rng = rng
        self._true_time = true_time
        self._promised = promised
        self._step = step

    async def send(self, request: Request) -> Answer:
        """Carries a request, as well as the weather lets it."""
        self._step()
        sent = Sent(
            run=self._run,
            at=self._true_time(),
            method=request.method,
            path=request.path,
            key=request.idempotency_key,
            body=request.body,
            base=None if request.method == "GET" else self._promised(request.idempotency_key or ""),
        )
        self._api.history.sent.append(sent)
        try:
            answer = await self._carried(sent, dict(request.query))
        except (AnswerLost, NotSent):
            self._step()
            raise
        self._step()
        return answer

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _carried(self, sent: Sent, query: dict[str, str]) -> Answer:
        fate = self._fate()
        there = self._rng.uniform(0.02, 0.3)
        if fate == "unreachable":
            sent.left = False
            await asyncio.sleep(there)
            raise NotSent("connection refused")
        if fate in {"lost_request", "late"}:
            if fate == "late":
                self._delivered_at(self._true_time() + self._rng.uniform(31.0, 2 * DAY_S), sent, query)
            await asyncio.sleep(_ATTEMPT_S if self._rng.random() < 0.5 else there)
            raise AnswerLost("no answer")
        await asyncio.sleep(there)
        self._api.up_to(self._true_time())
        answer = self._served(sent, query, fate)
        if fate == "doubled" and answer.status != 429:
            self._delivered_at(self._true_time() + self._rng.uniform(0.1, 120.0), sent, query)
        await asyncio.sleep(_ATTEMPT_S - there if fate == "lost_answer" and self._rng.random() < 0.5 else there)
        if fate == "lost_answer":
            raise AnswerLost("the connection was reset")
        return self._shown(sent, answer)

    def _delivered_at(self, at: float, sent: Sent, query: dict[str, str]) -> None:
        self._api.later(at, lambda: void(self._api.work(sent, query, at)))

    def _served(self, sent: Sent, query: dict[str, str], fate: str) -> Answer:
        now = self._true_time()
        stormy = self._storm(sent, now)
        if stormy is not None:
            return stormy
        if fate == "error_before":
            return self._answer(self._rng.choice((500, 502, 503, 504)), b"<html>bad gateway</html>", {})
        if fate == "portal":
            return self._answer(200, b"<html>please log in</html>", {})
        if fate in {"refused", "ignored"} and sent.method == "PATCH":
            self._api.turn_deaf(sent, now, refuses=fate == "refused")
        status, body = self._api.work(sent, query, now)
        if fate == "error_after":
            return self._answer(self._rng.choice((500, 502, 504)), b"", {})
        return self._answer(status, body[: self._rng.randrange(len(body))] if fate == "garbled" else body, {})

    def _storm(self, sent: Sent, now: float) -> Answer | None:
        rate_class = "read" if sent.method == "GET" else "write"
        for stormy, begins, ends, retry_after in self._weather.storms:
            if stormy == rate_class and begins <= now < ends:
                body = b'{"error": {"code": "RATE_LIMIT", "message": "too many", "requestId": "r"}}'
                return self._answer(429, body, {} if retry_after is None else {"retry-after": retry_after})
        return None

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> Answer:
        date = format_datetime(datetime.fromtimestamp(EPOCH + self._true_time(), UTC), usegmt=True)
        return Answer(status, {"content-type": "application/json", "date": date, **headers}, body)

    def _shown(self, sent: Sent, answer: Answer) -> Answer:
        sent.answered, sent.answer = self._true_time(), answer.status
        if answer.status == 429:
            sent.pause_s = _seconds(answer.headers.get("retry-after"))
        if answer.status == 200:
            try:
                told = json.loads(answer.body)
            except ValueError:
                return answer
            if "items" in told:
                sent.listed = {one["id"]: one for one in told["items"]}
            elif "id" in told:
                sent.shown = told
        return answer

    def _fate(self) -> str:
        dice = self._rng.random()
        for fate in FATES:
            chance: float = getattr(self._weather, fate)
            if dice < chance:
                return fate
            dice -= chance
        return "fair"


def void(_answer: object) -> None:
    """Nobody hears an answer that comes too late."""


def project(record_id: str, **fields: object) -> dict[str, object]:
    """A project as the API shows it in full."""
    blank = dict.fromkeys(("appName", "appDescription", "tagline", "brandVoice", "targetGender", "customerExternalId"))
    made: Record = {
        **blank,
        "id": record_id,
        "name": f"Project {record_id[:4]}",
        "status": "active",
        "timezone": "UTC",
        "ownerEmail": "a@b.example",
        "primaryLanguage": "en",
        "metadata": {},
        "updatedAt": _stamp(-1e6),
    }
    return {**made, **fields}


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(EPOCH + at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _seconds(text: str | None) -> float | None:
    try:
        seconds = float(text) if text is not None else None
    except ValueError:
        return None
    return seconds if seconds is not None and 0 < seconds <= 600 else None
