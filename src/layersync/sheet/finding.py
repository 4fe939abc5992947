"""A finding: something to say of one cell of a grid, and how findings become problems with a place."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from layersync.values.grid import Grid, letter
from layersync.values.problem import Problem, Severity


class Note(NamedTuple):
    """What is wrong with a value and what to do; `limit` marks a broken limit of the API."""

    message: str
    what_to_do: str = ""
    severity: Severity = Severity.ERROR
    limit: bool = False


class Finding(NamedTuple):
    """A note on the cell at line `at` of the grid (from 0) and at the column with that index.

    `limit_of` names the path whose limit the cell breaks.
    """

    at: int
    column: int
    note: Note
    limit_of: str | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.note.severity


def placed(findings: Collection[Finding], grid: Grid) -> tuple[Problem, ...]:
    """Gives the findings as problems with row, line, column, header and value, ordered by row and column."""
    if not findings:
        return ()
    letters = [letter(column) for column in range(len(grid.header))]
    ordered = sorted(findings, key=lambda finding: (finding.at, finding.column))
    rows, lines = (grid.positions[name].gather([f.at for f in ordered]).to_list() for name in ("row", "line"))
    values = _values(ordered, grid)
    return tuple(
        Problem(
            message=finding.note.message,
            what_to_do=finding.note.what_to_do,
            severity=finding.note.severity,
            source=grid.source,
            tab=grid.tab,
            row=row,
            line=line,
            column=letters[finding.column],
            header=grid.header[finding.column],
            value=values[finding.at, finding.column],
            limit_of=finding.limit_of,
        )
        for finding, row, line in zip(ordered, rows, lines, strict=True)
    )


def _values(findings: Iterable[Finding], grid: Grid) -> dict[tuple[int, int], str]:
    wanted: dict[int, set[int]] = defaultdict(set)
    for finding in findings:
        wanted[finding.column].add(finding.at)
    values: dict[tuple[int, int], str] = {}
    for column, places in wanted.items():
        at = sorted(places)
        cells = grid.cells[letter(column)].gather(at).to_list()
        values.update(zip(((place, column) for place in at), cells, strict=True))
    return values
