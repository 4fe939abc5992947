"""Which reads answer what the sheet asks, decided again each time answers arrive.

`next_reads(known)` gives the requests to make now, all independent of each other, or nothing when enough is known;
`learn(known, answers)` adds what came back, at a cost that depends on the answers alone. Listing goes on only while it
can still be cheaper than asking for the remaining records one by one, so that no more than twice the fewest possible
requests (and one page) are ever made.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Generic, TypeVar

import polars as pl

from layersync.plan.excerpt import Excerpt
from layersync.plan.holders import Holders
from layersync.plan.live import Shelf
from layersync.resources.resource import Resource
from layersync.values.desired import Desired, RowState
from layersync.values.live import Live

Item = TypeVar("Item")

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
class Page(Generic[Item]):
    """The answer to `ListPage` and `Lookup`."""

    items: Sequence[Item]
    cursor: str | None
    read_at: float


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to `GetRecord`."""

    record: Excerpt
    read_at: float


@dataclass(frozen=True, slots=True)
class NotFound:
    """The API has no such record, or no such parent."""


Answer = Page[Excerpt] | Found | NotFound


@dataclass(frozen=True, slots=True)
class Crawl:
    """How far one listing has been read, and how many records of the sheet its last page brought."""

    pages: int = 0
    cursor: str | None = None
    done: bool = False
    brought: int = 0


@dataclass(slots=True, kw_only=True)
class Known:
    """Everything known so far; `learn` adds to it. Records themselves lie on the `shelf`.

    `asked` has one line per record that the sheet names: `key`, `id` (null where the sheet does not have it), `parent`,
    all String, and `full` Boolean, false where the slim item will do. `at` finds the line of a key. `slim` and `full`
    hold, by that line, where on the shelf its record is, -1 while it is not; `in_full` repeats the column `full`.
    `listable` are the lines that a listing may answer, by parent; `single` those to be asked for one by one, in order.
    """

    form: Resource
    key_field: str
    shelf: Shelf
    asked: pl.DataFrame
    at: Mapping[str, int]
    slim: "array[int]"
    full: "array[int]"
    in_full: bytes
    listable: dict[str | None, set[int]]
    single: list[int]
    holders: Holders
    missing: set[str] = field(default_factory=set)
    ambiguous: set[str] = field(default_factory=set)
    crawls: dict[str | None, Crawl] = field(default_factory=dict)


def first_known(desired: Desired, form: Resource) -> Known:
    """States what a checked sheet wants to know."""
    asked = _asked(desired, form).with_row_index("line")
    helped = pl.lit(value=True) if form.listing.parent_field is None else pl.col("parent").is_not_null()
    helped = helped & (~pl.col("full") | pl.col("id").is_null())
    listable: dict[str | None, set[int]] = {}
    for parent, lines in asked.filter(helped).group_by("parent", maintain_order=True).agg("line").iter_rows():
        listable[parent] = set(lines)
    return Known(
        form=form,
        key_field=desired.key_field,
        shelf=Shelf(desired.columns, form, desired.key_field),
        asked=asked,
        at=dict(zip(asked["key"], asked["line"], strict=True)),
        slim=array("l", [-1]) * len(asked),
        full=array("l", [-1]) * len(asked),
        in_full=bytes(asked["full"]),
        listable=listable,
        single=asked.filter(~helped)["line"].to_list(),
        holders=Holders(desired, form),
    )


def next_reads(known: Known) -> tuple[Read, ...]:
    """Gives the reads to make now, each read once; none when everything is known, or the sheet is plainly wrong."""
    if _hopeless(known):
        return ()
    pages = tuple(_pages(known))
    return (*pages, *_singles(known))


def learn(known: Known, answers: Iterable[tuple[Read, Answer]]) -> Known:
    """Adds answers to what is known, which it gives back; each read is answered exactly once."""
    for read, answer in answers:
        match read, answer:
            case GetRecord(key), Found(record, read_at):
                known.full[known.at[key]] = known.shelf.put([key], [record], read_at)
            case ListPage(parent), Page(_, cursor):
                known.shelf.cut.put_under(parent, answer.items)
                brought = _take_off(_add(answer, known), parent, known)
                pages = known.crawls.get(parent, Crawl()).pages + 1
                known.crawls[parent] = Crawl(pages, cursor, done=cursor is None, brought=brought)
            case ListPage(parent), NotFound():
                known.crawls[parent] = replace(known.crawls.get(parent, Crawl()), done=True)
            case Lookup(key), Page():
                lines = _add(answer, known)
                known.single += lines
                known.missing |= set() if known.at[key] in lines else {key}
            case ((GetRecord(key) | Lookup(key)), _):
                known.missing.add(key)
    return known


def places_of(known: Known) -> pl.Series:
    """Where on the shelf the record of each line of `asked` is: the full one where it was read, else the slim one."""
    slim, full = (pl.Series(list(places), dtype=pl.Int64) for places in (known.slim, known.full))
    unclear = [known.at[key] for key in known.missing | known.ambiguous]
    best = full.zip_with(full >= 0, slim).scatter(unclear, -1)
    return best.set(best < 0, None)


def reading_of(known: Known) -> Live:
    """Closes the reading."""
    places = places_of(known).drop_nulls()
    records = known.shelf.frame()
    return Live(
        resource=known.form.name,
        records=records if len(places) == len(records) else records[places.sort()],
        missing=frozenset(known.missing),
        ambiguous=frozenset(known.ambiguous),
        complete=any(crawl.done for crawl in known.crawls.values()),
        holders=known.holders.all(),
    )


def _asked(desired: Desired, form: Resource) -> pl.DataFrame:
    usable = desired.rows.lazy().filter(pl.col("_state").is_in([RowState.OK.value, RowState.LIMIT.value]))
    unlisted = [pl.col(column.path).is_not_null() for column in desired.columns if not _in_listing(column.field, form)]
    full = pl.any_horizontal(unlisted) if unlisted else pl.lit(value=False)
    parent = next((c.path for c in desired.columns if c.field == form.listing.parent_field), None)
    nothing = pl.lit(None, dtype=pl.String)
    asked = usable.select(
        key="_key",
        id=pl.col("_key_text").str.strip_chars() if desired.key_field == form.id_field else nothing,
        parent=nothing if parent is None else pl.col(parent),
        full=full,
    )
    return asked.collect()


def _in_listing(field_name: str, form: Resource) -> bool:
    return field_name in {form.id_field, form.listing.parent_field} or form.field(field_name).listed


def _hopeless(known: Known) -> bool:
    return len(known.at) >= _SAMPLE and not known.shelf.lines and len(known.missing) >= _PROBES


def _pages(known: Known) -> Iterator[ListPage]:
    """Goes on with the listings that can still be cheaper than single reads; gives up the others for good.

    A listing may have cost as much as single reads of all that is left. Beyond that it goes on while each page brings
    more than one record, so that the end of a listing which has them all is not asked for record by record.
    """
    for parent, lines in tuple(known.listable.items()):
        crawl = known.crawls.get(parent, Crawl())
        may_pay = crawl.pages + 1 < len(lines) or min(crawl.brought, len(lines)) > 1
        if not crawl.done and may_pay:
            yield ListPage(parent, crawl.cursor)
        else:
            known.single += sorted(known.listable.pop(parent))


def _singles(known: Known) -> Iterator[Read]:
    open_lines = [line for line in known.single if not _answered(line, known)]
    now = _cautiously(open_lines, known)
    chosen = set(now)
    known.single = [line for line in open_lines if line not in chosen]
    for line, key, record_id in known.asked[now].select("line", "key", "id").iter_rows() if now else ():
        if record_id is not None:
            yield GetRecord(key, record_id)
        elif known.slim[line] >= 0:
            yield GetRecord(key, known.shelf.id_at(known.slim[line]))
        else:
            yield Lookup(key, known.form.listing.lookups[known.key_field], known.key_field)


def _answered(line: int, known: Known) -> bool:
    if known.full[line] >= 0:
        return True
    if known.slim[line] < 0:
        return False
    return not known.in_full[line] or known.asked["key"][line] in known.ambiguous


def _cautiously(lines: list[int], known: Known) -> list[int]:
    """While nothing was found, asks for a few rows spread over the sheet before asking for all."""
    if known.shelf.lines or len(lines) < _SAMPLE:
        return lines
    return lines[:: max(1, len(lines) // _SAMPLE)][:_SAMPLE]


def _take_off(lines: list[int], parent: str | None, known: Known) -> int:
    """Notes that a listing answered for these lines: there may be more to ask of them, but not of a listing.

    Gives the number of those that it answered for the first time.
    """
    open_lines = known.listable.get(parent, set())
    answered = open_lines.intersection(lines)
    open_lines -= answered
    if known.form.listing.parent_field is not None:
        answered |= {line for line in lines if line not in answered and _took_off_elsewhere(line, known)}
    known.single += [line for line in lines if known.in_full[line] and line in answered]
    return len(answered)


def _took_off_elsewhere(line: int, known: Known) -> bool:
    """The same for a record that the sheet has under another parent than the API."""
    open_lines = known.listable.get(known.asked["parent"][line], set())
    found = line in open_lines
    open_lines.discard(line)
    return found


def _add(page: Page[Excerpt], known: Known) -> list[int]:
    """Files the items of a page that the sheet names; gives their lines."""
    shelf = known.shelf
    keys, items = shelf.cut.keys_of(page.items, known.at), page.items
    named = [key in known.at for key in keys]
    if not all(named):
        known.holders.see(shelf.cut, (item for item, mine in zip(items, named, strict=True) if not mine))
        keys, items = list(compress(keys, named)), list(compress(items, named))
    lines = [known.at[key] for key in keys]
    for place, line in enumerate(lines, shelf.put(keys, items, page.read_at)):
        before = known.slim[line]
        if before >= 0 and shelf.id_at(before) != shelf.id_at(place):
            known.ambiguous.add(known.asked["key"][line])
        known.slim[line] = place
    return lines
