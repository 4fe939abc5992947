"""The types that the JSON decoder fills in, a slot for each field, and how what stands in a slot becomes a cell."""

from collections.abc import Collection, Sequence
from typing import Any, cast

import msgspec
from msgspec import UNSET, Raw, UnsetType

from layersync.values.cell import ABSENT

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)  # what a decoder may raise

_read = msgspec.json.Decoder().decode


class Excerpt(msgspec.Struct, gc=False):
    """The cells of one record, as `values.cell` writes live ones, in the order of `Cut.fields`.

    In a text field there may still be a value of another kind, a number say, as JSON has it.
    """


class Glance(Excerpt, gc=False):
    """A record of a page that was only looked at.

    What is in `Cut.stated` is JSON that was not read yet, or UNSET where the record does not show the field.
    """


class Unfit(ValueError):
    """JSON that the quick way does not read: read it as a whole and give the records to `Cut.of`."""


def excerpt_type(fields: Sequence[str], marks: Sequence[str], json: Collection[str]) -> type[Excerpt]:
    """The type of records that are read; the decoder skips every field that is not named here."""
    forms = {name: (Raw | UnsetType, UNSET) if name in json else (Any, ABSENT) for name in fields}
    return cast(type[Excerpt], _type(Excerpt, {**forms, **dict.fromkeys(marks, (Raw | UnsetType, UNSET))}))


def glance_type(
    fields: Sequence[str], marks: Sequence[str], json: Collection[str], told: Collection[str]
) -> type[Glance]:
    """The type of records that are looked at."""
    now = {name: (Raw | UnsetType, UNSET) if name in json else (Any, ABSENT) for name in told}
    forms = {name: now.get(name, (Raw | UnsetType, UNSET)) for name in (*fields, *marks)}
    return cast(type[Glance], _type(Glance, forms))


def line_type(texts: Collection[str], objects: Collection[str]) -> type[Excerpt]:
    """The type of a record of which only the objects are read."""
    forms = dict.fromkeys(texts, (Raw | UnsetType, UNSET)) | dict.fromkeys(objects, (Any, UNSET))
    return cast(type[Excerpt], _type(Excerpt, forms))


def page_type(excerpt: type[Excerpt]) -> type[Any]:
    """The type of a page of such records."""
    return msgspec.defstruct("Page", [("items", list[excerpt]), ("nextCursor", Any, None)])  # type: ignore[valid-type]


def text_cells(slots: Sequence[Any]) -> list[Any]:
    """The cells of a text field: those that were not read yet are, all at once. Raises Unfit."""
    unread = [slot for slot in slots if isinstance(slot, Raw)]
    values = iter(_values(unread) if unread else ())
    return [ABSENT if slot is UNSET else next(values) if isinstance(slot, Raw) else slot for slot in slots]


def raw_cell(raw: Raw | UnsetType) -> str | None:
    """The cell of a field that holds JSON, spelled as the API does. Raises Unfit."""
    if raw is UNSET:
        return ABSENT
    try:
        text = str(raw, "utf-8")
    except UnicodeDecodeError as error:
        raise Unfit(str(error)) from error
    return None if text == "null" else text


def _values(raws: Sequence[Raw]) -> list[Any]:
    try:
        return cast(list[Any], _read(b"[" + b",".join(raws) + b"]"))
    except UNREADABLE as error:
        raise Unfit(str(error)) from error


def _type(base: type[Excerpt], forms: dict[str, tuple[Any, Any]]) -> type[Any]:
    slots = [(f"f{number}", kind, default) for number, (kind, default) in enumerate(forms.values())]
    rename = {f"f{number}": name for number, name in enumerate(forms)}
    return msgspec.defstruct("Cells", slots, bases=(base,), rename=rename, gc=False)
