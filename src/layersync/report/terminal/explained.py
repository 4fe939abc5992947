"""The answer to `--explain`: a row, cell by cell, with the rule that decided."""

from collections.abc import Iterator
from typing import Final

from rich.text import Text

from layersync.report.runner import no_commands
from layersync.report.show import show
from layersync.report.terminal.wrap import wrapped
from layersync.resources import RESOURCES
from layersync.values.explanation import CellExplained, RowExplained, Rule, Said
from layersync.values.report import Report

_INDENT: Final = "    "
_LABEL: Final = 15
_QUIET: Final = frozenset({Rule.BLANK, Rule.EQUAL, Rule.EQUAL_VALUE, Rule.ONLY_COMPARED, Rule.NO_COLUMN})


def explained_text(report: Report, *, width: int = 80) -> Iterator[Text]:
    """For each explained row its state, and for each cell three values and what decided."""
    yield from no_commands(_lines(report, width))


def _lines(report: Report, width: int) -> Iterator[Text]:
    for job in report.jobs:
        for row in job.plan.explained if job.plan else ():
            yield Text()
            yield from _row_lines(row, job.job, width)
    yield Text()


def _row_lines(row: RowExplained, job: str, width: int) -> Iterator[Text]:
    noun = RESOURCES[row.resource].noun if row.resource in RESOURCES else row.resource
    name = f'  "{show(row.name, 40)}"' if row.name else ""
    state = row.state.replace("_", " ")
    yield Text(f"{noun}  {show(row.key, 60)}{name}  row {row.row} of {show(job, 40)}: {state}", style="bold")
    yield from wrapped(row.message, _INDENT, _INDENT, width)
    for cell in row.cells:
        yield from _cell_lines(cell, width)


def _cell_lines(cell: CellExplained, width: int) -> Iterator[Text]:
    place = f"  {cell.cell}" if cell.cell else ""
    yield Text(f"{_INDENT}{show(cell.field, 80)}{place}")
    if cell.rule is not Rule.NO_COLUMN:
        yield from _value_lines("sheet", cell.desired, "(blank)", width)
        yield from _value_lines("live", cell.live, "(not read, or not shown)", width)
        yield from _value_lines("last agreed", cell.last_agreed, "(nothing)", width)
    arrow = f"{_INDENT}  → "
    yield from wrapped(cell.why, arrow, " " * len(arrow), width, style="" if cell.rule in _QUIET else "yellow")


def _value_lines(label: str, said: Said | None, nobody: str, width: int) -> Iterator[Text]:
    if said is None:
        told = nobody
    elif said.value is None:
        told = "(empty)"
    else:
        told = f'"{show(said.value, 400)}"' if isinstance(said.value, str) else show(said.value, 400)
    first = f"{_INDENT}  {label}".ljust(len(_INDENT) + _LABEL)
    yield from wrapped(told, first, " " * len(first), width)
