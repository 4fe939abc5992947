"""Finds the row and the field that `--explain KEY[:FIELD]` asks about."""

from collections.abc import Sequence
from itertools import islice

import polars as pl

from layersync.errors import UsageError
from layersync.resources.resource import Resource
from layersync.sheet.keys import normal_key
from layersync.sheet.suggest import did_you_mean, nearest, shown
from layersync.values.desired import Desired
from layersync.values.explanation import Question

_COMPARED = 2_000  # keys that a mistyped one is compared with


def question_of(text: str, desired: Desired, form: Resource) -> Question | None:
    """Gives what the text asks of one sheet; None where no row has that key.

    A key may hold colons itself. Raises UsageError for a field that neither the sheet nor the resource has.
    """
    rows = _rows(text, desired, form)
    if rows:
        return Question(rows)
    key, colon, field = text.rpartition(":")
    rows = _rows(key, desired, form) if colon else ()
    return Question(rows, _path(field.strip(), desired, form)) if rows else None


def unknown_key(text: str, sheets: Sequence[Desired]) -> UsageError:
    """The error for a key that no sheet has, with the nearest that one has."""
    where = "the sheet" if len(sheets) == 1 else "any sheet"
    found = (nearest(word, _like(word, sheet)) for sheet in sheets for word in (text, text.rpartition(":")[0]) if word)
    near = next((key for key in found if key is not None), None)
    return UsageError(f"--explain {shown(text)}: no row of {where} has this key", did_you_mean(near))


def _rows(text: str, desired: Desired, form: Resource) -> tuple[int, ...]:
    key = normal_key(text, form, desired.key_field)
    written = desired.rows["_key_text"].str.strip_chars() == text.strip()
    there = written if key is None else written | (desired.rows["_key"] == key).fill_null(value=False)
    return tuple(desired.rows.filter(there.fill_null(value=False))["_row"]) if text.strip() else ()


def _path(field: str, desired: Desired, form: Resource) -> str:
    names = {column.path.lower(): column.path for column in desired.columns}
    names |= {column.header.strip().lower(): column.path for column in desired.columns}
    if field.lower() in names:
        return names[field.lower()]
    if form.has_path(field):
        return field
    near = nearest(field, (*names.values(), *(known.name for known in form.fields)))
    raise UsageError(f"--explain: {shown(field)} is no field of {form.name}", did_you_mean(near))


def _like(word: str, desired: Desired) -> list[str]:
    """Some keys that begin or end like the word."""
    texts = desired.rows.select(text=pl.col("_key_text").str.strip_chars())
    alike = pl.col("text").str.starts_with(word[:3]) | pl.col("text").str.ends_with(word[-3:])
    return list(islice(texts.filter(alike)["text"], _COMPARED))
