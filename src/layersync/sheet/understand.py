"""From a grid and its columns to what the sheet states: the rows, their states, every problem."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from layersync.resources.resource import Resource
from layersync.sheet.cells import read_cells
from layersync.sheet.finding import Finding, Note, placed
from layersync.sheet.header import Layout, Placed
from layersync.sheet.keys import duplicates, normal_key, read_ids, read_key
from layersync.sheet.paths import folded
from layersync.sheet.suggest import nearest
from layersync.values.desired import Column, Desired, Role, RowState
from layersync.values.grid import Grid, letter
from layersync.values.problem import Problem, Severity
from layersync.values.rules import SheetRules

_SKIP = "skip"


@dataclass(frozen=True, slots=True)
class _Understood:
    """What the cells of a grid say: `keys` are null throughout where the sheet has no key column."""

    keys: pl.Series
    skipped: pl.Series
    columns: tuple[pl.Series, ...]
    findings: tuple[Finding, ...]


def understand(
    rules: SheetRules, resource: Resource, grid: Grid, layout: Layout, key: int, marks: Collection[Finding] = ()
) -> Desired:
    """Reads every cell of the grid; `key` is the index of the key column.

    `marks` is what the format says of cells; nothing else is then said of those. Where `--only-fields` names none of
    these columns, no row is wanted.
    """
    read = _read(rules, resource, grid, layout)
    sought = _sought(rules, resource)
    nothing_asked = bool(rules.only_fields) and all(p.column.role is not Role.MANAGED for p in layout.placed)
    wanted = _wanted(sought, read.keys) & (not nothing_asked)
    partial = bool(sought) or nothing_asked
    findings = _of_rows(_with_marks(read.findings, marks), wanted & ~read.skipped)
    rows = pl.DataFrame(
        [
            grid.positions["row"].alias("_row"),
            grid.positions["line"].alias("_line"),
            read.keys.alias("_key"),
            grid.cells[letter(key)].alias("_key_text"),
            _states(findings, read.skipped),
            *read.columns,
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
        notices=(*grid.notices, *_blank_rows(grid), *layout.notices),
        partial=layout.partial or partial,
        missing_keys=_missing(sought, read.keys),
        clear_token=rules.clear_token,
    )


def _blank_rows(grid: Grid) -> Iterator[Problem]:
    """Tells how many rows were skipped because nothing stands in them (reliability A17)."""
    if grid.blank_rows:
        count = f"{grid.blank_rows:,} blank {'row was' if grid.blank_rows == 1 else 'rows were'}"
        yield Problem(message=f"{count} skipped", severity=Severity.NOTICE, source=grid.source, tab=grid.tab)


def wrong_cells(
    rules: SheetRules, resource: Resource, grid: Grid, layout: Layout, marks: Collection[Finding] = ()
) -> tuple[Problem, ...]:
    """Gives the errors of single cells in a sheet that can't be used as a whole: all is to be told at once."""
    read = _read(rules, resource, grid, layout)
    told = _wanted(_sought(rules, resource), read.keys) & ~read.skipped
    findings = _of_rows(_with_marks(read.findings, marks), told)
    return placed([finding for finding in findings if finding.severity is Severity.ERROR], grid)


def _read(rules: SheetRules, resource: Resource, grid: Grid, layout: Layout) -> _Understood:
    keys, found = _read_keys(rules, resource, grid, layout)
    skipped, strange = _skipped(grid, layout.skip)
    if layout.key is not None:
        found += duplicates(keys, grid.positions["row"], ~skipped, layout.key, rules.key)
    columns = [_read_column(place, grid, rules, resource) for place in layout.placed]
    findings = [*strange, *found, *(finding for _, findings in columns for finding in findings)]
    return _Understood(keys, skipped, tuple(values for values, _ in columns), tuple(findings))


def _read_keys(rules: SheetRules, resource: Resource, grid: Grid, layout: Layout) -> tuple[pl.Series, list[Finding]]:
    if layout.key is None:
        return pl.Series([None], dtype=pl.String).new_from_index(0, grid.cells.height), []
    keys = read_key(grid.cells[letter(layout.key)], resource, rules.key, layout.key)
    return keys.values, [*keys.findings]


def _read_column(
    place: Placed, grid: Grid, rules: SheetRules, resource: Resource
) -> tuple[pl.Series, tuple[Finding, ...]]:
    cells = grid.cells[place.column.letter]
    reading = (
        read_ids(cells, resource, place.index, place.column.path)
        if place.column.role is Role.IDENTITY
        else read_cells(cells, place, rules)
    )
    return reading.values.alias(place.column.path), reading.findings


def _sought(rules: SheetRules, resource: Resource) -> dict[str, str | None]:
    """The keys that `--key` names, as they are matched; null for a text that is none."""
    return {text: normal_key(text, resource, rules.key) for text in rules.only_keys}


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


def _with_marks(findings: Iterable[Finding], marks: Collection[Finding]) -> list[Finding]:
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
