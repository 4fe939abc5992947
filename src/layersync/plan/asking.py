"""What is asked of the API while a sheet is read for, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from layersync.plan.slots import Excerpt

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class GetRecord:
    """Read one record in full."""

    key: str
    id: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Take one record as it was when it was read in full; `id` is normalised. No request is made."""

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


Read = GetRecord | Recall | Lookup | ListPage


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The answer to `ListPage` and `Lookup`."""

    items: Sequence[Item]
    cursor: str | None
    read_at: float


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to `GetRecord` and `Recall`; `read_at` is None for a record that this run did not read."""

    record: Excerpt
    read_at: float | None


@dataclass(frozen=True, slots=True)
class NotFound:
    """The API has no such record, or no such parent; of what is remembered, it can't be used."""


Answer = Page[Excerpt] | Found | NotFound
