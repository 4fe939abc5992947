"""Which reads answer what the sheet asks, decided again each time answers arrive.

`next_reads(known)` gives the requests to make now, all independent of each other, or nothing when enough is known;
`learn(known, answers)` adds what came back, at a cost that depends on the answers alone. Listing goes on only while it
can still be cheaper than asking for the remaining records one by one, so that no more than twice the fewest possible
requests (and one page) are ever made.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    """How far one listing has been read."""

    pages: int = 0
    cursor: str | None = None
    done: bool = False


@dataclass(slots=True, kw_only=True)
class Known:
    """Everything known so far; `learn` adds to it. Records themselves lie on the `shelf`.

    `asked` has one line per record that the sheet names: `key`, `id` (null where the sheet does not have it), `parent`,
    all String, and `full` Boolean, false where the slim item will do. `at` finds the line of a key. `slim` and `full`
    hold, by that line, where on the shelf its record is, -1 while it is not. `listable` are the lines that a listing
    may answer, by parent; `single` those to be asked for one by one, in order.
    """

    form: Resource
    key_field: str
    shelf: Shelf
    asked: pl.DataFrame
    at: Mapping[str, int]
    slim: "array[int]"
    full: "array[int]"
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
                known.full[known.at[key]] = known.shelf.put(key, record, read_at)
            case ListPage(parent), Page(_, cursor):
                known.crawls[parent] = Crawl(known.crawls.get(parent, Crawl()).pages + 1, cursor, done=cursor is None)
                known.shelf.cut.put_under(parent, answer.items)
                for line in _add(answer, known):
                    _take_off(line, parent, known)
            case ListPage(parent), NotFound():
                known.crawls[parent] = replace(known.crawls.get(parent, Crawl()), done=True)
            case Lookup(key), Page():
                lines = _add(answer, known)
                known.single += lines
                known.missing |= set() if known.at[key] in lines else {key}
            case ((GetRecord(key) | Lookup(key)), _):
                known.missing.add(key)
    return known


def records_of(known: Known) -> pl.DataFrame:
    """The records of the sheet, in the columns of `Live.records`: in full where they were read so, slim elsewhere."""
    unclear = {known.at[key] for key in known.missing | known.ambiguous}
    best = (full if full >= 0 else slim for slim, full in zip(known.slim, known.full, strict=True))
    lines = sorted(place for line, place in enumerate(best) if place >= 0 and line not in unclear)
    records = known.shelf.frame()
    return records if len(lines) == len(records) else records[lines]


def reading_of(known: Known) -> Live:
    """Closes the reading."""
    return Live(
        resource=known.form.name,
        records=records_of(known),
        missing=frozenset(known.missing),
        ambiguous=frozenset(known.ambiguous),
        complete=any(crawl.done for crawl in known.crawls.values()),
        holders=known.holders.all(),
    )


def _asked(desired: Desired, form: Resource) -> pl.DataFrame:
    frame = desired.rows.filter(pl.col("_state").is_in([RowState.OK.value, RowState.LIMIT.value]))
    unlisted = [pl.col(column.path).is_not_null() for column in desired.columns if not _in_listing(column.field, form)]
    full = pl.any_horizontal(unlisted) if unlisted else pl.lit(value=False)
    parent = next((c.path for c in desired.columns if c.field == form.listing.parent_field), None)
    nothing = pl.lit(None, dtype=pl.String)
    return frame.select(
        key="_key",
        id=pl.col("_key_text").str.strip_chars() if desired.key_field == form.id_field else nothing,
        parent=nothing if parent is None else pl.col(parent),
        full=full,
    )


def _in_listing(field_name: str, form: Resource) -> bool:
    return field_name in {form.id_field, form.listing.parent_field} or form.field(field_name).listed


def _hopeless(known: Known) -> bool:
    return len(known.at) >= _SAMPLE and not known.shelf.lines and len(known.missing) >= _PROBES


def _pages(known: Known) -> Iterator[ListPage]:
    """Goes on with the listings that can still be cheaper than single reads; gives up the others for good."""
    for parent, lines in tuple(known.listable.items()):
        crawl = known.crawls.get(parent, Crawl())
        if not crawl.done and crawl.pages + 1 < len(lines):
            yield ListPage(parent, crawl.cursor)
        else:
            known.single += sorted(known.listable.pop(parent))


def _singles(known: Known) -> Iterator[Read]:
    open_lines = [line for line in known.single if not _answered(line, known)]
    now = _cautiously(open_lines, known)
    chosen = set(now)
    known.single = [line for line in open_lines if line not in chosen]
    for line, key, record_id in known.asked[now].select("line", "key", "id").iter_rows():
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
    return not known.asked["full"][line] or known.asked["key"][line] in known.ambiguous


def _cautiously(lines: list[int], known: Known) -> list[int]:
    """While nothing was found, asks for a few rows spread over the sheet before asking for all."""
    if known.shelf.lines or len(lines) < _SAMPLE:
        return lines
    return lines[:: max(1, len(lines) // _SAMPLE)][:_SAMPLE]


def _take_off(line: int, parent: str | None, known: Known) -> None:
    """Notes that a listing answered for a line: there may be more to ask of it, but not of a listing."""
    for under in (parent, known.asked["parent"][line]):
        lines = known.listable.get(under)
        if lines and line in lines:
            lines.remove(line)
            known.single.append(line)
            return


def _add(page: Page[Excerpt], known: Known) -> list[int]:
    """Files the items of a page that the sheet names; gives their lines."""
    shelf, lines = known.shelf, []
    for key, item in zip(shelf.cut.keys_of(page.items), page.items, strict=True):
        line = None if key is None else known.at.get(key)
        if key is None or line is None:
            known.holders.see(shelf.cut, [item])
            continue
        before = known.slim[line]
        if before >= 0 and shelf.id_at(before) != shelf.cut.id_of(item):
            known.ambiguous.add(key)
        known.slim[line] = shelf.put(key, item, page.read_at)
        lines.append(line)
    return lines
