"""The grammar of cells that hold free text: sent as typed, in NFC, inside the limits of the field."""

from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from layersync.resources.field import Field
from layersync.sheet.damage import has_invisible, hidden
from layersync.sheet.finding import Finding, Note
from layersync.sheet.header import Placed
from layersync.sheet.masks import among, beyond_ascii
from layersync.values.problem import Severity

_TAB: Final = Note("the cell holds a tab character", "replace it by a space")
_CHANGEABLE: Final = r"[^\x00-\x{2ff}]"
_SPACES: Final = Note("the text begins or ends with space, and is sent so", "remove the space", Severity.WARNING)


def read_text(given: pl.DataFrame, place: Placed, *, limited: bool) -> tuple[pl.Series, tuple[Finding, ...]]:
    """Reads the columns `at` and `cell` of `given` as free text; lengths count only where `limited`.

    CRLF and CR inside a cell become LF. Gives the values in the order of `given`.
    """
    texts = in_nfc(given["cell"].str.replace_all("\r\n?", "\n"))
    at = given["at"]
    tabs = texts.str.contains("\t", literal=True) & (not place.form.multiline)
    findings = [
        *_told(at, texts, tabs, place, lambda _: _TAB),
        *_told(at, texts, has_invisible(texts), place, _unseen),
        *_told(at, texts, texts != texts.str.strip_chars(" \u00a0"), place, lambda _: _SPACES),
    ]
    if limited:
        findings += _lengths(at, texts, place)
    return pl.select(pl.when(~tabs).then(texts)).to_series(), tuple(findings)


def in_nfc(texts: pl.Series) -> pl.Series:
    """Gives the texts in the Unicode form in which they are compared and sent (reliability B5)."""
    # normalising is dear, and no character below the combining marks is changed by it
    changeable = among(texts, beyond_ascii(texts), lambda t: t.str.contains(_CHANGEABLE)).arg_true()
    return (
        texts.clone().scatter(changeable, texts.gather(changeable).str.normalize("NFC")) if len(changeable) else texts
    )


def _lengths(at: pl.Series, texts: pl.Series, place: Placed) -> Iterator[Finding]:
    form, lengths = place.form, texts.str.len_chars()
    if form.min_length:
        yield from _told(at, texts, lengths < form.min_length, place, lambda text: _too_short(form, text))
    if form.max_length is not None:
        yield from _told(at, texts, lengths > form.max_length, place, lambda text: _too_long(form, text))
    if form.usual_length is not None:
        yield from _told(at, texts, lengths > form.usual_length, place, lambda text: _unusual(form, text))


def _told(
    at: pl.Series, texts: pl.Series, mask: pl.Series, place: Placed, word: Callable[[str], Note]
) -> Iterator[Finding]:
    for row, text in zip(at.filter(mask), texts.filter(mask), strict=True):
        note = word(text)
        yield Finding(row, place.index, note, place.column.path if note.limit else None)


def _too_short(form: Field, text: str) -> Note:
    return Note(f"the text has {len(text)} characters, at least {form.min_length} are needed", "write more", limit=True)


def _too_long(form: Field, text: str) -> Note:
    return Note(
        f"the text has {len(text):,} characters, at most {form.max_length:,} are allowed", "shorten it", limit=True
    )


def _unusual(form: Field, text: str) -> Note:
    message = f"the text has {len(text):,} characters; new records may have {form.usual_length:,}"
    return Note(message, "the API may refuse it: shorten it", Severity.WARNING)


def _unseen(text: str) -> Note:
    return Note(
        f"the text holds a character that cannot be seen ({hidden(text)}), and is sent so",
        "type the text again",
        Severity.WARNING,
    )
