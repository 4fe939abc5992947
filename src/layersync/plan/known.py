"""What is known of a sheet's records so far: which are named, which were read, and where they are filed."""

from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import cast

import polars as pl

from layersync.plan.asking import Page
from layersync.plan.excerpt import Cut
from layersync.plan.holders import Holders
from layersync.plan.live import Shelf
from layersync.plan.originals import Originals
from layersync.plan.reach import Reach
from layersync.plan.remembered import Remembered
from layersync.plan.slots import Excerpt
from layersync.plan.stated import Stated
from layersync.resources.resource import Resource
from layersync.values.desired import Desired, RowState
from layersync.values.live import Live


@dataclass(frozen=True, slots=True)
class Crawl:
    """How far one listing has been read, how many requests its last page spared, and how many all of them did."""

    pages: int = 0
    cursor: str | None = None
    done: bool = False
    brought: int = 0
    spared: int = 0


@dataclass(slots=True, kw_only=True)
class Known:
    """Everything known so far; `reads.learn` adds to it. Records themselves lie on the `shelf`.

    `asked` has one line per record that the sheet names: `row` UInt32, its place in `desired.rows`, `key`, `id` (null
    where the sheet does not have it), `parent`, all String, and `full` Boolean, false where the slim item will do.
    `keys` repeats the column `key`, and `at` finds the line of one. `slim` and `full` hold, by that line, where on the
    shelf its record is, -1 while it is not; `in_full` repeats the column `full`, and adds lines of which a slim item
    turned out not to do; `some_in_full` says that there is any.
    `listable` are the lines that a listing may answer, by parent; `single` those to be asked for one by one, in order.
    `remembered` says which of the full records need not be read, `reach` how far away the rows are, where they are few.
    """

    form: Resource
    key_field: str
    shelf: Shelf
    asked: pl.DataFrame
    keys: Sequence[str]
    at: Mapping[str, int]
    slim: "array[int]"
    full: "array[int]"
    in_full: bytearray
    some_in_full: bool
    listable: dict[str | None, set[int]]
    single: list[int]
    holders: Holders
    originals: Originals
    remembered: Remembered
    reach: Reach | None
    missing: set[str] = field(default_factory=set)
    ambiguous: set[str] = field(default_factory=set)
    crawls: dict[str | None, Crawl] = field(default_factory=dict)


def first_known(desired: Desired, form: Resource, stamps: Mapping[str, str] | None = None) -> Known:
    """States what a checked sheet wants to know.

    `stamps` are those of the full records that are remembered, by normalised id; None where none are to be.
    """
    asked = _asked(desired, form).with_row_index("line")
    helped = asked.select(helped=_helped(form, stamps))["helped"]
    few = form.listing.made is not None and 0 < helped.sum() <= form.listing.page_limit
    cut = Cut(desired.columns, form, desired.key_field, placed=few)
    lines = [*range(len(asked))]
    listable, single = _by_parent(asked.filter(helped), lines), asked.filter(~helped)["line"].to_list()
    # from here on the sheet is hashed, and a query of ours would wait until that is done
    shelf = Shelf(cut, asked["key"], Stated(desired, asked["row"], cut))
    keys = asked["key"].to_list()
    return Known(
        form=form,
        key_field=desired.key_field,
        shelf=shelf,
        asked=asked,
        keys=keys,
        at=dict(zip(keys, lines, strict=True)),
        slim=array("i", [-1]) * len(asked),
        full=array("i", [-1]) * len(asked),
        in_full=bytearray(asked["full"].to_list()),
        some_in_full=bool(asked["full"].any()),
        listable=listable,
        single=single,
        holders=Holders(desired, form),
        originals=Originals(desired),
        remembered=Remembered(stamps=stamps or {}),
        reach=Reach(cut=cut, page_limit=form.listing.page_limit) if few else None,
    )


def _helped(form: Resource, stamps: Mapping[str, str] | None) -> pl.Expr:
    """Tells of which lines a listing spares a request."""
    spares = ~pl.col("full") | pl.col("id").is_null()
    if stamps:
        spares = spares | pl.col("key").is_in(list(stamps))
    return spares if form.listing.parent_field is None else spares & pl.col("parent").is_not_null()


def _by_parent(asked: pl.DataFrame, lines: Sequence[int]) -> dict[str | None, set[int]]:
    """The very numbers of `lines`, which `Known.at` gives: a set finds the same object faster than an equal one."""
    by_parent = asked.group_by("parent", maintain_order=True).agg("line")
    return {parent: {*map(lines.__getitem__, some)} for parent, some in by_parent.iter_rows()}


def file_page(page: Page[Excerpt], known: Known) -> list[int]:
    """Files the items of a page that the sheet names; gives their lines of `asked`."""
    items, lines = _named(page.items, known)
    for line in known.remembered.compare(lines, items, known.shelf.cut):
        known.full[line] = -1
        known.single.append(line)
    first = known.shelf.put(lines, items, page.read_at)
    _note_places(lines, first, known)
    return lines


def _named(items: Sequence[Excerpt], known: Known) -> tuple[Sequence[Excerpt], list[int]]:
    """The items that the sheet names, and their lines; notes what the others tell."""
    found = known.shelf.cut.lines_of(items, known.at)
    if None not in found:  # as nearly always in a large sheet
        return items, cast(list[int], found)
    _note_strangers([item for item, line in zip(items, found, strict=True) if line is None], known)
    lines = [line for line in found if line is not None]
    return [*compress(items, (line is not None for line in found))], lines


def _note_places(lines: Sequence[int], first: int, known: Known) -> None:
    """Notes where on the shelf the slim items of these lines are; a line with two different records is ambiguous."""
    slim, places = known.slim, range(first, first + len(lines))
    if len({*lines}) == len(lines) and max(map(slim.__getitem__, lines), default=-1) < 0:  # as nearly always
        deque(map(slim.__setitem__, lines, places), maxlen=0)
        return
    for place, line in zip(places, lines, strict=True):
        before = slim[line]
        slim[line] = place
        if before >= 0 and known.shelf.id_at(before) != known.shelf.id_at(place):
            known.ambiguous.add(known.keys[line])


def _note_strangers(items: Sequence[Excerpt], known: Known) -> None:
    """Notes what records that the sheet does not name tell about those that it does."""
    known.holders.see(known.shelf.cut, items)
    known.originals.see(known.shelf.cut, items, known.at)


def places_of(known: Known) -> pl.Series:
    """Where on the shelf the record of each line of `asked` is: the full one where it was read, else the slim one."""
    slim, full = (pl.Series(list(places), dtype=pl.Int64) for places in (known.slim, known.full))
    unclear = [known.at[key] for key in known.missing | known.ambiguous]
    best = full.zip_with(full >= 0, slim).scatter(unclear, -1)
    return best.set(best < 0, None)


def reading_of(known: Known) -> Live:
    """Closes the reading."""
    places = places_of(known).drop_nulls()
    records = _of_one_generation(known.shelf.frame())
    return Live(
        resource=known.form.name,
        records=records if len(places) == len(records) else records[places.sort()],
        missing=frozenset(known.missing),
        ambiguous=frozenset(known.ambiguous),
        complete=any(crawl.done for crawl in known.crawls.values()),
        holders=known.holders.all(),
        originals=known.originals.all(),
    )


def one_by_one(known: Known) -> int:
    """The requests that it takes to ask for every record alone."""
    searched = known.asked["id"].is_null()  # first by its key, then for all of it
    return len(known.asked) + int((searched & known.asked["full"]).sum())


def _of_one_generation(records: pl.DataFrame) -> pl.DataFrame:
    """Slim items tell no generation: where all records that do tell the same one, theirs is the same."""
    told = records["_generation"].drop_nulls().unique()
    return records if len(told) != 1 else records.with_columns(pl.col("_generation").fill_null(told[0]))


def usable_rows(desired: Desired) -> pl.LazyFrame:
    """The rows of a sheet that ask for a record, in the order of the lines of `asked`; `_at` is their place."""
    return (
        desired.rows.lazy()
        .with_row_index("_at")
        .filter(pl.col("_state").is_in([RowState.OK.value, RowState.LIMIT.value]))
    )


def _asked(desired: Desired, form: Resource) -> pl.DataFrame:
    unlisted = [pl.col(column.path).is_not_null() for column in desired.columns if not _in_listing(column.field, form)]
    full = pl.any_horizontal(unlisted) if unlisted else pl.lit(value=False)
    parent = next((c.path for c in desired.columns if c.field == form.listing.parent_field), None)
    nothing = pl.lit(None, dtype=pl.String)
    asked = usable_rows(desired).select(
        row="_at",
        key="_key",
        id=pl.col("_key_text").str.strip_chars() if desired.key_field == form.id_field else nothing,
        parent=nothing if parent is None else pl.col(parent),
        full=full,
    )
    return asked.collect()


def _in_listing(field_name: str, form: Resource) -> bool:
    return field_name in {form.id_field, form.listing.parent_field} or form.field(field_name).listed
