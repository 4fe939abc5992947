"""The way of a sheet through this room: bytes, grid, columns, cells."""

from dataclasses import replace

from layersync.errors import InputUnusable
from layersync.resources.resource import Resource
from layersync.sheet.delimited import Sheet, read_delimited
from layersync.sheet.finding import Finding
from layersync.sheet.fit import check_fit
from layersync.sheet.header import Layout, read_header
from layersync.sheet.keys import is_id
from layersync.sheet.magic import refuse_other_formats
from layersync.sheet.marks import marked
from layersync.sheet.refusal import refusal, where
from layersync.sheet.source import read_source
from layersync.sheet.structure import broken_lines, swallowed_rows
from layersync.sheet.understand import missing_fields, narrowed, understand, wrong_cells
from layersync.sheet.workbooks.workbook import is_workbook, read_workbook
from layersync.values.desired import Desired
from layersync.values.problem import Problem
from layersync.values.rules import SheetRules
from layersync.values.source_name import source_name


def read_sheet(rules: SheetRules, resource: Resource, raw: bytes | None = None) -> Desired:
    """Reads and checks the sheet of one job: `raw` where it was received already, else from this machine.

    Raises InputUnusable, with every problem of the structure, where the sheet can't be used as a whole; UsageError
    where the rules don't fit the resource. What is wrong with single cells is in `problems` of the result.
    """
    check_fit(rules, resource)
    if raw is None:
        raw = read_source(rules.source, rules.max_bytes)
    rules = replace(rules, source=source_name(rules.source))
    refuse_other_formats(rules.source, raw)
    sheet = read_workbook(rules, raw) if is_workbook(raw) else read_delimited(rules, resource, raw)
    layout = read_header(rules, resource, sheet.grid, sheet.header_line)
    lines = () if sheet.marks else _faults_of_lines(rules, resource, sheet, layout)
    problems = (*layout.problems, *sheet.problems, *lines)
    if layout.key is None or problems:
        used = narrowed(rules, layout)
        cells = wrong_cells(rules, resource, sheet.grid, used, _marks(rules, resource, sheet, used))
        raise _unusable(problems, cells)
    if sheet.grid.cells.is_empty():
        raise _no_rows(rules, sheet)
    used = narrowed(rules, layout)
    desired = understand(rules, resource, sheet.grid, used, layout.key, _marks(rules, resource, sheet, used))
    return replace(desired, missing_fields=missing_fields(rules, layout))


def _marks(rules: SheetRules, resource: Resource, sheet: Sheet, layout: Layout) -> tuple[Finding, ...]:
    return tuple(marked(sheet.marks, rules, resource, sheet.grid, layout)) if sheet.marks else ()


def _faults_of_lines(rules: SheetRules, resource: Resource, sheet: Sheet, layout: Layout) -> tuple[Problem, ...]:
    multiline = frozenset(place.index for place in layout.placed if place.form.multiline)
    found = broken_lines(sheet.grid, multiline, sheet.special)
    if layout.key is None or not is_id(resource, rules.key):
        return found
    pattern = "|".join(resource.id_forms)
    return (*found, *swallowed_rows(sheet.grid, multiline, sheet.special, layout.key, pattern))


def _no_rows(rules: SheetRules, sheet: Sheet) -> InputUnusable:
    return refusal(
        Problem(
            message="the sheet has 0 data rows below its header",
            what_to_do="check the export that wrote it",
            source=rules.source,
            tab=sheet.grid.tab,
            row=rules.header_row,
            line=sheet.header_line,
        )
    )


def _unusable(problems: tuple[Problem, ...], cells: tuple[Problem, ...]) -> InputUnusable:
    """Names the first thing that is wrong with the structure; a row where something is says nothing of its cells."""
    broken = {problem.row for problem in problems}
    cells = tuple(problem for problem in cells if problem.row not in broken)
    first = min(problems, key=_place)
    ordered = sorted((*problems, *cells), key=_place)
    left = len(ordered) - 1
    more = f" (and {left} more {'problem' if left == 1 else 'problems'})" if left else ""
    return InputUnusable(f"{where(first)}: {first.message}{more}", first.what_to_do, ordered)


def _place(problem: Problem) -> tuple[int, int]:
    return problem.row or 0, problem.line or 0
