"""The grammar of cells that hold free text: sent as typed, in NFC, inside the limits of the field."""

from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from layersync.resources.field import Field
from layersync.sheet.damage import has_invisible, hidden
from layersync.sheet.finding import Finding, Note
from layersync.sheet.header import Placed
from layersync.values.desired import Role
from layersync.values.problem import Severity

# which texts are spoken of, and how
_Check = tuple[pl.Expr, Callable[[str], Note]]

_TAB: Final = Note("the cell holds a tab character", "replace it by a space")
_CHANGEABLE: Final = r"[^\x00-\x{2ff}]"


def read_text(given: pl.DataFrame, place: Placed) -> tuple[pl.Series, tuple[Finding, ...]]:
    """Reads the columns `at` and `cell` of `given` as free text; lengths count only where it may be sent.

    CRLF and CR inside a cell become LF. Gives the values in the order of `given`.
    """
    sent = place.column.role is Role.MANAGED
    checks = [*_looks(place.form, "sent" if sent else "compared"), *(_lengths(place.form) if sent else ())]
    texts = given.select("at", text=in_nfc(_with_plain_line_ends(given["cell"])))
    masks = texts.select(mask.alias(str(number)) for number, (mask, _) in enumerate(checks))
    findings = []
    for mask, (_, word) in zip(masks, checks, strict=True):
        for at, text in texts.filter(mask).iter_rows() if mask.any() else ():
            note = word(text)
            findings.append(Finding(at, place.index, note, place.column.path if note.limit else None))
    return texts.select(pl.when(~_tabbed(place.form)).then("text")).to_series(), tuple(findings)


def in_nfc(texts: pl.Series) -> pl.Series:
    """Gives the texts in the Unicode form in which they are compared and sent (reliability B5)."""
    # normalising is dear, and no character below the combining marks is changed by it
    beyond = (texts.str.len_bytes() != texts.str.len_chars()).arg_true()
    changeable = beyond.filter(texts.gather(beyond).str.contains(_CHANGEABLE))
    if changeable.is_empty():
        return texts
    return texts.clone().scatter(changeable, texts.gather(changeable).str.normalize("NFC"))


def _with_plain_line_ends(texts: pl.Series) -> pl.Series:
    has_others = texts.str.contains("\r", literal=True).any()
    return texts.str.replace_all("\r\n?", "\n") if has_others else texts


def _looks(form: Field, done: str) -> Iterator[_Check]:
    """`done` is what is done with the text: it is sent, or compared only."""
    text = pl.col("text")
    spaces = Note(f"the text begins or ends with space, and is {done} so", "remove the space", Severity.WARNING)
    yield _tabbed(form), lambda _: _TAB
    yield has_invisible(text), lambda text: _unseen(text, done)
    yield text != text.str.strip_chars(" \u00a0"), lambda _: spaces


def _tabbed(form: Field) -> pl.Expr:
    return pl.lit(not form.multiline) & pl.col("text").str.contains("\t", literal=True)


def _lengths(form: Field) -> Iterator[_Check]:
    length = pl.col("text").str.len_chars()
    if form.min_length:
        yield length < form.min_length, lambda text: _too_short(form, text)
    if form.max_length is not None:
        yield length > form.max_length, lambda text: _too_long(form, text)
    if form.usual_length is not None:
        yield length > form.usual_length, lambda text: _unusual(form, text)


def _too_short(form: Field, text: str) -> Note:
    characters = "character" if len(text) == 1 else "characters"
    return Note(
        f"the text has {len(text)} {characters}, at least {form.min_length} are needed", "write more", limit=True
    )


def _too_long(form: Field, text: str) -> Note:
    return Note(
        f"the text has {len(text):,} characters, at most {form.max_length:,} are allowed", "shorten it", limit=True
    )


def _unusual(form: Field, text: str) -> Note:
    message = f"the text has {len(text):,} characters; new records may have {form.usual_length:,}"
    return Note(message, "the API may refuse it: shorten it", Severity.WARNING)


def _unseen(text: str, done: str) -> Note:
    return Note(
        f"the text holds a character that cannot be seen ({hidden(text)}), and is {done} so",
        "type the text again",
        Severity.WARNING,
    )
