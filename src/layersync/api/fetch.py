"""Carries out the reads that the plan room asks for."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from layersync.api.client import ReadClient
from layersync.api.clock import Clock
from layersync.api.crowd import each
from layersync.api.excerpts import RECORD, items_of, page_parser, record_parser
from layersync.api.full_records import FullRecords
from layersync.api.listing import Pages, damaged, refuse_forbidden
from layersync.api.meaning import Kind
from layersync.api.paths import item_path
from layersync.errors import StoppedEarly
from layersync.plan.asking import Answer, Found, GetRecord, ListPage, Lookup, NotFound, Page, Read, Recall
from layersync.plan.claims import first_claims, learn_claims, next_claims
from layersync.plan.excerpt import Cut
from layersync.plan.known import Known, first_known, one_by_one, reading_of
from layersync.plan.reads import learn, next_reads
from layersync.plan.second_looks import second_looks
from layersync.plan.slots import Excerpt
from layersync.resources.ident import id_pattern, normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import same
from layersync.values.desired import Desired
from layersync.values.live import Live
from layersync.values.reads import FullRecord, Reads

Progress = Callable[[int, int], None]


async def fetch(
    desired: Desired,
    form: Resource,
    client: ReadClient,
    clock: Clock,
    progress: Progress,
    kept: Mapping[str, FullRecord] | None = None,
) -> Live:
    """Reads everything that the sheet names. `progress` hears (answers so far, answers asked for so far).

    `kept` are full records of earlier runs by normalised id: those that a listing shows not to have moved are not read
    again. None: none are used, and none are kept of this run. Raises StoppedEarly for a listing that is damaged, loops,
    or can't be read to its end: nothing is planned from it.
    """
    known = first_known(desired, form, None if kept is None else {id_: one.stamp for id_, one in kept.items()})
    full = None if kept is None else FullRecords(kept, known.shelf.cut, clock)
    reader = _Reader(form, known.shelf.cut, client, clock, full)
    inquiry = _Inquiry(reader, progress)
    known = await _read_on(known, inquiry)
    if looks := second_looks(known, desired):
        known = await _read_on(learn(known, await inquiry.answers(looks)), inquiry)
    claims = first_claims(known)
    while reads := next_claims(claims):
        claims = learn_claims(claims, await inquiry.answers(reads))
    live = reading_of(known)
    if desired.key_field != form.id_field:
        _refuse_strange_ids(live, form)
    return replace(
        live,
        reads=_price(known, reader.asked, full),
        read_in_full=() if full is None else tuple(full.new),
    )


async def read_record(form: Resource, record_id: str, client: ReadClient) -> Mapping[str, object] | None:
    """Reads one record in full; None where the API does not have it. Raises StoppedEarly for a damaged answer."""
    judgement = await client.get(item_path(form, record_id))
    if judgement.kind is not Kind.DONE:
        refuse_forbidden(judgement)
        return None
    if not is_same_id(judgement.body.get(form.id_field), record_id, form):
        raise _another(form)
    return form.completed(judgement.body)


def _refuse_strange_ids(live: Live, form: Resource) -> None:
    """Raises StoppedEarly where a record that was found by another key has an id that no URL may hold (E1)."""
    if not live.records["_id"].str.contains(id_pattern(form.id_forms)).all():
        raise _no_id(form)


async def _read_on(known: Known, inquiry: "_Inquiry") -> Known:
    while reads := next_reads(known):
        known = learn(known, await inquiry.answers(reads))
    return known


class _Inquiry:
    """Asks for several reads at once and counts the answers."""

    def __init__(self, reader: "_Reader", progress: Progress) -> None:
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

        await each(reads, one, self._reader.workers)
        return answers


class _Reader:
    """Turns a read into requests, and its answer into excerpts."""

    def __init__(self, form: Resource, cut: Cut, client: ReadClient, clock: Clock, full: FullRecords | None) -> None:
        self._form = form
        self._full = full
        self.asked: Counter[type[Read]] = Counter()
        self._cut = cut
        self._client = client
        self._clock = clock
        self._parse = record_parser(cut)
        self._pages = Pages(form, client, clock, page_parser(cut), partial(items_of, cut), cut.id_of)
        self.workers = client.workers

    async def answer(self, read: Read) -> Answer:
        """Carries out one read. Raises StoppedEarly for a damaged answer."""
        self.asked[type(read)] += 1
        match read:
            case Recall(_, record_id):
                return self._recalled(record_id)
            case GetRecord(_, record_id):
                return await self._record(record_id)
            case Lookup(value, parameter, field):
                return await self._lookup(value, parameter, field)
            case ListPage(parent, cursor, only):
                return await self._pages.page(parent, cursor, only)

    async def _lookup(self, value: str, parameter: str, field: str) -> Page[Excerpt] | NotFound:
        """Asks for the value as the sheet has it (NFC), then with its accents apart (NFD).

        A server finds what equals the value byte by byte, and a record may hold what a Mac's file name once was.
        """
        page = await self._pages.lookup(parameter, value, lambda item: self._is_held(value, item, field))
        apart = unicodedata.normalize("NFD", value)
        if apart == value or isinstance(page, NotFound) or page.items:
            return page
        self.asked[Lookup] += 1
        return await self._pages.lookup(parameter, apart, lambda item: self._is_held(value, item, field))

    async def _record(self, record_id: str) -> Found | NotFound:
        if normal_id(record_id, self._form.id_forms) is None:
            raise _no_id(self._form)
        judgement = await self._client.get(item_path(self._form, record_id), parse=self._parse)
        if judgement.kind is not Kind.DONE:
            refuse_forbidden(judgement)
            return NotFound()
        record = judgement.body.get(RECORD)
        if not isinstance(record, Excerpt) or not is_same_id(self._cut.id_of(record), record_id, self._form):
            raise _another(self._form)
        if self._full is not None:
            self._full.keep(judgement.body)
        return Found(record, self._clock.now())

    def _recalled(self, record_id: str) -> Found | NotFound:
        record = None if self._full is None else self._full.recall(record_id)
        return NotFound() if record is None else Found(record, None)

    def _is_held(self, value: str, item: Excerpt, field: str) -> bool:
        return same(self._cut.text_of(item, field), value)


def _price(known: Known, asked: Counter[type[Read]], full: FullRecords | None) -> Reads:
    recalled = full.recalled if full else []
    return Reads(
        pages=asked[ListPage],
        records=asked[GetRecord],
        lookups=asked[Lookup],
        remembered=len(recalled),
        remembered_since=min((one.read_at for one in recalled), default=None),
        one_by_one=one_by_one(known),
        told=f"the listing shows no {known.form.listing.stamp}" if known.remembered.blind else "",
    )


def is_same_id(echoed: object, asked: str, form: Resource) -> bool:
    """Tells that an answer names the record that was asked for, in any spelling of its id."""
    return isinstance(echoed, str) and normal_id(echoed, form.id_forms) == normal_id(asked, form.id_forms)


def _no_id(form: Resource) -> StoppedEarly:
    return damaged(form, "it shows an id that is none")


def _another(form: Resource) -> StoppedEarly:
    return StoppedEarly(f"the API answered with another {form.noun} than the one asked for", "tell Layers")
