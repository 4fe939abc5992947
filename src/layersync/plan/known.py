"""What is known of a sheet's records so far: which are named, which were read, and where they are filed."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import cast

import polars as pl

from layersync.plan.asking import Page
from layersync.plan.excerpt import Cut
from layersync.plan.fields import taken
from layersync.plan.holders import Holders
from layersync.plan.listable import Listable
from layersync.plan.live import Shelf
from layersync.plan.originals import Originals
from layersync.plan.places import Places
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
    `at` finds the line of a key. `places` holds where on the shelf the slim items of lines are, `full` the same of full
    records; `in_full` repeats the column `full`, and adds lines of which a slim item turned out not to do;
    `some_in_full` says that there is any.
    `listable` are the lines that a listing may answer; `single` those to be asked for one by one, in order.
    `remembered` says which of the full records need not be read, `reach` how far away the rows are, where they are few.
    """

    form: Resource
    key_field: str
    shelf: Shelf
    asked: pl.DataFrame
    at: Mapping[str, int]
    places: Places
    full: dict[int, int]
    in_full: bytearray
    some_in_full: bool
    listable: Listable
    single: list[int]
    holders: Holders
    originals: Originals
    remembered: Remembered
    reach: Reach | None
    missing: set[str] = field(default_factory=set)
    crawls: dict[str | None, Crawl] = field(default_factory=dict)

    @property
    def unclear(self) -> list[int]:
        """The lines to which no record answers, or more than one."""
        return [*self.places.ambiguous, *(self.at[key] for key in self.missing)]


def first_known(desired: Desired, form: Resource, stamps: Mapping[str, str] | None = None) -> Known:
    """States what a checked sheet wants to know.

    `stamps` are those of the full records that are remembered, by normalised id; None where none are to be.
    """
    asked = _asked(desired, form).with_row_index("line")
    helped = asked.select(helped=_helped(form, stamps))["helped"]
    few = form.listing.made is not None and 0 < helped.sum() <= form.listing.page_limit
    cut = Cut(desired.columns, form, desired.key_field, placed=few)
    listable, single = Listable(asked["parent"], helped), asked.filter(~helped)["line"].to_list()
    # from here on the sheet is hashed, and a query of ours would wait until that is done
    shelf = Shelf(cut, asked["key"], Stated(desired, asked["row"], cut))
    return Known(
        form=form,
        key_field=desired.key_field,
        shelf=shelf,
        asked=asked,
        at={key: line for line, key in enumerate(asked["key"].to_list())},
        places=Places(len(asked), shelf.id_at),
        full={},
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


def file_page(page: Page[Excerpt], known: Known) -> tuple[Sequence[int], Sequence[int]]:
    """Files the items of a page that the sheet names.

    Gives their lines of `asked`, and which of them a listing could have answered and had not yet.
    """
    items, lines = _named(page.items, known)
    # the numbers are at hand now, and not any more when a whole page of records was handled
    at, answered = array("i", lines), known.listable.take_off(lines)
    for line in known.remembered.compare(lines, items, known.shelf.cut):
        known.full.pop(line, None)
        known.single.append(line)
    known.places.note(at, known.shelf.put(at, items, page.read_at))
    return lines, answered


def _named(items: Sequence[Excerpt], known: Known) -> tuple[Sequence[Excerpt], list[int]]:
    """The items that the sheet names, and their lines; notes what the others tell."""
    found = known.shelf.cut.lines_of(items, known.at)
    if None not in found:  # as nearly always in a large sheet
        return items, cast(list[int], found)
    _note_strangers([item for item, line in zip(items, found, strict=True) if line is None], known)
    lines = [line for line in found if line is not None]
    return [*compress(items, (line is not None for line in found))], lines


def _note_strangers(items: Sequence[Excerpt], known: Known) -> None:
    """Notes what records that the sheet does not name tell about those that it does."""
    known.holders.see(known.shelf.cut, items)
    known.originals.see(known.shelf.cut, items, known.at)


def places_of(known: Known) -> pl.Series:
    """Where on the shelf the record of each line of `asked` is: the full one where it was read, else the slim one."""
    best = known.places.slim.clone().scatter([*known.full], [*known.full.values()]).scatter(known.unclear, -1)
    return best.set(best < 0, None)


def reading_of(known: Known) -> Live:
    """Closes the reading."""
    places, live = places_of(known).drop_nulls(), known.shelf.live()
    records, fields = _of_one_generation(live.records), live.fields
    if len(places) != len(records):
        lines = places.sort()
        records, fields = records[lines], taken(fields, lines)
    return replace(
        live,
        records=records,
        fields=fields,
        missing=frozenset(known.missing),
        ambiguous=frozenset(known.asked["key"].gather([*known.places.ambiguous])),
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
