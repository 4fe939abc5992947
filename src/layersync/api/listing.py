"""Reads the pages of one listing, and refuses one that is damaged, loops, has no end, or does not filter."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from layersync.api.client import ReadClient
from layersync.api.clock import Clock
from layersync.api.judge import Judgement, Parse
from layersync.api.meaning import Kind
from layersync.api.paths import listing_path
from layersync.api.wire import PAGE_BYTES
from layersync.errors import ApiRefuses, StoppedEarly
from layersync.plan.asking import NotFound, Page
from layersync.resources.resource import Resource

Item = TypeVar("Item")
Query = tuple[tuple[str, str], ...]

_NOT_THERE = frozenset({404, 410, 400, 422})

MOST_PAGES: Final = 10_000  # of 200 items: more than anybody has
MOST_EMPTY: Final = 100  # a filter may leave some pages without anything


@dataclass(slots=True)
class _Trail:
    """What the pages of one listing have shown so far, to notice one that leads nowhere (reliability C8)."""

    cursors: set[str] = field(default_factory=set)
    firsts: set[str] = field(default_factory=set)
    empty: int = 0

    def flaw(self, cursor: str, first: str | None) -> str | None:
        """Says what is wrong with one more page, which goes on at `cursor` and begins with the item `first`."""
        if cursor in self.cursors or first in self.firsts:
            return "it comes back to a page that was read before"
        self.empty = 0 if first else self.empty + 1
        if self.empty > MOST_EMPTY:
            return f"it goes on, and {MOST_EMPTY} pages of it show nothing"
        self.cursors.add(cursor)
        self.firsts |= {first} if first else set()
        return f"it does not end after {MOST_PAGES:,} pages" if len(self.cursors) >= MOST_PAGES else None


class Pages(Generic[Item]):
    """Turns what is wanted of a listing into requests; remembers its pages, to notice one that loops or has no end.

    `parse` reads a page, `items_of` gives its items, None where one of them is unsound; `id_of` is the id of an item.
    It sees each listing once.
    """

    def __init__(
        self,
        form: Resource,
        client: ReadClient,
        clock: Clock,
        parse: Parse,
        items_of: Callable[[object], list[Item] | None],
        id_of: Callable[[Item], str | None],
    ) -> None:
        self._form = form
        self._client = client
        self._clock = clock
        self._parse = parse
        self._items_of = items_of
        self._id_of = id_of
        self._trails: defaultdict[tuple[str | None, Query], _Trail] = defaultdict(_Trail)

    async def page(self, parent: str | None, cursor: str | None, only: Query = ()) -> Page[Item] | NotFound:
        """Reads one page of the listing, of which `only` shows a part. Raises StoppedEarly for one that is damaged."""
        rest = () if cursor is None else (("cursor", cursor),)
        page = await self._page(parent, (("limit", str(self._form.listing.page_limit)), *only, *rest))
        self._refuse_endless(parent, only, page)
        return page

    async def lookup(self, name: str, value: str, answers_to: Callable[[Item], bool]) -> Page[Item] | NotFound:
        """Asks for the items of which `name` is `value`, and keeps those that are: a server may ignore the filter."""
        page = await self._page(None, ((name, value),))
        if isinstance(page, NotFound):
            return page
        items = [item for item in page.items if answers_to(item)]
        if not items and page.cursor is not None:
            raise damaged(self._form, f"it does not filter by {name}")
        return Page(items, None, page.read_at)

    async def _page(self, parent: str | None, query: Query) -> Page[Item] | NotFound:
        judgement = await self._client.get(listing_path(self._form, parent), query, self._parse, PAGE_BYTES)
        if judgement.kind is not Kind.DONE:
            refuse_forbidden(judgement)
            if parent is not None:
                return NotFound()
            raise damaged(self._form, judgement.message)
        items, cursor = self._items_of(judgement.body.get("items")), judgement.body.get("nextCursor")
        if items is None:
            raise damaged(self._form, "a page of it has no items")
        if cursor is not None and not isinstance(cursor, str):
            raise damaged(self._form, "its cursor is no text")
        return Page(items, cursor or None, self._clock.now())

    def _refuse_endless(self, parent: str | None, only: Query, page: Page[Item] | NotFound) -> None:
        if isinstance(page, NotFound) or page.cursor is None:
            return
        first = self._id_of(page.items[0]) if page.items else None
        flaw = self._trails[parent, only].flaw(page.cursor, first)
        if flaw is not None:
            raise damaged(self._form, flaw)


def refuse_forbidden(judgement: Judgement) -> None:
    """Raises ApiRefuses for a no that does not mean "not there"."""
    if judgement.status not in _NOT_THERE:
        raise ApiRefuses(f"the API refuses to be read: {judgement.message}", "check the key's scopes", whole_run=False)


def damaged(form: Resource, reason: str) -> StoppedEarly:
    """Words a listing that nothing can be made of."""
    return StoppedEarly(f"the listing of {form.name} is damaged: {reason}", "run again later; tell Layers if it stays")
