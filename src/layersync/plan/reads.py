"""Which reads answer what the sheet asks, decided again each time answers arrive.

`next_reads(known)` gives the requests to make now, all independent of each other, or nothing when enough is known;
`learn(known, answers)` adds what came back. Listing goes on only while it can still be cheaper than asking for the
remaining records one by one, so that no more than twice the fewest possible requests (and one page) are ever made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from layersync.plan.holders import Holders
from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import normal
from layersync.values.desired import Desired, RowState
from layersync.values.live import Fetched, Reading

_SAMPLE = 10  # probes sent together while nothing of a sheet was found yet
_PROBES = 30  # after so many misses and no hit the sheet is a wrong one: no more questions


@dataclass(frozen=True, slots=True)
class GetRecord:
    """Read one record in full."""

    key: str
    id: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """Ask the listing for the record with one value of a field; `key` is the value."""

    key: str
    parameter: str
    field: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """Read one page of a listing, of which the filters `only` show a part.

    `parent` fills the path where records are listed under another one.
    """

    parent: str | None
    cursor: str | None
    only: tuple[tuple[str, str], ...] = ()


Read = GetRecord | Lookup | ListPage


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to `ListPage` and `Lookup`."""

    items: tuple[Mapping[str, object], ...]
    cursor: str | None
    read_at: float


@dataclass(frozen=True, slots=True)
class NotFound:
    """The API has no such record, or no such parent."""


Answer = Page | Fetched | NotFound


@dataclass(frozen=True, slots=True)
class Want:
    """One record that the sheet names: its id where the sheet has it, its parent, and whether the slim item will do."""

    key: str
    id: str | None
    parent: str | None
    full: bool


@dataclass(frozen=True, slots=True)
class Crawl:
    """How far one listing has been read."""

    pages: int = 0
    cursor: str | None = None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything known so far. `slim` and `full` hold records by key; `crawls` the listings by parent."""

    form: Resource
    key_field: str
    wants: Mapping[str, Want]
    holders: Holders
    slim: Mapping[str, Fetched] = field(default_factory=dict)
    full: Mapping[str, Fetched] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    ambiguous: frozenset[str] = frozenset()
    crawls: Mapping[str | None, Crawl] = field(default_factory=dict)


def first_known(desired: Desired, form: Resource) -> Known:
    """States what a checked sheet wants to know."""
    wants = {want.key: want for want in _wants(desired, form)}
    return Known(form=form, key_field=desired.key_field, wants=wants, holders=Holders(desired, form))


def next_reads(known: Known) -> tuple[Read, ...]:
    """Gives the reads to make now; none when everything is known, or when the sheet is plainly the wrong one."""
    open_wants = [want for want in known.wants.values() if not _answered(want, known)]
    if not open_wants or _hopeless(known):
        return ()
    pages = _pages(open_wants, known)
    listed = {want.key for page in pages for want in open_wants if _serves(page, want, known)}
    singles = [want for want in open_wants if want.key not in listed]
    return (*pages, *(_single(want, known) for want in _cautiously(singles, known)))


def learn(known: Known, answers: Iterable[tuple[Read, Answer]]) -> Known:
    """Adds answers to what is known; each read is answered exactly once."""
    slim, full, crawls = dict(known.slim), dict(known.full), dict(known.crawls)
    missing, ambiguous = set(known.missing), set(known.ambiguous)
    for read, answer in answers:
        match read, answer:
            case GetRecord(key), Fetched(record):
                full[key] = answer
                known.holders.see([record])
            case ListPage(parent), Page(items, cursor, read_at):
                items = _under(parent, items, known.form)
                crawls[parent] = Crawl(crawls.get(parent, Crawl()).pages + 1, cursor, done=cursor is None)
                ambiguous |= _add(slim, items, read_at, known)
            case ListPage(parent), NotFound():
                crawls[parent] = replace(crawls.get(parent, Crawl()), done=True)
            case Lookup(key), Page(items, _, read_at):
                ambiguous |= _add(slim, items, read_at, known)
                missing |= set() if key in slim else {key}
            case ((GetRecord(key) | Lookup(key)), _):
                missing.add(key)
    return replace(
        known, slim=slim, full=full, crawls=crawls, missing=frozenset(missing), ambiguous=frozenset(ambiguous)
    )


def reading_of(known: Known) -> Reading:
    """Closes the reading: full records where they were read, slim ones elsewhere; only those that the sheet names."""
    unclear = known.missing | known.ambiguous
    records = {
        key: record
        for key in known.wants
        if key not in unclear and (record := known.full.get(key) or known.slim.get(key)) is not None
    }
    return Reading(
        records=records,
        missing=known.missing,
        ambiguous=known.ambiguous & known.wants.keys(),
        complete=any(crawl.done for crawl in known.crawls.values()),
        holders=known.holders.all(),
    )


def _wants(desired: Desired, form: Resource) -> Iterable[Want]:
    frame = desired.rows.filter(pl.col("_state").is_in([RowState.OK.value, RowState.LIMIT.value]))
    unlisted = [pl.col(column.path).is_not_null() for column in desired.columns if not _in_listing(column.field, form)]
    full = pl.any_horizontal(unlisted) if unlisted else pl.lit(value=False)
    parent = next((c.path for c in desired.columns if c.field == form.listing.parent_field), None)
    parents = pl.lit(None, dtype=pl.String) if parent is None else pl.col(parent)
    by_id = desired.key_field == form.id_field
    lines = frame.select("_key", "_key_text", parents.alias("parent"), full.alias("full")).iter_rows()
    return (Want(key, text.strip() if by_id else None, parent, needs) for key, text, parent, needs in lines)


def _in_listing(field_name: str, form: Resource) -> bool:
    return field_name in {form.id_field, form.listing.parent_field} or form.field(field_name).listed


def _answered(want: Want, known: Known) -> bool:
    if want.key in known.missing or want.key in known.ambiguous or want.key in known.full:
        return True
    return want.key in known.slim and not want.full


def _hopeless(known: Known) -> bool:
    return len(known.wants) >= _SAMPLE and not known.slim and not known.full and len(known.missing) >= _PROBES


def _cautiously(wants: list[Want], known: Known) -> list[Want]:
    """While nothing was found, asks for a few rows spread over the sheet before asking for all."""
    if known.slim.keys() & known.wants.keys() or known.full or len(wants) < _SAMPLE:
        return wants
    return wants[:: max(1, len(wants) // _SAMPLE)][:_SAMPLE]


def _pages(open_wants: list[Want], known: Known) -> list[ListPage]:
    gains: dict[str | None, int] = {}
    for want in open_wants:
        if _listing_helps(want, known):
            gains[want.parent] = gains.get(want.parent, 0) + 1
    crawls = ((parent, known.crawls.get(parent, Crawl()), gain) for parent, gain in gains.items())
    return [
        ListPage(parent, crawl.cursor) for parent, crawl, gain in crawls if not crawl.done and crawl.pages + 1 < gain
    ]


def _listing_helps(want: Want, known: Known) -> bool:
    if known.form.listing.parent_field is not None and want.parent is None:
        return False
    return want.key not in known.slim and (not want.full or want.id is None)


def _serves(page: ListPage, want: Want, known: Known) -> bool:
    return page.parent == want.parent and _listing_helps(want, known)


def _single(want: Want, known: Known) -> Read:
    if want.id is not None:
        return GetRecord(want.key, want.id)
    if want.key in known.slim:
        return GetRecord(want.key, str(known.slim[want.key].record[known.form.id_field]))
    return Lookup(want.key, known.form.listing.lookups[known.key_field], known.key_field)


def _add(slim: dict[str, Fetched], items: Sequence[Mapping[str, object]], read_at: float, known: Known) -> set[str]:
    """Files list items under their keys; gives the keys that two different records claim."""
    known.holders.see(items)
    claimed_twice = set()
    for item in items:
        key = _key_of(item, known)
        if key is None:
            continue
        if key in slim and slim[key].record[known.form.id_field] != item[known.form.id_field]:
            claimed_twice.add(key)
        slim[key] = Fetched(item, read_at)
    return claimed_twice


def _under(
    parent: str | None, items: tuple[Mapping[str, object], ...], form: Resource
) -> tuple[Mapping[str, object], ...]:
    """Slim items do not repeat the parent that they were listed under."""
    field_name = form.listing.parent_field
    return items if field_name is None else tuple({field_name: parent, **item} for item in items)


def _key_of(item: Mapping[str, object], known: Known) -> str | None:
    value = item.get(known.key_field)
    if known.key_field == known.form.id_field:
        return normal_id(str(value), ANY_ID)
    return str(normal(value)) if isinstance(value, str) else None
