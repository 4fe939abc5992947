"""The grammar of keys and ids: only a whole match of the id grammar is a key, everything else says why it is none."""

import re
import unicodedata
from typing import Final, NamedTuple

import polars as pl

from layersync.resources.ident import IdForm, id_pattern, normal_id
from layersync.resources.resource import Resource
from layersync.sheet.damage import hidden, is_error, is_error_text, is_twice_encoded, looks_like_formula, plain
from layersync.sheet.finding import Finding, Note
from layersync.sheet.freetext import in_nfc
from layersync.sheet.suggest import shown
from layersync.values.problem import Severity

_SPACES: Final = Note("spaces around the value were removed", "", Severity.NOTICE)
_AS_TEXT: Final = "format the column as text and enter the id again"
_NO_KEY: Final = "enter the key; layersync changes records, it does not create them"

_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_DECIMAL: Final = re.compile(r"[+-]?\d+[.,]\d+")
_NUMBER: Final = re.compile(r"[+-]?\d+")
_DATE: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?|\d{1,2}[-. ][A-Za-z]{3}[-. ]?\d{0,4}")
_SUSPECT: Final = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\A[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+\z"
_NAMED: Final = 5
_NAMES: Final = {IdForm.UUID: "UUID", IdForm.ULID: "ULID"}


class Keys(NamedTuple):
    """Normalised keys, null where a cell holds none, and what to say of the cells."""

    values: pl.Series
    findings: tuple[Finding, ...]


def read_ids(texts: pl.Series, resource: Resource, index: int, called: str) -> Keys:
    """Reads a column of ids, `called` that in messages; blank cells are null and not spoken of."""
    text = pl.col("trimmed")
    read = _trimmed(texts)
    prefixed = read["trimmed"].str.contains("_", literal=True).any()
    bare = text.str.replace(r"\A[a-z]+_", "") if prefixed else text
    key = pl.when(text.str.contains("-", literal=True)).then(bare.str.to_lowercase()).otherwise(bare)
    read = read.with_columns(key=pl.when(text.str.contains(id_pattern(resource.id_forms))).then(key))
    wrong = read.filter(pl.col("key").is_null() & (pl.col("trimmed") != "")).select("at", "trimmed")
    findings = [Finding(at, index, _why_no_id(text, resource, called)) for at, text in wrong.iter_rows()]
    return Keys(read["key"], (*findings, *_spaces(read, index)))


def read_key(texts: pl.Series, resource: Resource, key: str, index: int) -> Keys:
    """Reads the key column: ids where the key is the id, else text (contract, section 3)."""
    keys = (
        read_ids(texts, resource, index, f"{resource.noun} id")
        if is_id(resource, key)
        else _read_text_keys(texts, index)
    )
    blank = (texts.str.strip_chars() == "").arg_true()
    missing = Note(f"the row has no {key}", _NO_KEY)
    return Keys(keys.values, (*keys.findings, *(Finding(at, index, missing) for at in blank)))


def normal_key(text: str, resource: Resource, key: str) -> str | None:
    """Gives the normalised form of one key, as a person types it; None if it is none."""
    if is_id(resource, key):
        return normal_id(text.strip(), resource.id_forms)
    return unicodedata.normalize("NFC", text.strip()) or None


def is_id(resource: Resource, key: str) -> bool:
    """Tells whether the key is an id of the API rather than a text of the customer."""
    return key == resource.id_field


def duplicates(keys: pl.Series, rows: pl.Series, counted: pl.Series, index: int, key: str) -> tuple[Finding, ...]:
    """Finds keys that stand in several of the `counted` rows; each row names the others (reliability B12)."""
    frame = pl.DataFrame({"key": keys, "row": rows}).with_row_index("at")
    frame = frame.filter(counted & keys.is_not_null()).filter(pl.col("key").is_duplicated())
    groups = frame.group_by("key", maintain_order=True).agg("at", "row").select("at", "row")
    return tuple(
        Finding(at, index, _duplicate(key, row, same))
        for ats, same in groups.iter_rows()
        for at, row in zip(ats, same, strict=True)
    )


def _read_text_keys(texts: pl.Series, index: int) -> Keys:
    trimmed = _trimmed(texts)
    text = pl.col("text")
    suspect = is_error(text) | is_twice_encoded(text) | text.str.contains(_SUSPECT)
    read = trimmed.with_columns(text=in_nfc(trimmed["trimmed"]))
    read = read.with_columns(key=pl.when(~suspect & (text != "")).then(text))
    wrong = read.filter(pl.col("key").is_null() & (pl.col("trimmed") != "")).select("at", "trimmed")
    findings = [Finding(at, index, _why_no_key(text)) for at, text in wrong.iter_rows()]
    return Keys(read["key"], (*findings, *_spaces(read, index)))


def _trimmed(texts: pl.Series) -> pl.DataFrame:
    cells = pl.DataFrame({"cell": texts}).with_row_index("at")
    return cells.with_columns(trimmed=pl.col("cell").str.strip_chars())


def _spaces(read: pl.DataFrame, index: int) -> list[Finding]:
    spaced = read.filter(pl.col("key").is_not_null() & (pl.col("cell") != pl.col("trimmed")))
    return [Finding(at, index, _SPACES) for at in spaced["at"]]


def _why_no_key(text: str) -> Note:
    unseen = hidden(text)
    if unseen is not None:
        return Note(f"the key holds a character that cannot be seen ({unseen})", "type the key again")
    if _SCIENTIFIC.fullmatch(text):
        return Note("the key was damaged by the spreadsheet: a number in scientific notation", _AS_TEXT)
    return Note("the key was damaged by the spreadsheet or by a wrong encoding", _AS_TEXT)


def _why_no_id(text: str, resource: Resource, called: str) -> Note:
    """Says why a text is no id, by the way in which spreadsheets and people damage ids (reliability B2-B4, B6)."""
    unseen = hidden(text)
    if unseen is not None:
        return Note(f"the id holds a character that cannot be seen ({unseen})", "type or paste the id again")
    damage = _spreadsheet_damage(text)
    if damage is not None:
        return Note(f"the id was damaged by the spreadsheet: {damage}", _AS_TEXT)
    repaired = _repaired(text, resource)
    what_to_do = f"did you mean {repaired}?" if repaired is not None else "copy the id from the API or the dashboard"
    return Note(f"{shown(text)} is not {_article(called)}: {_defect(text, resource)}", what_to_do)


def _spreadsheet_damage(text: str) -> str | None:
    shapes = (
        (_SCIENTIFIC, "a number in scientific notation"),
        (_DECIMAL, "a number with decimals"),
        (_NUMBER, "a plain number"),
        (_DATE, "a date"),
    )
    if is_error_text(text):
        return "an error value"
    return next((what for shape, what in shapes if shape.fullmatch(text)), None)


def _defect(text: str, resource: Resource) -> str:
    expected = " or ".join(_NAMES[form] for form in resource.id_forms)
    if looks_like_formula(text):
        return "it starts like a formula"
    if text.startswith("'") or plain(text) != text:
        return "it holds quotes or dashes that no id has"
    other = next((form for form in IdForm if form not in resource.id_forms and normal_id(text, [form])), None)
    if other is not None:
        return f"it is a {_NAMES[other]}, a {expected} is needed"
    return f"it is no {expected}"


def _repaired(text: str, resource: Resource) -> str | None:
    bare = re.sub(r"[\s{}'\"]", "", plain(text).replace("\N{NON-BREAKING HYPHEN}", "-"))
    prefix, _, rest = bare.rpartition("_")
    attempts = (bare, f"{prefix.lower()}_{rest}", bare.upper(), _with_dashes(bare))
    return next((attempt for attempt in attempts if normal_id(attempt, resource.id_forms)), None)


def _with_dashes(text: str) -> str:
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"


def _duplicate(key: str, row: int, same: list[int]) -> Note:
    others = len(same) - 1
    named = ", ".join([str(other) for other in same[: _NAMED + 1] if other != row][:_NAMED])
    more = f" and {others - _NAMED} more" if others > _NAMED else ""
    rows = "row" if others == 1 else "rows"
    return Note(f"the same {key} stands in {rows} {named}{more}", "keep one row for each record")
