"""From the name in a header to the field path that it means."""

import unicodedata
from typing import NamedTuple

from layersync.resources.field import Field, Kind
from layersync.resources.resource import Resource


class Path(NamedTuple):
    """A dotted path into a record, spelled as the API does, and the form of what it holds."""

    text: str
    field: Field
    keys: tuple[str, ...]
    form: Field


class NoPath(ValueError):
    """A name that leads nowhere although its first part names a field."""


def folded(name: str) -> str:
    """Gives the form in which two headers are the same: case, surrounding space and the Unicode form don't matter."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def find_path(resource: Resource, name: str) -> Path | None:
    """Finds the editable path that a header names, `personality.humor` included.

    Field names and declared keys are found whatever their case; a key that is not declared is data and stays as
    written. Gives None if the first part is no editable field; raises NoPath if the rest doesn't fit it.
    """
    first, *rest = (part.strip() for part in unicodedata.normalize("NFC", name).split("."))
    field = next((field for field in resource.fields if field.name.casefold() == first.casefold()), None)
    if field is None:
        return None
    form, keys = field, []
    for part in rest:
        form = _below(form, part, field)
        keys.append(form.name)
    return Path(".".join((field.name, *keys)), field, tuple(keys), form)


def _below(form: Field, part: str, top: Field) -> Field:
    if not part:
        raise NoPath("a part of the dotted name is empty")
    # an open key may hold an object of its own, and has no declared keys
    is_object = form.kind is Kind.OBJECT or (form is not top and form not in top.keys)
    if not is_object:
        raise NoPath(f"{form.name} is not an object, nothing stands below it")
    declared = next((key for key in form.keys if key.name.casefold() == part.casefold()), None)
    if declared is None and form.kind is Kind.OBJECT and not form.open_keys:
        raise NoPath(f"{form.name} has no key {part}")
    return declared or form.key(part)
