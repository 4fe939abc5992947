"""The blocks of the diff: what one row would change, or what is wrong with it."""

from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len
from rich.text import Text

from layersync.report.drifted import drift_sentence, moved
from layersync.report.rows import Row
from layersync.report.sentence import sentence
from layersync.report.show import show
from layersync.report.terminal.excerpt import Excerpt
from layersync.report.terminal.sides import sides
from layersync.report.terminal.wrap import wrapped
from layersync.resources import RESOURCES
from layersync.values.change import Edit
from layersync.values.drift import OnDrift
from layersync.values.outcome import Word
from layersync.values.problem import Problem, Severity

INDENT: Final = "    "

_SIGNS: Final = {
    Word.CHANGED: ("~", "yellow"),
    Word.WOULD_CHANGE: ("~", "yellow"),
    Word.CONFLICT: ("!", "magenta"),
    Word.HELD: ("!", "magenta"),
    Word.INVALID: ("x", "red"),
    Word.NOT_FOUND: ("x", "red"),
    Word.REFUSED: ("x", "red"),
    Word.FAILED: ("x", "red"),
    Word.UNKNOWN: ("x", "red"),
}


def row_block(row: Row, width: int, label_width: int) -> Iterator[Text]:
    """Everything about one row: its heading, its changed fields, what is wrong with it."""
    yield _heading(row, width)
    for edit in row.edits:
        yield from _edit_lines(edit, width, label_width)
        for drift in row.drifts:
            if drift.field == edit.path:
                yield from _noted("drift", moved(drift), width)
    told = {note for edit in row.edits for note in edit.note.split("; ")}
    for effect in row.side_effects:
        if effect not in told:
            yield from _note_lines(effect, width)
    yield from _unsent_drift_lines(row, width)
    yield from problem_lines(row, width)


def problem_lines(row: Row, width: int) -> Iterator[Text]:
    """What is wrong with a row and what to do about it; nothing for a row that is well."""
    if row.held_by and row.outcome in {Word.WOULD_CHANGE, Word.HELD}:
        # what a guard counted, and how to allow it, stands once in the summary
        yield Text(f"{INDENT}! held by the guard {' and the guard '.join(row.held_by)}", style="magenta")
    elif row.edits or not row.problems:
        yield from told_lines(row.said, row.advised, width)
    for problem in row.problems:
        yield from cell_lines(problem, width)


def told_lines(message: str, what_to_do: str, width: int) -> Iterator[Text]:
    """A sentence and the way out, wrapped."""
    yield from wrapped(message, INDENT, INDENT, width)
    yield from wrapped(what_to_do, f"{INDENT}→ ", f"{INDENT}  ", width)


def cell_lines(problem: Problem, width: int) -> Iterator[Text]:
    """A problem with its cell, header, value, and what to do."""
    severity = "" if problem.severity is Severity.ERROR else f"{problem.severity}: "
    yield from told_lines(severity + sentence(problem), problem.what_to_do, width)


def _heading(row: Row, width: int) -> Text:
    sign, style = _SIGNS.get(row.outcome, ("-", "dim"))
    noun = RESOURCES[row.resource].noun if row.resource in RESOURCES else row.resource
    told = "" if row.outcome is Word.WOULD_CHANGE else f"  {row.outcome.replace('_', ' ')}"
    right = f"row {row.row}{told}"
    heading = Text().append(f"{sign} ", style=style)
    heading.append(f"{noun}  {show(row.key or '(no key)', 60)}", style="bold")
    room = width - heading.cell_len - len(right) - 6
    if row.name and room > 0:
        heading.append(f'  "{_fitted(row.name, max(room, 8))}"')
    heading.append(" " * max(2, width - heading.cell_len - len(right)))
    heading.append(right, style="dim" if not told else style)
    return heading


def _fitted(name: str, room: int) -> str:
    width = room
    while cell_len(show(name, width)) > room:
        width -= 1
    return show(name, width)


def _edit_lines(edit: Edit, width: int, label_width: int) -> Iterator[Text]:
    label = show(edit.path, width - len(INDENT))
    margin = len(INDENT) + label_width + 2
    lead = f"{INDENT}{label}".ljust(margin)
    if len(lead) > margin:
        yield Text(lead)
        lead = " " * margin
    told = sides(edit, width - margin - 2)
    yield _side(lead, "- ", told.old, "red")
    yield _side(" " * margin, "+ ", told.new, "green")
    if told.length:
        yield Text(" " * (margin + 2) + told.length, style="dim")
    if edit.note:
        yield from _note_lines(edit.note, width)


def _side(lead: str, sign: str, excerpt: Excerpt, style: str) -> Text:
    line = Text(lead)
    line.append(sign + excerpt.text, style=style)
    at = len(lead) + len(sign)
    if 0 < excerpt.start < excerpt.end:
        line.stylize("bold", at + excerpt.start, at + excerpt.end)
    return line


def _unsent_drift_lines(row: Row, width: int) -> Iterator[Text]:
    """What drifted and is not sent; of a row that is held for it, the message says so."""
    sent = {edit.path for edit in row.edits}
    for drift in row.drifts:
        if drift.field not in sent and drift.rule is not OnDrift.HOLD:
            yield from wrapped(drift_sentence(drift), INDENT, INDENT, width, style="magenta")


def _note_lines(note: str, width: int) -> Iterator[Text]:
    yield from _noted("note", note, width)


def _noted(lead: str, text: str, width: int) -> Iterator[Text]:
    first = f"{INDENT}  {lead}: "
    yield from wrapped(text, first, " " * len(first), width, style="yellow")
