"""Carries out the reads that the plan room asks for."""

from collections.abc import Callable, Mapping, Sequence

from layersync.api.client import ReadClient
from layersync.api.clock import Clock
from layersync.api.crowd import each
from layersync.api.judge import Judgement, Kind
from layersync.api.paths import item_path, listing_path
from layersync.errors import ApiRefuses, StoppedEarly
from layersync.plan.claims import first_claims, learn_claims, next_claims
from layersync.plan.reads import (
    Answer,
    GetRecord,
    ListPage,
    Lookup,
    NotFound,
    Page,
    Read,
    first_known,
    learn,
    next_reads,
    reading_of,
)
from layersync.resources.ident import normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import same
from layersync.values.desired import Desired
from layersync.values.live import Fetched, Reading

Progress = Callable[[int, int], None]
_NOT_THERE = frozenset({404, 410, 400, 422})


async def fetch(desired: Desired, form: Resource, client: ReadClient, clock: Clock, progress: Progress) -> Reading:
    """Reads everything that the sheet names. `progress` hears (answers so far, answers asked for so far).

    Raises StoppedEarly for a listing that is damaged, loops, or can't be read to its end: nothing is planned from it.
    """
    known = first_known(desired, form)
    inquiry = _Inquiry(Reader(form, client, clock), progress)
    while reads := next_reads(known):
        known = learn(known, await inquiry.answers(reads))
    claims = first_claims(known)
    while reads := next_claims(claims):
        claims = learn_claims(claims, await inquiry.answers(reads))
    return reading_of(known)


async def read_record(form: Resource, record_id: str, client: ReadClient) -> Mapping[str, object] | None:
    """Reads one record in full; None where the API does not have it. Raises StoppedEarly for a damaged answer."""
    judgement = await client.get(item_path(form, record_id))
    if judgement.kind is not Kind.DONE:
        _refuse_forbidden(judgement)
        return None
    echoed = judgement.body.get(form.id_field)
    if not isinstance(echoed, str) or normal_id(echoed, form.id_forms) != normal_id(record_id, form.id_forms):
        raise StoppedEarly(f"the API answered with another {form.noun} than the one asked for", "tell Layers")
    return judgement.body


class _Inquiry:
    """Asks for several reads at once and counts the answers."""

    def __init__(self, reader: "Reader", progress: Progress) -> None:
        self._reader = reader
        self._progress = progress
        self._done = self._asked = 0

    async def answers(self, reads: Sequence[Read]) -> list[tuple[Read, Answer]]:
        """Carries out the reads; the answers come in any order."""
        answers: list[tuple[Read, Answer]] = []
        self._asked += len(reads)

        async def one(read: Read) -> None:
            answers.append((read, await self._reader.answer(read)))
            self._done += 1
            self._progress(self._done, self._asked)

        await each(reads, one)
        return answers


class Reader:
    """Turns a read into requests, and its answer into values; remembers cursors, to notice a listing that loops."""

    def __init__(self, form: Resource, client: ReadClient, clock: Clock) -> None:
        self._form = form
        self._client = client
        self._clock = clock
        self._cursors: set[tuple[str | None, tuple[tuple[str, str], ...], str]] = set()

    async def answer(self, read: Read) -> Answer:
        """Carries out one read. Raises StoppedEarly for a damaged answer."""
        match read:
            case GetRecord(_, record_id):
                record = await read_record(self._form, record_id, self._client)
                return NotFound() if record is None else Fetched(record, self._clock.now())
            case Lookup(value, parameter, field):
                return self._only(field, value, await self._page(None, ((parameter, value),)))
            case ListPage(parent, cursor, only):
                return await self.page(parent, cursor, only)

    async def page(
        self, parent: str | None, cursor: str | None, only: tuple[tuple[str, str], ...] = ()
    ) -> Page | NotFound:
        """Reads one page of a listing, of which `only` shows a part. Raises StoppedEarly for one that is damaged."""
        rest = () if cursor is None else (("cursor", cursor),)
        page = await self._page(parent, (("limit", str(self._form.listing.page_limit)), *only, *rest))
        self._refuse_loop(parent, only, page)
        return page

    async def _page(self, parent: str | None, query: tuple[tuple[str, str], ...]) -> Page | NotFound:
        judgement = await self._client.get(listing_path(self._form, parent), query)
        if judgement.kind is not Kind.DONE:
            _refuse_forbidden(judgement)
            if parent is not None:
                return NotFound()
            raise damaged(self._form, judgement.message)
        items, cursor = judgement.body.get("items"), judgement.body.get("nextCursor")
        if not isinstance(items, list) or not all(self._is_item(item) for item in items):
            raise damaged(self._form, "a page of it has no items")
        if cursor is not None and not isinstance(cursor, str):
            raise damaged(self._form, "its cursor is no text")
        return Page(tuple(items), cursor or None, self._clock.now())

    def _is_item(self, item: object) -> bool:
        return isinstance(item, dict) and isinstance(item.get(self._form.id_field), str)

    def _only(self, field: str, value: str, answer: Page | NotFound) -> Page | NotFound:
        """Keeps what answers to the value: a server that ignores the filter must not be believed."""
        if isinstance(answer, NotFound):
            return answer
        items = tuple(item for item in answer.items if same(item.get(field), value))
        if not items and answer.cursor is not None:
            raise damaged(self._form, f"it does not filter by {field}")
        return Page(items, None, answer.read_at)

    def _refuse_loop(self, parent: str | None, only: tuple[tuple[str, str], ...], page: Page | NotFound) -> None:
        if isinstance(page, NotFound) or page.cursor is None:
            return
        if (parent, only, page.cursor) in self._cursors:
            raise damaged(self._form, "it comes back to a page that was read before")
        self._cursors.add((parent, only, page.cursor))


def _refuse_forbidden(judgement: Judgement) -> None:
    if judgement.status not in _NOT_THERE:
        raise ApiRefuses(f"the API refuses to be read: {judgement.message}", "check the key's scopes", whole_run=False)


def damaged(form: Resource, reason: str) -> StoppedEarly:
    """Words a listing that nothing can be made of."""
    return StoppedEarly(f"the listing of {form.name} is damaged: {reason}", "run again later; tell Layers if it stays")
