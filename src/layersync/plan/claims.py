"""Which reads tell who holds the values that a sheet claims, once the records of the sheet are known.

A second reducer beside `reads`, of the same make: `next_claims(claims)` gives the requests to make now, `learn_claims`
adds what came back. A value that nobody was seen with is looked up, or the rest of the listing is read where that
costs less: never more than twice the fewest possible requests, and one page.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import polars as pl

from layersync.plan.asking import Answer, ListPage, Lookup, Page, Read
from layersync.plan.excerpt import Cut
from layersync.plan.holders import Holders
from layersync.plan.known import Crawl, Known, places_of
from layersync.resources.resource import Listing, Resource

_Filters = tuple[tuple[str, str], ...]


@dataclass(slots=True, kw_only=True)
class Claims:
    """The (field, value) pairs that are claimed and whose holder is not known, and how far each listing was read.

    A listing may hide records (`Listing.may_hide`): then it is read with those filters, too, before it is complete.
    """

    listing: Listing
    holders: Holders
    cut: Cut
    open: set[tuple[str, str]]
    crawls: dict[_Filters, Crawl] = field(default_factory=dict)


def first_claims(known: Known) -> Claims:
    """States what is still to be asked when `known` holds every record of the sheet."""
    form, holders = known.form, known.holders
    fields = [column.field for column in holders.columns if column.field in form.listing.lookups]
    shown, places = known.shelf.live().fields, places_of(known) if fields else pl.Series()
    claimed = {(field, value) for field in fields for value in holders.open_claims(field, shown, places)}
    return Claims(listing=form.listing, holders=holders, cut=known.shelf.cut, open=claimed, crawls=_crawls(form, known))


def next_claims(claims: Claims) -> tuple[Read, ...]:
    """Gives the reads to make now; none when every claimed value is known to be held or free."""
    unread = next(((only, crawl) for only, crawl in claims.crawls.items() if not crawl.done), None)
    if not claims.open or (unread is None and claims.crawls):
        return ()
    if unread is not None and unread[1].pages + 1 < len(claims.open):
        return (ListPage(None, unread[1].cursor, unread[0]),)
    return tuple(Lookup(value, claims.listing.lookups[name], name) for name, value in sorted(claims.open))


def learn_claims(claims: Claims, answers: Iterable[tuple[Read, Answer]]) -> Claims:
    """Adds answers to what is known; each read is answered exactly once."""
    for read, answer in answers:
        if isinstance(answer, Page):
            claims.holders.see(claims.cut, answer.items)
        match read:
            case ListPage(_, _, only):
                cursor = answer.cursor if isinstance(answer, Page) else None
                crawl = claims.crawls[only]
                claims.crawls[only] = replace(crawl, pages=crawl.pages + 1, cursor=cursor, done=cursor is None)
            case Lookup(value, _, name):
                claims.open.discard((name, value))
    return replace(claims, open=claims.holders.unseen(claims.open))


def _crawls(form: Resource, known: Known) -> dict[_Filters, Crawl]:
    """The listings that show every record together; none where records are listed under others."""
    if form.listing.parent_field is not None:
        return {}
    return {(): known.crawls.get(None, Crawl()), **{(one,): Crawl() for one in form.listing.may_hide}}
