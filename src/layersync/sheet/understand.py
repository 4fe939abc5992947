"""From a grid and its columns to what the sheet states: the rows, their states, every problem."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from layersync.resources.resource import Resource
from layersync.sheet.cells import read_cells
from layersync.sheet.finding import Finding, Note, placed
from layersync.sheet.header import Layout
from layersync.sheet.keys import duplicates, normal_key, read_ids, read_key
from layersync.sheet.paths import folded
from layersync.sheet.suggest import nearest
from layersync.values.desired import Column, Desired, Role, RowState
from layersync.values.grid import Grid, letter
from layersync.values.problem import Severity
from layersync.values.rules import SheetRules

_SKIP = "skip"


def understand(
    rules: SheetRules, resource: Resource, grid: Grid, layout: Layout, key: int, marks: Collection[Finding] = ()
) -> Desired:
    """Reads every cell of the grid; `key` is the index of the key column.

    `marks` is what the format says of cells; nothing else is then said of those. Where `--only-fields` names none of
    these columns, no row is wanted.
    """
    texts = grid.cells[letter(key)]
    keys = read_key(texts, resource, rules.key, key)
    skipped, findings = _skipped(grid, layout.skip)
    findings += [*keys.findings, *duplicates(keys.values, grid.positions["row"], ~skipped, key, rules.key)]
    columns: list[pl.Series] = []
    for place in layout.placed:
        cells = grid.cells[place.column.letter]
        reading = (
            read_ids(cells, resource, place.index, place.column.path)
            if place.column.role is Role.IDENTITY
            else read_cells(cells, place, rules)
        )
        columns.append(reading.values.alias(place.column.path))
        findings += reading.findings
    sought = {text: normal_key(text, resource, rules.key) for text in rules.only_keys}
    nothing_asked = bool(rules.only_fields) and all(p.column.role is not Role.MANAGED for p in layout.placed)
    wanted = _wanted(sought, keys.values) & (not nothing_asked)
    partial = bool(sought) or nothing_asked
    findings = _of_rows(_with_marks(findings, marks), wanted & ~skipped)
    rows = pl.DataFrame(
        [
            grid.positions["row"].alias("_row"),
            grid.positions["line"].alias("_line"),
            keys.values.alias("_key"),
            texts.alias("_key_text"),
            _states(findings, skipped),
            *columns,
        ]
    )
    return Desired(
        job=rules.job,
        resource=resource.name,
        key_field=rules.key,
        key_letter=letter(key),
        grid=grid,
        columns=tuple(place.column for place in layout.placed),
        rows=rows.filter(wanted) if partial else rows,
        problems=placed(findings, grid),
        notices=(*grid.notices, *layout.notices),
        partial=layout.partial or partial,
        missing_keys=_missing(sought, keys.values),
        clear_token=rules.clear_token,
    )


def narrowed(rules: SheetRules, layout: Layout) -> Layout:
    """Leaves out the managed columns that `--only-fields` does not name."""
    if not rules.only_fields:
        return layout
    managed = _managed(layout)
    kept = {column.letter for name in rules.only_fields for column in _columns_named(name, managed)}
    wanted = (p for p in layout.placed if p.column.role is not Role.MANAGED or p.column.letter in kept)
    return replace(layout, placed=tuple(wanted))


def missing_fields(rules: SheetRules, layout: Layout) -> dict[str, str]:
    """Gives the names of `--only-fields` that are no managed column, each with the nearest that is one, or blank."""
    managed = _managed(layout)
    known = dict.fromkeys([*(column.path for column in managed), *(column.field for column in managed)])
    absent = (name for name in rules.only_fields if not _columns_named(name, managed))
    return {name: nearest(name, known) or "" for name in absent}


def _managed(layout: Layout) -> list[Column]:
    return [place.column for place in layout.placed if place.column.role is Role.MANAGED]


def _columns_named(name: str, columns: Sequence[Column]) -> list[Column]:
    """The columns that a person means by a path, a field or a header; where none is written so, case doesn't matter."""
    like = folded(name)
    ways: tuple[Callable[[Column], bool], ...] = (
        lambda column: name in {column.path, column.field},
        lambda column: like in {folded(column.path), folded(column.field)},
        lambda column: like == folded(column.header),
    )
    return next((found for means in ways if (found := [*filter(means, columns)])), [])


def _skipped(grid: Grid, column: int | None) -> tuple[pl.Series, list[Finding]]:
    """Marks the rows with `skip` in the `_sync` column; any other word there is a finding."""
    if column is None:
        return pl.Series([False]).new_from_index(0, grid.cells.height), []
    words = grid.cells[letter(column)].str.strip_chars().str.to_lowercase()
    note = Note(f"a _sync column holds nothing but {_SKIP}", f"write {_SKIP}, or leave the cell blank")
    strange = ((words != "") & (words != _SKIP)).arg_true()
    return words == _SKIP, [Finding(at, column, note) for at in strange]


def _wanted(sought: Mapping[str, str | None], keys: pl.Series) -> pl.Series:
    if not sought:
        return pl.repeat(True, len(keys), dtype=pl.Boolean, eager=True)
    return keys.is_in([key for key in sought.values() if key is not None]).fill_null(value=False)


def _missing(sought: Mapping[str, str | None], keys: pl.Series) -> tuple[str, ...]:
    there = set(keys.filter(_wanted(sought, keys))) if sought else set()
    return tuple(text for text, key in sought.items() if key not in there)


def _with_marks(findings: list[Finding], marks: Collection[Finding]) -> list[Finding]:
    places = {(mark.at, mark.column) for mark in marks}
    return [*marks, *(finding for finding in findings if (finding.at, finding.column) not in places)]


def _of_rows(findings: Iterable[Finding], told: pl.Series) -> list[Finding]:
    told_rows = told.to_list()
    return [finding for finding in findings if told_rows[finding.at]]


def _states(findings: Iterable[Finding], skipped: pl.Series) -> pl.Series:
    """Gives every row its state: invalid by any error, limit where all its errors are broken limits."""
    # values, not members: polars makes categories of an enum, and every room reads plain text
    states = pl.repeat(RowState.OK.value, len(skipped), dtype=pl.String, eager=True)
    states = states.scatter(skipped.arg_true(), RowState.SKIPPED.value)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    limits = sorted({finding.at for finding in errors if finding.note.limit})
    wrong = sorted({finding.at for finding in errors if not finding.note.limit})
    return states.scatter(limits, RowState.LIMIT.value).scatter(wrong, RowState.INVALID.value).alias("_state")
