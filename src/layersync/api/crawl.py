"""Reads every record of a resource: the listings to their ends, then each record in full."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from layersync.api.body import json_object
from layersync.api.client import ReadClient
from layersync.api.clock import Clock
from layersync.api.crowd import each
from layersync.api.fetch import Progress, read_record
from layersync.api.listing import Pages, damaged
from layersync.plan.asking import NotFound
from layersync.resources import RESOURCES
from layersync.resources.ident import normal_id
from layersync.resources.resource import Resource
from layersync.values.live import Fetched

Item = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Crawled:
    """All records, in the order of the listings; `gone` were listed but not there any more when they were read."""

    records: tuple[Fetched, ...]
    gone: int


async def crawl(form: Resource, client: ReadClient, clock: Clock, progress: Progress) -> Crawled:
    """Reads every record. `progress` hears (answers so far, answers asked for so far).

    Raises StoppedEarly for a listing that is damaged, loops, or can't be read to its end, as `fetch` does.
    """
    walk = _Walk(client, clock, progress)
    items = await walk.listed(form)
    if all(field.listed for field in form.fields):
        return Crawled(tuple(Fetched(item, clock.now()) for item in items.values()), 0)
    records = await walk.records(form, items)
    return Crawled(tuple(records), len(items) - len(records))


def parent_of(form: Resource) -> Resource | None:
    """Gives the resource under whose records this one is listed: the one whose own path begins the listing's."""
    if form.listing.parent_field is None:
        return None
    parents = (one for one in RESOURCES.values() if form.listing.path.startswith(one.item_path.format(id="{parent}")))
    return next(parents)


class _Walk:
    """One walk through the API, counting its answers."""

    def __init__(self, client: ReadClient, clock: Clock, progress: Progress) -> None:
        self._client = client
        self._clock = clock
        self._progress = progress
        self._done = self._asked = 0

    async def listed(self, form: Resource) -> dict[str, Item]:
        """Gives the item of every record by normalised id."""
        above = parent_of(form)
        if above is None:
            self._asked += 1
            items = await self._listing(form, None)
            return _by_id(form, [*items, *await self._hidden(form, items)])
        parents = list(await self.listed(above))
        found: dict[str, list[Item]] = {}

        async def one(parent: str) -> None:
            found[parent] = await self._listing(form, parent)

        self._asked += len(parents)
        await each(parents, one, self._client.workers)
        return _by_id(form, [item for parent in parents for item in found[parent]])

    async def records(self, form: Resource, items: Mapping[str, Item]) -> list[Fetched]:
        """Reads every listed record in full; leaves out those that are gone."""
        read: dict[str, Fetched] = {}

        async def one(record_id: str) -> None:
            record = await read_record(form, _id_of(form, items[record_id]), self._client)
            if record is not None:
                read[record_id] = Fetched(record, self._clock.now())
            self._answered()

        self._asked += len(items)
        await each(items, one, self._client.workers)
        return [read[record_id] for record_id in items if record_id in read]

    async def _hidden(self, form: Resource, items: Sequence[Item]) -> list[Item]:
        """Lists what a plain listing may hide, unless it plainly hides nothing."""
        filters = form.listing.may_hide
        asides = [(name, value) for name, value in filters if all(one.get(name) != value for one in items)]
        self._asked += len(asides)
        return [item for aside in asides for item in await self._listing(form, None, (aside,))]

    async def _listing(self, form: Resource, parent: str | None, only: tuple[tuple[str, str], ...] = ()) -> list[Item]:
        pages = Pages(form, self._client, self._clock, json_object, partial(_items_of, form), partial(_id_of, form))
        items: list[Item] = []
        cursor: str | None = None
        while True:
            page = await pages.page(parent, cursor, only)
            cursor = None if isinstance(page, NotFound) else page.cursor
            items += () if isinstance(page, NotFound) else page.items
            self._asked += cursor is not None
            self._answered()
            if cursor is None:
                return items

    def _answered(self) -> None:
        self._done += 1
        self._progress(self._done, self._asked)


def _items_of(form: Resource, told: object) -> list[Item] | None:
    sound = isinstance(told, list) and all(
        isinstance(item, dict) and isinstance(item.get(form.id_field), str) for item in told
    )
    return told if isinstance(told, list) and sound else None


def _id_of(form: Resource, item: Item) -> str:
    return str(item[form.id_field])


def _by_id(form: Resource, items: Iterable[Item]) -> dict[str, Item]:
    """Files items by normalised id; pages that moved while they were read show a record twice."""
    found: dict[str, Item] = {}
    for item in items:
        record_id = normal_id(_id_of(form, item), form.id_forms)
        if record_id is None:
            raise damaged(form, "it shows an id that is none")
        found.setdefault(record_id, item)
    return found
