"""What a plan keeps of a record: the fields that matter to it, cut straight out of the API's JSON."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, cast

import msgspec
from msgspec import UNSET, Raw, UnsetType
from msgspec.structs import astuple

from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import ABSENT, MARK, encode_borrowed, encode_json, encode_text, normal
from layersync.values.desired import Column

_NUL = b"\\u0000"  # how JSON writes the character that our own marks start with


class Excerpt(msgspec.Struct, gc=False):
    """The cells of one record, as `values.cell` writes live ones, in the order of `Cut.fields`.

    In a text field there may still be a value of another kind, a number say, as JSON has it.
    """


class Unfit(ValueError):
    """JSON that the quick way does not read: read it as a whole and give the records to `Cut.of`."""


class Cut:
    """How the records of one job are cut down.

    `fields` are the API fields that are kept, `json` those among them that hold JSON. Of `marks` only the presence is
    kept: it tells a record's generation, and where to look for what a record does not show. `stamped` keeps the stamp
    by which a record tells that it changed, `placed` the one that says when it was made.
    """

    def __init__(
        self, columns: Sequence[Column], form: Resource, key_field: str, *, stamped: bool = False, placed: bool = False
    ) -> None:
        self.form = form
        self.key_field = key_field
        parent = form.listing.parent_field
        self._stamp = form.listing.stamp if stamped else None
        self._made = form.listing.made if placed else None
        others = [name for name in (parent, self._stamp, self._made) if name is not None]
        wanted = (form.id_field, key_field, "name", *others, *(one.field for one in columns))
        self.fields = tuple(dict.fromkeys(wanted))
        stand_ins = {field.name: field.stands_in for field in form.fields if field.stands_in is not None}
        self._stand_ins = {name: stand_ins[name] for name in self.fields if name in stand_ins}
        self.marks = tuple((_marks(form) | {*self._stand_ins.values()}) - set(self.fields))
        self.json = frozenset(field.name for field in form.fields if field.is_json and field.name in self.fields)
        self._excerpt = _excerpt_type(self.fields, self.marks, self.json)
        self._one = msgspec.json.Decoder(self._excerpt)
        self._page = msgspec.json.Decoder(_page_type(self._excerpt))
        self._id = attrgetter(self._slot(form.id_field))
        self._key = attrgetter(self._slot(key_field))
        self._texts = tuple(self._slot(name) for name in self.fields if name in self.json)
        self._borrowing = tuple((self._slot(name), self._slot(holder)) for name, holder in self._stand_ins.items())

    def page(self, body: bytes) -> tuple[list[Excerpt], object]:
        """Reads a page of a listing: its items and `nextCursor`. Raises Unfit."""
        page = self._decoded(self._page, body)
        return self._settled(page.items), page.nextCursor

    def record(self, body: bytes) -> Excerpt:
        """Reads one record. Raises Unfit."""
        one = self._settled([self._decoded(self._one, body)])[0]
        if any(getattr(one, slot) == ABSENT and getattr(one, inside) is not UNSET for slot, inside in self._borrowing):
            raise Unfit("what it does not show may stand inside a field that it does")
        return one

    def of(self, record: Mapping[str, object]) -> Excerpt:
        """Cuts down a record that was read as a whole."""
        cells = [self._cell(name, record) for name in self.fields]
        return self._excerpt(*cells, *(Raw() if name in record else UNSET for name in self.marks))

    def id_of(self, excerpt: Excerpt) -> str | None:
        """The record's id as the API writes it; None where there is none."""
        found = self._id(excerpt)
        return found if _is_text(found) else None

    def stamp_of(self, excerpt: Excerpt) -> str | None:
        """The record's stamp; None where it shows none, or none is kept."""
        return None if self._stamp is None else self.text_of(excerpt, self._stamp)

    def made_of(self, excerpt: Excerpt) -> str | None:
        """When the record was made; None where it does not say, or that is not kept."""
        return None if self._made is None else self.text_of(excerpt, self._made)

    def text_of(self, excerpt: Excerpt, field: str) -> str | None:
        """The text of a field; None for anything else that stands there."""
        found = getattr(excerpt, self._slot(field))
        return found if _is_text(found) else None

    def keys_of(self, excerpts: Iterable[Excerpt], known: Container[str]) -> list[str]:
        """The normalised keys that records are matched by, empty where a record has none.

        A text that is among the `known` keys is in its normal form already.
        """
        keys = [key if type(key) is str else "" for key in map(self._key, excerpts)]
        if all(map(known.__contains__, keys)):
            return keys
        if self.key_field == self.form.id_field:
            return [key if key in known else normal_id(key, ANY_ID) or "" for key in keys]
        return [key if key in known else str(normal(key)) for key in keys]

    def have_ids(self, excerpts: Iterable[Excerpt]) -> bool:
        """Tells that each of these has an id, whatever it looks like."""
        return all(isinstance(found, str) and found != ABSENT for found in map(self._id, excerpts))

    def put_under(self, parent: str | None, excerpts: Iterable[Excerpt]) -> None:
        """Says where records were listed: slim items do not repeat it."""
        field = self.form.listing.parent_field
        if field is None:
            return
        slot = self._slot(field)
        for one in excerpts:
            if getattr(one, slot) == ABSENT:
                setattr(one, slot, parent)

    def columns_of(self, excerpts: Iterable[Excerpt]) -> Iterator[Sequence[Any]]:
        """The cells of the fields, then of the marks, a column each; UNSET is a mark that a record does not show."""
        return zip(*map(astuple, excerpts), strict=True)

    def _slot(self, name: str) -> str:
        return f"f{(*self.fields, *self.marks).index(name)}"

    def _decoded(self, decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:
        if _NUL in body:
            raise Unfit("it may hold what looks like a mark of ours")
        try:
            return decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Unfit(str(error)) from error

    def _settled(self, excerpts: list[Excerpt]) -> list[Excerpt]:
        """Turns the JSON text that the decoder left alone into cells."""
        for slot in self._texts:
            for one in excerpts:
                setattr(one, slot, _json_cell(getattr(one, slot)))
        return excerpts

    def _cell(self, name: str, record: Mapping[str, object]) -> str | None:
        if name in record:
            return encode_json(record[name]) if name in self.json else encode_text(record[name])
        holder = self._stand_ins.get(name)
        inside = None if holder is None else record.get(holder)
        if holder is None or not isinstance(inside, Mapping) or name not in inside:
            return ABSENT
        return encode_borrowed(inside[name], holder)


def _is_text(cell: object) -> bool:
    return isinstance(cell, str) and not cell.startswith(MARK)


def _marks(form: Resource) -> set[str]:
    return {mark for generation in form.generations for mark in generation.marks}


def _excerpt_type(fields: Sequence[str], marks: Sequence[str], json: frozenset[str]) -> type[Excerpt]:
    """The type that the decoder fills in: it skips every field that is not named here."""
    names = (*fields, *marks)
    slots: list[tuple[str, Any, Any]] = [
        (f"f{number}", Any, ABSENT) if name in fields and name not in json else (f"f{number}", Raw | UnsetType, UNSET)
        for number, name in enumerate(names)
    ]
    rename = {f"f{number}": name for number, name in enumerate(names)}
    return cast(type[Excerpt], msgspec.defstruct("Cells", slots, bases=(Excerpt,), rename=rename, gc=False))


def _page_type(excerpt: type[Excerpt]) -> type[Any]:
    return msgspec.defstruct("Page", [("items", list[excerpt]), ("nextCursor", Any, None)])  # type: ignore[valid-type]


def _json_cell(raw: Raw | UnsetType) -> str | None:
    if raw is UNSET:
        return ABSENT
    try:
        text = str(raw, "utf-8")
    except UnicodeDecodeError as error:
        raise Unfit(str(error)) from error
    return None if text == "null" else text
