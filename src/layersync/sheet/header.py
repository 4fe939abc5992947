"""From the header row to columns: what each is for, and every header that cannot be used."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from layersync.resources.field import Field
from layersync.resources.resource import Resource
from layersync.sheet.paths import NoPath, find_path, folded
from layersync.sheet.strangers import near_name, said_of_missing_key, said_of_unknown
from layersync.sheet.suggest import shown
from layersync.values.desired import Column, Role
from layersync.values.grid import Grid, letter
from layersync.values.problem import Problem, Severity
from layersync.values.rules import SheetRules

_SKIP_COLUMN = "_sync"
_OUTCOME_COLUMN = "_outcome"
_SILENT = ("_", "#")
_OTHERWISE = "if the column is something else, list it in ignore_columns"


class Use(Enum):
    """What a column of the sheet is there for."""

    KEY = auto()
    FIELD = auto()
    SKIP = auto()
    OUTCOME = auto()
    UNNAMED = auto()
    LEFT_OUT = auto()
    UNKNOWN = auto()
    WRONG = auto()


@dataclass(frozen=True, slots=True)
class Placed:
    """A column that states or checks a path: its index in the grid and the form of its cells."""

    index: int
    column: Column
    form: Field


@dataclass(frozen=True, slots=True)
class Heading:
    """One header cell, understood; `problem` is set for `UNKNOWN` and `WRONG`, `placed` for `FIELD`."""

    index: int
    text: str
    use: Use
    placed: Placed | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a sheet are for: the key's index, the fields, the index of the `_sync` column.

    `partial` tells that an `_outcome` column stands in the sheet. `key` is None only beside a problem that says so.
    """

    key: int | None
    placed: tuple[Placed, ...]
    skip: int | None
    partial: bool
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]


def read_header(rules: SheetRules, resource: Resource, grid: Grid, line: int) -> Layout:
    """Understands the header row of a grid, which starts at that physical line (reliability A15, A19, A20)."""
    reader = _HeaderReader(rules, resource, grid, line)
    headings = [reader.heading(index, text) for index, text in enumerate(grid.header)]
    found = [heading.problem for heading in headings if heading.problem is not None]
    found += [*reader.unnamed(headings), *reader.doubles(headings), *reader.nested(headings)]
    found += [*reader.missing(headings)]
    key = [heading.index for heading in headings if heading.use is Use.KEY]
    skip = [heading.index for heading in headings if heading.use is Use.SKIP]
    return Layout(
        key=key[0] if key else None,
        placed=tuple(heading.placed for heading in headings if heading.placed is not None),
        skip=skip[0] if skip else None,
        partial=any(heading.use is Use.OUTCOME for heading in headings),
        problems=tuple(problem for problem in found if problem.severity is Severity.ERROR),
        notices=tuple(problem for problem in found if problem.severity is not Severity.ERROR),
    )


class _HeaderReader:
    def __init__(self, rules: SheetRules, resource: Resource, grid: Grid, line: int) -> None:
        self._rules = rules
        self._resource = resource
        self._grid = grid
        self._line = line
        self._targets = {folded(header): target for header, target in rules.columns.items()}
        self._ignored = {folded(header) for header in rules.ignore_columns}
        self._expected = {folded(path) for path in rules.expect}

    def heading(self, index: int, text: str) -> Heading:
        """Understands one header cell."""
        target = self._targets.get(folded(text))
        name = folded(target or text)
        if not name:
            return Heading(index, text, Use.UNNAMED)
        if target is None and name in self._ignored:
            return Heading(index, text, Use.LEFT_OUT)
        if name.startswith(_SILENT):
            special = {_SKIP_COLUMN: Use.SKIP, _OUTCOME_COLUMN: Use.OUTCOME}
            return Heading(index, text, special.get(name, Use.LEFT_OUT))
        if name == folded(self._rules.key):
            return Heading(index, text, Use.KEY)
        return self._identity(index, text, name) or self._field(index, text, target)

    def _identity(self, index: int, text: str, name: str) -> Heading | None:
        form = self._resource
        identity = next((known for known in (*form.identity, *form.id_names) if folded(known) == name), None)
        if identity is None:
            return None
        field = form.id_field if identity in form.id_names else identity
        column = Column(identity, field, (), letter(index), text, Role.IDENTITY)
        return Heading(index, text, Use.FIELD, Placed(index, column, Field(name=field)))

    def _field(self, index: int, text: str, target: str | None) -> Heading:
        near = near_name(self._resource, self._rules.key, text) if target is None else None
        if near is not None:
            return self._wrong(index, text, self._no_field(text), f"did you mean {near}? {_OTHERWISE}")
        try:
            path = find_path(self._resource, target or text)
        except NoPath as reason:
            return self._wrong(index, text, f"{shown(text)} cannot be used: {reason}", _OTHERWISE)
        if path is None:
            return self._stranger(index, text)
        role = Role.EXPECTED if folded(path.text) in self._expected else Role.MANAGED
        column = Column(path.text, path.field.name, path.keys, letter(index), text, role)
        return Heading(index, text, Use.FIELD, Placed(index, column, path.form))

    def _stranger(self, index: int, text: str) -> Heading:
        field = text.partition(".")[0]  # what stands inside a read-only field is read-only, too
        if folded(field) in map(folded, self._resource.read_only):
            message = f"{shown(text)} is read-only in {self._resource.name}: it can't be changed through a sheet"
            return self._wrong(index, text, message, "remove the column, or list it in ignore_columns")
        message = said_of_unknown(self._resource, text)
        what_to_do = "to leave it out without a word, start its header with _ or list it in ignore_columns"
        if self._rules.unknown_columns_are_errors:
            return self._wrong(index, text, message, what_to_do)
        notice = self._problem(index, f"{message}; the column is left out", what_to_do, Severity.NOTICE)
        return Heading(index, text, Use.UNKNOWN, problem=notice)

    def unnamed(self, headings: Sequence[Heading]) -> Iterator[Problem]:
        """Tells of columns without a header: wrong if they hold anything, else left out."""
        empty = []
        for heading in headings:
            if heading.use is not Use.UNNAMED:
                continue
            if self._holds_data(heading.index):
                yield self._problem(heading.index, "the column has data but no header", "name it, or remove it")
            else:
                empty.append(letter(heading.index))
        if empty:
            message = f"columns without header and data were left out: {', '.join(empty)}"
            yield self._problem(None, message, "", Severity.NOTICE)

    def doubles(self, headings: Sequence[Heading]) -> Iterator[Problem]:
        """Tells of headers that mean the same column twice."""
        first: dict[tuple[Use, str], Heading] = {}
        for heading in headings:
            if heading.use in {Use.UNNAMED, Use.LEFT_OUT}:
                continue
            other = first.setdefault(_meaning(heading), heading)
            if other is not heading:
                message = f"columns {_both(other, heading)} mean the same: {_names(other, heading)}"
                yield self._problem(heading.index, message, "keep one of them")

    def nested(self, headings: Sequence[Heading]) -> Iterator[Problem]:
        """Tells of an object that stands both as a whole and key by key."""
        managed = [h for h in headings if h.placed is not None and h.placed.column.role is Role.MANAGED]
        by_path = {heading.placed.column.path: heading for heading in managed if heading.placed is not None}
        for path, heading in by_path.items():
            above = next((other for other in by_path if path.startswith(f"{other}.")), None)
            if above is not None:
                message = f"columns {_both(by_path[above], heading)} state {above} both as a whole and by its keys"
                yield self._problem(heading.index, message, "keep one of the two forms")

    def missing(self, headings: Sequence[Heading]) -> Iterator[Problem]:
        """Tells of columns that should be there."""
        if all(heading.use is not Use.KEY for heading in headings):
            message, what_to_do = said_of_missing_key(self._resource, self._rules, self._grid.header)
            yield self._problem(None, message, what_to_do)
        columns = [heading.placed.column for heading in headings if heading.placed is not None]
        there = {folded(column.path) for column in columns} | {folded(self._rules.key)}
        for path in self._rules.expect:
            if folded(path) not in there:
                yield self._problem(None, f"expect names {path}, but the sheet has no such column", "add the column")
        yield from self._unmet_rules(headings)
        if all(column.role is not Role.MANAGED for column in columns):
            yield self._problem(None, "no column of the sheet states a field: nothing can change", "", Severity.WARNING)

    def _unmet_rules(self, headings: Sequence[Heading]) -> Iterator[Problem]:
        there = {folded(heading.text) for heading in headings}
        for header in self._rules.columns:
            if folded(header) not in there:
                message = f"columns maps {shown(header)}, but the sheet has no such header"
                yield self._problem(None, message, "correct the mapping or the header", Severity.WARNING)

    def _holds_data(self, index: int) -> bool:
        return bool((self._grid.cells[letter(index)].str.strip_chars() != "").any())

    def _no_field(self, text: str) -> str:
        return f"{shown(text)} is not a field of {self._resource.name}"

    def _wrong(self, index: int, text: str, message: str, what_to_do: str) -> Heading:
        return Heading(index, text, Use.WRONG, problem=self._problem(index, message, what_to_do))

    def _problem(
        self, index: int | None, message: str, what_to_do: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        return Problem(
            message=message,
            what_to_do=what_to_do,
            severity=severity,
            source=self._grid.source,
            tab=self._grid.tab,
            row=self._rules.header_row,
            line=self._line,
            column=letter(index) if index is not None else None,
            header=self._grid.header[index] if index is not None else None,
        )


def _meaning(heading: Heading) -> tuple[Use, str]:
    if heading.placed is not None:
        return heading.use, heading.placed.column.path
    if heading.use in {Use.KEY, Use.SKIP, Use.OUTCOME}:
        return heading.use, ""
    plain = unicodedata.normalize("NFKC", heading.text).casefold()
    # spaces and invisible characters make no difference that a person could see
    seen = (char for char in plain if not char.isspace() and unicodedata.category(char) != "Cf")
    return Use.UNKNOWN, "".join(seen)


def _both(one: Heading, other: Heading) -> str:
    first, second = (f"{letter(heading.index)} ({heading.index + 1})" for heading in (one, other))
    return f"{first} and {second}"


def _names(one: Heading, other: Heading) -> str:
    return shown(one.text) if one.text == other.text else f"{shown(one.text)} and {shown(other.text)}"
