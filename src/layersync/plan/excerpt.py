"""What a plan keeps of a record: the fields that matter to it, cut straight out of the API's JSON."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from layersync.plan.slots import (
    UNREADABLE,
    Excerpt,
    Unfit,
    excerpt_type,
    glance_type,
    page_type,
    raw_cell,
    text_cells,
)
from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import ABSENT, MARK, encode_borrowed, encode_json, encode_text, normal
from layersync.values.desired import Column, Role

_NUL = b"\\u0000"  # how JSON writes the character that our own marks start with
_LIKE_A_MARK = "it may hold what looks like a mark of ours"
_LOOKED_AT = 10_000  # bytes at the beginning of a page
_spelled_out = re.compile(rb"\\u").search


class Cut:
    """How the records of one job are cut down.

    `fields` are the API fields that are kept: those `told`, then those `stated`, of these text before objects; `json`
    are those among them that hold JSON. Of `marks` only the presence is
    kept: it tells a record's generation, and where to look for what a record does not show. `stated` are the fields
    that the sheet states as wholes: of a record in a page they are not read before they turn out to differ from it.
    `told` are the others: what records are found and named by, the stamp by which they tell that they changed, and
    objects of which the sheet states parts. `placed` keeps the stamp that says when a record was made.
    """

    def __init__(self, columns: Sequence[Column], form: Resource, key_field: str, *, placed: bool = False) -> None:
        self.columns = tuple(columns)
        self.form = form
        self.key_field = key_field
        parent = form.listing.parent_field
        self._stamp = form.listing.stamp
        self._made = form.listing.made if placed else None
        others = [name for name in (parent, self._stamp, self._made) if name is not None]
        wanted = (form.id_field, key_field, "name", *others, *(one.field for one in columns))
        fields = tuple(dict.fromkeys(wanted))
        json = {field.name for field in form.fields if field.is_json}
        wholes = _wholes(columns) - {form.id_field, key_field, parent}
        self.stated = tuple(sorted((name for name in fields if name in wholes), key=json.__contains__))
        self.told = tuple(name for name in fields if name not in wholes)
        self.fields = (*self.told, *self.stated)
        stand_ins = {field.name: field.stands_in for field in form.fields if field.stands_in is not None}
        self._stand_ins = {name: stand_ins[name] for name in self.fields if name in stand_ins}
        self.marks = tuple((_marks(form) | {*self._stand_ins.values()}) - set(self.fields))
        self.json = frozenset(json.intersection(fields))
        glance = glance_type(self.fields, self.marks, self.json, self.told)
        excerpt = excerpt_type(self.fields, self.marks, self.json)
        self._excerpt = excerpt
        self._one = msgspec.json.Decoder(excerpt)
        self._many = msgspec.json.Decoder(list[excerpt])  # type: ignore[valid-type]
        self._page = msgspec.json.Decoder(page_type(excerpt))
        self._page_at_a_glance = msgspec.json.Decoder(page_type(glance))
        self._id = attrgetter(self.slot(form.id_field))
        self._key = attrgetter(self.slot(key_field))
        self._told_texts = [attrgetter(self.slot(name)) for name in self.told if name not in self.json]
        self._texts = tuple(self.slot(name) for name in self.fields if name in self.json)
        self._borrowing = tuple((self.slot(name), self.slot(holder)) for name, holder in self._stand_ins.items())

    def page(self, body: bytes) -> tuple[list[Excerpt], object]:
        """Takes a page of a listing apart: its items, glances where that is enough, and `nextCursor`. Raises Unfit.

        Glances are given as they came, a line each: so a page that has more than one line is read. So is a page that
        spells characters out: who writes it does that everywhere, and nothing would be found to be the same.
        """
        if not _spelled_out(body, 0, _LOOKED_AT) and body.find(b"\n", 0, -2) < 0:
            page = _decoded(self._page_at_a_glance, body)
            if self._marked(page.items):
                raise Unfit(_LIKE_A_MARK)
            return page.items, page.nextCursor
        page = _read(self._page, body)
        return self._settled(page.items), page.nextCursor

    def record(self, body: bytes) -> Excerpt:
        """Reads one record. Raises Unfit."""
        [one] = self._settled([_read(self._one, body)])
        if any(getattr(one, slot) == ABSENT and getattr(one, inside) is not UNSET for slot, inside in self._borrowing):
            raise Unfit("what it does not show may stand inside a field that it does")
        return one

    def reread(self, texts: Sequence[bytes]) -> list[Excerpt]:
        """Reads records of which everything that matters is known to stand in its own field. Raises Unfit."""
        try:
            return self._settled(_read(self._many, b"[" + b",".join(texts) + b"]"))
        except Unfit:
            return [self._reread_one(text) for text in texts]

    def of(self, record: Mapping[str, object]) -> Excerpt:
        """Cuts down a record that was read as a whole."""
        cells = [self._cell(name, record) for name in self.fields]
        return self._excerpt(*cells, *(Raw() if name in record else UNSET for name in self.marks))

    def id_of(self, excerpt: Excerpt) -> str | None:
        """The record's id as the API writes it; None where there is none."""
        found = self._id(excerpt)
        return found if _is_text(found) else None

    @property
    def stamp(self) -> str | None:
        """The field by which a record tells that it changed; None where the resource has none."""
        return self._stamp

    def stamp_of(self, excerpt: Excerpt) -> str | None:
        """The record's stamp; None where it shows none."""
        return None if self._stamp is None else self.text_of(excerpt, self._stamp)

    def made_of(self, excerpt: Excerpt) -> str | None:
        """When the record was made; None where it does not say, or that is not kept."""
        return None if self._made is None else self.text_of(excerpt, self._made)

    def text_of(self, excerpt: Excerpt, field: str) -> str | None:
        """The text of a field; None for anything else that stands there."""
        [found] = text_cells([getattr(excerpt, self.slot(field))])
        return found if _is_text(found) else None

    def lines_of(self, excerpts: Iterable[Excerpt], at: Mapping[str, int]) -> list[int | None]:
        """Finds each record's line by its normalised key; None for those that `at` does not know.

        A text that is known there is in its normal form already.
        """
        keys = [*map(self._key, excerpts)]
        try:
            lines = [*map(at.get, keys)]
        except TypeError:  # no text, and nothing that could be looked up
            lines = [at.get(key) if type(key) is str else None for key in keys]
        if None not in lines:
            return lines
        return [at.get(self._normal(key)) if line is None else line for key, line in zip(keys, lines, strict=True)]

    def have_ids(self, excerpts: Iterable[Excerpt]) -> bool:
        """Tells that each of these has an id, whatever it looks like."""
        found = [*map(self._id, excerpts)]
        return {*map(type, found)} <= {str} and ABSENT not in found

    def put_under(self, parent: str | None, excerpts: Iterable[Excerpt]) -> None:
        """Says where records were listed: slim items do not repeat it."""
        field = self.form.listing.parent_field
        if field is None:
            return
        slot = self.slot(field)
        for one in excerpts:
            if getattr(one, slot) == ABSENT:
                setattr(one, slot, parent)

    def cells_of(self, field: str, excerpts: Sequence[Excerpt]) -> list[Any]:
        """The cells of a field, read where they were not yet. Raises Unfit for a value that nothing can hold."""
        slots = [*map(attrgetter(self.slot(field)), excerpts)]
        if field in self.json:
            return [raw_cell(slot) if isinstance(slot, Raw | UnsetType) else slot for slot in slots]
        return slots if field in self.told else text_cells(slots)

    def shown_by(self, mark: str, excerpts: Iterable[Excerpt]) -> list[bool]:
        """Tells which records show a mark."""
        return [found is not UNSET for found in map(attrgetter(self.slot(mark)), excerpts)]

    def slot(self, name: str) -> str:
        """The attribute of an excerpt that holds a field or a mark."""
        return f"f{(*self.fields, *self.marks).index(name)}"

    def _reread_one(self, text: bytes) -> Excerpt:
        try:
            return self._settled([_read(self._one, text)])[0]
        except Unfit:
            return self._read_carefully(text)

    def _read_carefully(self, text: bytes) -> Excerpt:
        try:
            return self.of(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise Unfit(str(error)) from error

    def _marked(self, excerpts: Sequence[Excerpt]) -> bool:
        """Tells that a text in `told` has our mark in it."""
        return any(_have_mark([*map(read, excerpts)]) for read in self._told_texts)

    def _normal(self, key: object) -> str:
        if type(key) is not str:
            return ""
        return normal_id(key, ANY_ID) or "" if self.key_field == self.form.id_field else str(normal(key))

    def _settled(self, excerpts: list[Excerpt]) -> list[Excerpt]:
        """Turns the JSON text that the decoder left alone into cells."""
        for slot in self._texts:
            for one in excerpts:
                setattr(one, slot, raw_cell(getattr(one, slot)))
        return excerpts

    def _cell(self, name: str, record: Mapping[str, object]) -> str | None:
        if name in record:
            return encode_json(record[name]) if name in self.json else encode_text(record[name])
        holder = self._stand_ins.get(name)
        inside = None if holder is None else record.get(holder)
        if holder is None or not isinstance(inside, Mapping) or name not in inside:
            return ABSENT
        return encode_borrowed(inside[name], holder)


def _read(decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:
    if _NUL in body:
        raise Unfit(_LIKE_A_MARK)
    return _decoded(decoder, body)


def _decoded(decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except UNREADABLE as error:
        raise Unfit(str(error)) from error


def _have_mark(told: Sequence[object]) -> bool:
    try:
        if MARK not in "".join(told):  # type: ignore[arg-type]
            return False
    except TypeError:  # no text: null, or what the API should not send
        pass
    # that very object stands for a field that is not there
    return MARK in "".join(one for one in told if isinstance(one, str) and one is not ABSENT)


def _is_text(cell: object) -> bool:
    return isinstance(cell, str) and not cell.startswith(MARK)


def _marks(form: Resource) -> set[str]:
    return {mark for generation in form.generations for mark in generation.marks}


def _wholes(columns: Sequence[Column]) -> set[str]:
    """The fields of which one column states all; ids are written in many ways and have to be read."""
    count = Counter(column.field for column in columns)
    return {one.field for one in columns if not one.keys and one.role is not Role.IDENTITY and count[one.field] == 1}
