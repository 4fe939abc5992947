"""The exact comparison of one row with its record: which paths differ, and what stands in the way of sending them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import NamedTuple

from layersync.plan.patch import patch_of, value_at, with_kept_keys
from layersync.resources.field import Field, Kind, Write
from layersync.resources.resource import Generation, Resource
from layersync.values.cell import ABSENT, CLEAR, decode_json, decode_text, holder_of, same
from layersync.values.change import Edit
from layersync.values.desired import Column, Role
from layersync.values.words import in_words

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a row that differs is not sent: `state` is a `PlanState`, `column` the cell that stands in the way."""

    state: str
    column: Column
    message: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing one row with its record came to: edits to send, or everything that stands in their way.

    `record` has the live values of the fields that may differ.
    """

    edits: tuple[Edit, ...]
    record: Mapping[str, object]
    objections: tuple[Objection, ...] = ()


class Pair(NamedTuple):
    """A cell of a sheet that is not blank, and what is live in its field, as `values.cell` writes both."""

    column: Column
    cell: str
    live: str | None


def compare_row(
    row: int,
    pairs: Sequence[Pair],
    columns: tuple[Column, ...],
    form: Resource,
    generation: Generation | None = None,
) -> Comparison:
    """Compares the cells of a row that may differ (`diff.candidates`) with what is live; `columns` are all of them.

    `generation` is that of the record, None where it is not known.
    """
    record = record_of({column.field: live for column, _, live in pairs}, form)
    absent: list[Column] = []
    objections: list[Objection] = []
    edits: list[Edit] = []
    for column, cell, live in pairs:
        if live == ABSENT and column.role is not Role.IDENTITY:
            absent.append(column)
            continue
        objection = _objection(row, column, cell, live, record, form) or _refused(column, cell, generation)
        if objection is not None:
            objections.append(objection)
        elif column.role is Role.MANAGED:
            edits.extend(_told(edit, live) for edit in edits_of(column, cell, record, form, generation))
    if absent:
        objections.append(_not_shown(absent, form))
    if objections:
        return Comparison((), record, tuple(objections))
    return Comparison(tuple(edits), record, _too_large(edits, record, columns, form))


def _told(edit: Edit, live: str | None) -> Edit:
    """Says where the live value stands, if not in its own field (API facts, 8.4)."""
    holder = holder_of(live)
    if holder is None:
        return edit
    notes = (edit.note, f"the live value is from {holder}")
    return replace(edit, note="; ".join(note for note in notes if note))


def record_of(live: Mapping[str, str | None], form: Resource) -> dict[str, object]:
    """Reads live cells, by field, back as values."""
    return {name: decode_json(cell) if form.holds_json(name) else decode_text(cell) for name, cell in live.items()}


def _objection(
    row: int, column: Column, cell: str, live: str | None, record: Mapping[str, object], form: Resource
) -> Objection | None:
    if column.role is Role.IDENTITY:
        return None if cell == live else _other_record(row, column, cell, live)
    if column.keys and _blocked(column, record):
        return Objection(
            "invalid",
            column,
            f"{column.path} leads through a live value that is no object",
            f"state the whole of {column.field} as JSON, or correct the path",
        )
    if column.role is Role.EXPECTED:
        expected, found = desired_value(column, cell, record, form), _live_value(column, record)
        return None if same(expected, found) else _unexpected(row, column, expected, found)
    return None


def _not_shown(columns: Sequence[Column], form: Resource) -> Objection:
    """One for all of them: it is the same for every row of the sheet."""
    fields = ", ".join(dict.fromkeys(column.field for column in columns))
    return Objection(
        "held",
        columns[0],
        f"the live {form.noun} does not show {fields}: another generation of the API",
        "leave these cells blank, or ask the API's owner which fields this organisation has",
    )


def _refused(column: Column, cell: str, generation: Generation | None) -> Objection | None:
    """What the sheet may say, but the record's own generation does not take."""
    field = generation.field(column.field) if generation and not column.keys else None
    if field is None or column.role is not Role.MANAGED:
        return None
    if cell == CLEAR:
        return None if field.nullable else _not_taken(column, f"{field.name} cannot be cleared here", field)
    return None if cell in field.choices else _not_taken(column, f"{field.name} does not take this here", field)


def _not_taken(column: Column, message: str, field: Field) -> Objection:
    told = f"{message}: this organisation has the newer generation of the API"
    return Objection("invalid", column, told, f"use one of {', '.join(field.choices)}")


def _other_record(row: int, column: Column, cell: str, live: str | None) -> Objection:
    return Objection(
        "conflict",
        column,
        f"row {row} says {column.path} {cell}, the record has {live}: was a column sorted alone?",
        "sort the rows as a whole, or correct the key",
    )


def _unexpected(row: int, column: Column, desired: object, live: object) -> Objection:
    return Objection(
        "conflict",
        column,
        f"row {row} says {in_words(desired)}, the record is {in_words(live)}: was a column sorted alone?",
        f"sort the rows as a whole, or correct {column.path} or the key",
    )


def _blocked(column: Column, record: Mapping[str, object]) -> bool:
    parents = (value_at(record, column.field, column.keys[:depth]) for depth in range(len(column.keys)))
    return any(parent is not None and not isinstance(parent, Mapping) for parent in parents)


def edits_of(
    column: Column, cell: str, record: Mapping[str, object], form: Resource, generation: Generation | None
) -> Iterator[Edit]:
    """Gives what setting the column to `cell` changes of the record: `before` is live, `after` what the cell means."""
    field, live = form.field(column.field), _live_value(column, record)
    if field.aliases and cell == field.aliases.get(str(live)):
        return
    desired = _spelled(desired_value(column, cell, record, form), field, generation)
    stated: list[tuple[tuple[str, ...], object, object]]
    if field.write is Write.MERGE and not column.keys and isinstance(desired, Mapping):
        stated = [((key,), value_at(record, field.name, (key,)), value) for key, value in desired.items()]
    else:
        stated = [(column.keys, live, desired)]
    for keys, before, after in stated:
        if not same(before, after):
            yield Edit(field.name, keys, before, after, _note(field, keys, after), column.letter)


def _spelled(desired: object, field: Field, generation: Generation | None) -> object:
    """A choice as the record's generation writes it."""
    spellings = generation.spellings.get(field.name, {}) if generation else {}
    return spellings.get(desired, desired) if isinstance(desired, str) else desired


def _note(field: Field, keys: tuple[str, ...], after: object) -> str:
    if keys or not field.effects:
        return ""
    return "; ".join(effect.note for effect in field.effects if effect.follows(after))


def _live_value(column: Column, record: Mapping[str, object]) -> object:
    return value_at(record, column.field, column.keys)


def desired_value(column: Column, cell: str, record: Mapping[str, object], form: Resource) -> object:
    """Gives the JSON value that a cell means for this record."""
    if cell == CLEAR:
        return None
    field = form.field(column.field)
    if not column.keys:
        value = json.loads(cell) if field.is_json else cell
        return with_kept_keys(value, record.get(field.name), field) if isinstance(value, dict) else value
    key = field.key(column.keys[0])
    if key.kind is Kind.LIST and len(column.keys) == 1:
        return json.loads(cell)
    return _typed_like(_live_value(column, record), cell) if field.write is Write.REPLACE else cell


def _typed_like(live: object, text: str) -> object:
    """Gives free-form text the JSON type of the live value, where it parses as one (contract, section 3)."""
    if isinstance(live, bool):
        return {"true": True, "false": False}.get(text.lower(), text)
    if isinstance(live, int | float) and _NUMBER.fullmatch(text):
        return _number(text)
    return text


def _number(text: str) -> object:
    """The number that JSON text is; the text where nothing can hold it."""
    try:
        number = json.loads(text)
        return number if isfinite(number) else text
    except (ValueError, OverflowError):  # more digits than Python reads, or than a float has room for
        return text


def _too_large(
    edits: list[Edit], record: Mapping[str, object], columns: tuple[Column, ...], form: Resource
) -> tuple[Objection, ...]:
    limited = [edit for edit in edits if form.field(edit.field).max_bytes is not None]
    if not limited:
        return ()
    found = []
    for name, value in patch_of(limited, record, form).items():
        limit = form.field(name).max_bytes
        size = len(_compact(value).encode(errors="surrogatepass"))
        if limit is not None and size > limit:
            column = next(column for column in columns if column.field == name)
            message = f"{name} would be {size:,} bytes with this change; the API takes {limit:,}"
            found.append(Objection("invalid", column, message, "shorten it"))
    return tuple(found)
