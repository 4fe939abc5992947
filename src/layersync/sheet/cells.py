"""The cell grammar: one column of text cells to desired values, and everything to say of its cells."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import polars as pl

from layersync.resources.field import Kind
from layersync.sheet.composed import understand_list, understand_object
from layersync.sheet.damage import is_error, is_strange, is_twice_encoded, is_unseen
from layersync.sheet.finding import Finding, Note
from layersync.sheet.freetext import read_text
from layersync.sheet.header import Placed
from layersync.sheet.masks import among, at_most
from layersync.sheet.words import Rationed, Understood, suggest_word, understand_word
from layersync.values.cell import CLEAR
from layersync.values.desired import Role
from layersync.values.rules import SheetRules

# spaces, capitals and backslashes that a cell may have over the clear token and still be told apart from text
_SLACK: Final = 32


class _Mark(StrEnum):
    """What a cell is where it is not simply a value."""

    ERROR = "error"
    UNSEEN = "unseen"
    TWICE_ENCODED = "twice encoded"
    CLEAR = "clear"
    NEARLY_CLEAR = "nearly clear"
    ESCAPED = "escaped"


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
    given = pl.DataFrame({"cell": texts}).with_row_index("at").filter(pl.col("cell").str.strip_chars() != "")
    marked = _marked(given, rules.clear_token)
    refused = _refused(marked, place, rules.clear_token) if len(marked) else ()
    cleared = marked["at"].filter((marked["mark"] == _Mark.CLEAR.value) & pl.Series([place.form.nullable]))
    given = _freed(given, marked)
    stated = _read_given(given, place, rules)
    return Reading(_spread(stated.values, given["at"], cleared, len(texts)), (*refused, *stated.findings))


def _refused(marked: pl.DataFrame, place: Placed, token: str) -> Iterator[Finding]:
    refusals = _refusals(place, token)
    refused = marked.filter(pl.col("mark").is_in(list(refusals)))
    return (Finding(at, place.index, refusals[mark]) for at, mark in refused.select("at", "mark").iter_rows())


def _spread(values: pl.Series, at: pl.Series, cleared: pl.Series, rows: int) -> pl.Series:
    """Gives every row its value, `CLEAR` or null."""
    if len(values) == rows:
        return values
    return pl.Series([None], dtype=pl.String).new_from_index(0, rows).scatter(cleared, CLEAR).scatter(at, values)


def _marked(given: pl.DataFrame, token: str) -> pl.DataFrame:
    """Gives the columns `at`, `trimmed`, `mark` of the cells that are damaged, or have to do with the clear token."""
    # what has no strange characters and begins like neither an error value nor the token is not marked
    cell = pl.col("cell")
    suspect = cell.str.contains(rf"\A\s*[#LlE\\{_initials(token)}]") | is_strange(cell)
    suspects = given.filter(suspect).select("at", trimmed=cell.str.strip_chars())
    if suspects.is_empty():
        return suspects.with_columns(mark=pl.lit(""))
    tests = _tests(token)
    marked = suspects.with_columns(**tests).filter(pl.any_horizontal(*tests))
    first_mark = pl.coalesce(pl.when(mark).then(pl.lit(mark)) for mark in tests)
    return marked.select("at", "trimmed", mark=first_mark)


def _initials(token: str) -> str:
    """Gives what may stand between the brackets of an expression for the first character of the token."""
    return re.escape(token[0].lower() + token[0].upper())


def _freed(given: pl.DataFrame, marked: pl.DataFrame) -> pl.DataFrame:
    """Leaves the marked cells out, except those that escape the token: they lose the backslash that says so."""
    if marked.is_empty():
        return given
    text = pl.col("trimmed").str.slice(1).alias("cell")
    escaped = marked.filter(pl.col("mark") == _Mark.ESCAPED.value).select("at", text)
    return pl.concat([given.join(marked, on="at", how="anti"), escaped]).sort("at")


def _tests(token: str) -> dict[str, pl.Expr]:
    """Tells which cells have a mark; where several fit, the first counts."""
    text = pl.col("trimmed")
    short = at_most(text, len(token.encode()) + _SLACK) & text.str.contains(rf"\A[\\{_initials(token)}]")
    squeezed = among(text, short, lambda t: t.str.replace_all(r"\s", "").str.to_lowercase() == token.lower())
    escaped = among(text, short, lambda t: t.str.contains(rf"\A\\+(?i:{re.escape(token)})\z"))
    return {
        _Mark.ERROR.value: is_error(text),
        _Mark.UNSEEN.value: is_unseen(text),
        _Mark.TWICE_ENCODED.value: is_twice_encoded(text),
        _Mark.CLEAR.value: text == token,
        _Mark.NEARLY_CLEAR.value: squeezed,
        _Mark.ESCAPED.value: escaped,
    }


def _refusals(place: Placed, token: str) -> dict[str, Note]:
    """Gives what is said of the marked cells that are no value."""
    as_text = f"write {token} to clear the field, or \\{token} for the text itself"
    refusals = {
        _Mark.ERROR: Note("the cell holds an error value of the spreadsheet", "correct the formula, or type the value"),
        _Mark.UNSEEN: Note("the cell looks blank but holds characters that cannot be seen", "empty the cell"),
        _Mark.TWICE_ENCODED: Note(
            "the text was read in a wrong encoding before it came here",
            "type the cell again, and save the sheet as UTF-8",
        ),
        _Mark.NEARLY_CLEAR: Note(f"the cell is almost {token}", as_text),
    }
    if not place.form.nullable:
        why = f"{place.column.path} cannot be cleared"
        refusals[_Mark.CLEAR] = Note(why, "leave the cell blank to leave the field alone")
    return {mark.value: note for mark, note in refusals.items()}


def _read_given(given: pl.DataFrame, place: Placed, rules: SheetRules) -> Reading:
    if given.is_empty():
        return Reading(given["cell"], ())
    if place.form.kind is Kind.TEXT:
        return Reading(*read_text(given, place))
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
