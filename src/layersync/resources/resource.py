"""The form that a resource fills in: everything the other rooms need to know of it."""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field

from layersync.resources.field import Field
from layersync.resources.ident import IdForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How records are listed.

    `path` may hold `{parent}`, filled with the id in the column `parent_field` of the sheet. `page_limit` is the
    largest page. `lookups` maps a key field to the query parameter that finds the one record with that value.
    `may_hide` are the filters (field, value) that bring out records which a listing without them may hide. `stamp` is
    the field, of items and of records, that moves with every change of a record, `made` the one that says when it was
    made: the newest are listed first.
    """

    path: str
    page_limit: int
    parent_field: str | None = None
    lookups: Mapping[str, str]
    may_hide: tuple[tuple[str, str], ...] = ()
    stamp: str | None = None
    made: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One documentation generation of a resource, told by the fields that its full records show (API facts, 8.1-8.3).

    `fields` are the forms that differ in it; `spellings` maps a field's choices to how this generation writes them.
    """

    name: str
    marks: frozenset[str]
    fields: tuple[Field, ...] = ()
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def field(self, name: str) -> Field | None:
        """The form of a field where this generation has one of its own."""
        return next((candidate for candidate in self.fields if candidate.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of record that the API holds.

    `key_fields` are those that a sheet may match by; `identity` the ids that may stand beside the key (checked, never
    sent), `id_names` other names under which the id may stand there; `read_only` the fields of a record that a sheet
    can't change; `item_path` holds `{id}`. `read_scope` and `write_scope` are what a key needs. `fields` are those of
    all `generations` together: a sheet may have any of them, a record has those of its own generation.
    """

    name: str
    noun: str
    id_field: str
    id_forms: tuple[IdForm, ...]
    key_fields: tuple[str, ...]
    identity: tuple[str, ...]
    item_path: str
    listing: Listing
    fields: tuple[Field, ...]
    read_only: tuple[str, ...]
    id_names: tuple[str, ...] = ()
    generations: tuple[Generation, ...] = ()
    read_scope: str = ""
    write_scope: str = ""
    _by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Files the fields by name: each is looked up many times for every row."""
        object.__setattr__(self, "_by_name", {one.name: one for one in self.fields})

    def lacking(self, scopes: Collection[str], *, writes: bool) -> tuple[str, ...]:
        """The scopes that a key with `scopes` lacks; a key that names none tells nothing (API facts, 8.15)."""
        needed = dict.fromkeys((self.read_scope, self.write_scope) if writes else (self.read_scope,))
        if not scopes or "*" in scopes:
            return ()
        return tuple(scope for scope in needed if scope and scope not in scopes)

    def completed(self, record: Mapping[str, object]) -> Mapping[str, object]:
        """The record with the fields that it shows inside another one only (`Field.stands_in`)."""
        found = {
            field.name: inside[field.name]
            for field in self.fields
            if field.stands_in is not None and field.name not in record
            if isinstance(inside := record.get(field.stands_in), Mapping) and field.name in inside
        }
        return {**record, **found} if found else record

    def field(self, name: str) -> Field:
        """The form of a field; KeyError for a name that is none."""
        return self._by_name[name]

    def holds_json(self, name: str) -> bool:
        """True for a field whose value is JSON rather than text; an id beside the fields is text."""
        return name in self._by_name and self._by_name[name].is_json

    def has_path(self, path: str) -> bool:
        """Tells whether a dotted path leads to a field, or to a key inside one that holds an object."""
        name, *keys = path.split(".")
        field = self._by_name.get(name)
        return field is not None and all(keys) and (not keys or field.write is not None)

    def generation(self, record: Container[str]) -> Generation | None:
        """The generation that a record's fields tell; None for a slim item, which shows no mark of any."""
        told = (one for one in self.generations if any(mark in record for mark in one.marks))
        return next(told, None)
