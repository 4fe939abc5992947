"""The cell grammar: one column of text cells to desired values, and everything to say of its cells."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from layersync.resources.field import Kind
from layersync.sheet.composed import understand_list, understand_object
from layersync.sheet.damage import is_error, is_twice_encoded, is_unseen
from layersync.sheet.finding import Finding, Note
from layersync.sheet.freetext import read_text
from layersync.sheet.header import Placed
from layersync.sheet.masks import among, at_most
from layersync.sheet.words import Rationed, Understood, suggest_word, understand_word
from layersync.values.cell import CLEAR
from layersync.values.desired import Role
from layersync.values.rules import SheetRules

_DAMAGED: Final = Note("the cell holds an error value of the spreadsheet", "correct the formula, or type the value")
_TWICE_ENCODED: Final = Note(
    "the text was read in a wrong encoding before it came here", "type the cell again, and save the sheet as UTF-8"
)


_UNSEEN: Final = Note("the cell looks blank but holds characters that cannot be seen", "empty the cell")
_DAMAGES: Final = ((is_error, _DAMAGED), (is_unseen, _UNSEEN), (is_twice_encoded, _TWICE_ENCODED))
# spaces, capitals and backslashes that a cell may have over the clear token and still be told apart from text
_SLACK: Final = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """A column understood: one String per row as `values.cell` writes desired values, null where there is none."""

    values: pl.Series
    findings: tuple[Finding, ...]


def read_cells(texts: pl.Series, place: Placed, rules: SheetRules) -> Reading:
    """Reads the cells of one column (contract, section 3; reliability 2.B).

    Blank is null and `rules.clear_token` is `CLEAR`; all else is read by the kind of the field. A cell that is wrong
    is null, one that only breaks a limit keeps its value.
    """
    given = pl.DataFrame({"cell": texts}).with_row_index("at")
    given = given.with_columns(trimmed=pl.col("cell").str.strip_chars()).filter(pl.col("trimmed") != "")
    findings: list[Finding] = []
    for mark, note in _DAMAGES:
        damaged = mark(given["trimmed"])
        findings += [Finding(at, place.index, note) for at in given["at"].filter(damaged)]
        given = given.filter(~damaged)
    cleared, given, notes = _clears(given, place, rules.clear_token)
    stated = _read_given(given, place, rules)
    values = pl.repeat(None, len(texts), dtype=pl.String, eager=True)
    values = values.scatter(cleared, CLEAR).scatter(given["at"], stated.values)
    return Reading(values, (*findings, *notes, *stated.findings))


def _clears(given: pl.DataFrame, place: Placed, token: str) -> tuple[pl.Series, pl.DataFrame, list[Finding]]:
    """Takes out the cells that say "set to null", and frees those that only mean the token itself."""
    trimmed = given["trimmed"]
    exact = trimmed == token
    short = at_most(trimmed, len(token.encode()) + _SLACK)
    alike = ~exact & among(trimmed, short, lambda t: t.str.replace_all(r"\s", "").str.to_lowercase() == token.lower())
    escaped = among(trimmed, short, lambda t: t.str.contains(rf"\A\\+(?i:{re.escape(token)})\z"))
    nullable = place.form.nullable
    findings = [Finding(at, place.index, _nearly(token)) for at in given["at"].filter(alike)]
    if not nullable:
        findings += [Finding(at, place.index, _not_nullable(place)) for at in given["at"].filter(exact)]
    cleared = given["at"].filter(exact) if nullable else given["at"].clear()
    freed = pl.when(escaped).then(trimmed.str.slice(1)).otherwise(pl.col("cell"))
    return cleared, given.with_columns(cell=freed).filter(~exact & ~alike), findings


def _nearly(token: str) -> Note:
    return Note(f"the cell is almost {token}", f"write {token} to clear the field, or \\{token} for the text itself")


def _not_nullable(place: Placed) -> Note:
    return Note(f"{place.column.path} cannot be cleared", "leave the cell blank to leave the field alone")


def _read_given(given: pl.DataFrame, place: Placed, rules: SheetRules) -> Reading:
    if given.is_empty():
        return Reading(given["cell"], ())
    if place.form.kind is Kind.TEXT:
        limited = place.column.role is Role.MANAGED
        return Reading(*read_text(given.select("at", "cell"), place, limited=limited))
    return _by_distinct(given, place, _grammar(place, rules))


def _grammar(place: Placed, rules: SheetRules) -> Callable[[str], Understood]:
    expected = place.column.role is Role.EXPECTED
    form = replace(place.form, max_bytes=None) if expected else place.form
    if form.kind is Kind.OBJECT:
        return lambda cell: understand_object(form, cell)
    if form.kind is Kind.LIST:
        return lambda cell: understand_list(cell, rules.list_separator)
    if expected:
        # a live record may hold a word that today's vocabulary does not
        return lambda cell: Understood(unicodedata.normalize("NFC", cell.strip()))
    suggest = Rationed(suggest_word)
    return lambda cell: understand_word(form, cell, suggest)


def _by_distinct(given: pl.DataFrame, place: Placed, understand: Callable[[str], Understood]) -> Reading:
    """Reads every distinct cell once."""
    distinct = given["cell"].unique(maintain_order=True)
    understood = dict(zip(distinct, map(understand, distinct), strict=True))
    meanings = pl.Series([meaning.value for meaning in understood.values()], dtype=pl.String)
    values = given["cell"].replace_strict(distinct, meanings, return_dtype=pl.String)
    return Reading(values, tuple(_told(given, place, understood)))


def _told(given: pl.DataFrame, place: Placed, understood: dict[str, Understood]) -> Iterator[Finding]:
    noted = [cell for cell, meaning in understood.items() if meaning.notes]
    for at, cell in given.filter(pl.col("cell").is_in(noted)).select("at", "cell").iter_rows():
        for note in understood[cell].notes:
            yield Finding(at, place.index, note, place.column.path if note.limit else None)
