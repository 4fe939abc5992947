"""Cells of live records as columns."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from layersync.errors import StoppedEarly
from layersync.plan.spelling import tidy
from layersync.resources.ident import ANY_ID, id_pattern
from layersync.values.cell import ABSENT, MARK, canonical, encode_text

# an exponent of two digits is too large after 210 digits; for polars \d is any digit of Unicode: 300 such take 17 ms
_LARGE_NUMBER = r"[0-9][eE]\+?[0-9]{2}|[0-9]{300}"
_ANY_ID = id_pattern(ANY_ID)


def text_column(cells: Sequence[Any]) -> pl.Series:
    """A column of text; the few values of other kinds, which the API should not send, are marked as such."""
    try:
        return pl.Series(cells, dtype=pl.String)
    except TypeError:
        return pl.Series([cell if isinstance(cell, str) else encode_text(cell) for cell in cells], dtype=pl.String)


def json_column(name: str, cells: Sequence[str | None], resource: str, *, parted: bool) -> pl.Series:
    """A column of JSON, tidied where parts of it are compared. Raises StoppedEarly for a number that is too large."""
    if parted:
        cells = [cell if cell is None or cell == ABSENT else tidy(cell) or cell for cell in cells]
    texts = pl.Series(cells, dtype=pl.String)
    for text in texts.filter(texts.str.contains(_LARGE_NUMBER)):
        _refuse_endless(name, text, resource)
    return texts


def shows(cells: pl.Series) -> pl.Series:
    """Tells which records show the field."""
    return cells.ne_missing(ABSENT)


def without_absent(cells: pl.Series) -> pl.Series:
    """An absent field as null."""
    return cells.set(~shows(cells), None)


def texts_alone(cells: pl.Series) -> pl.Series:
    """What is to be shown to a person: whatever is no plain text as null."""
    return cells.set(cells.str.starts_with(MARK).fill_null(value=False), None)


def normal_ids(cells: pl.Series) -> pl.Series:
    """`ident.normal_id`, of a whole column; an absent field stays absent."""
    ids = cells.str.extract(_ANY_ID, 1)
    bare = ids.str.to_lowercase().zip_with(ids.str.contains("-", literal=True), ids)
    return cells.zip_with(~shows(cells), bare)


def damaged(reason: str, resource: str) -> StoppedEarly:
    """Words records that nothing can be made of."""
    return StoppedEarly(f"the listing of {resource} is damaged: {reason}", "run again later; tell Layers if it stays")


def _refuse_endless(name: str, text: str, resource: str) -> None:
    try:
        canonical(json.loads(text))
    except ValueError:
        raise damaged(f"a number in {name} is too large", resource) from None
