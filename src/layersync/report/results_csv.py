"""`results.csv` and `changes.csv`: for people who open them in a spreadsheet, so nothing in them may act there."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from layersync.report.drifted import moved
from layersync.report.instant import instant
from layersync.report.rows import COLUMNS, Row, all_rows, notable_rows
from layersync.report.show import hidden, visible
from layersync.values.change import Edit
from layersync.values.report import Report

CHANGE_COLUMNS: Final = ("run_id", "job", "row", "key", "id", "name", "field", "before", "after", "note", "outcome")

_FORMULA: Final = frozenset("=+-@＝＋－＠\t\r\n\0")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)


def results_csv(report: Report) -> Iterator[str]:
    """One line per row of every sheet, after the header; the columns of contract section 8."""
    yield from _lines(COLUMNS, map(_result, all_rows(report)))


def outcomes_csv(report: Report) -> Iterator[str]:
    """The lines of `results.csv` that a person must know of: what is told where no file could be written."""
    yield from _lines(COLUMNS, (_result(row) for job in report.jobs for row in notable_rows(job, report)))


def changes_csv(report: Report) -> Iterator[str]:
    """One line per changed field, after the header; the columns of contract section 8."""
    rows = (row for job in report.jobs for row in notable_rows(job, report))
    changes = (_change(row, edit) for row in rows for edit in row.edits)
    yield from _lines(CHANGE_COLUMNS, changes)


def harmless(text: str) -> str:
    """Gives a text that no spreadsheet runs as a formula, whole, with hidden characters made visible.

    A text that begins like a formula gets `'` in front, unless it is a plain number (reliability, F7; CWE-1236).
    """
    if text.isprintable() and (text[:1].isalnum() or not text):
        return text
    begins = text.lstrip(" \u00a0\u3000")[:1]
    if begins in _FORMULA and begins and not _NUMBER.fullmatch(text):
        return "'" + visible(text)
    return visible(text)


class Told(NamedTuple):
    """A changed field in words."""

    before: str
    after: str
    note: str


def change_line(row: Row, edit: Edit) -> Told:
    """Words the values of a changed field, and what is noted of it."""
    return Told(_value(edit.before), _value(edit.after), _note(edit, row))


def _result(row: Row) -> tuple[str, ...]:
    return (
        row.run_id,
        row.job,
        row.source,
        row.tab or "",
        str(row.row),
        row.resource,
        row.key or "",
        row.id or "",
        row.name or "",
        row.outcome,
        row.cell,
        row.message,
        row.what_to_do,
        "; ".join(row.changed_fields),
        _json(row.before),
        _json(row.after),
        "; ".join(row.side_effects),
        _json(row.drift) if row.drift else "",
        row.error_code or "",
        "" if row.http_status is None else str(row.http_status),
        row.request_id or "",
        str(row.attempts),
        f"{row.waited_s:g}",
        instant(row.finished_at) if row.finished_at else "",
    )


def _change(row: Row, edit: Edit) -> tuple[str, ...]:
    return (
        row.run_id,
        row.job,
        str(row.row),
        row.key or "",
        row.id or "",
        row.name or "",
        edit.path,
        *change_line(row, edit),
        row.outcome,
    )


def _note(edit: Edit, row: Row) -> str:
    # a cleared field and one set to "" would both be blank in a CSV
    drifted = (moved(drift) for drift in row.drifts if drift.field == edit.path)
    return "; ".join(filter(None, ("cleared" if edit.after is None else "", edit.note, *drifted)))


def _value(value: object) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    """JSON for a cell: letters as they are, hidden characters as JSON's own escapes, so that it still parses."""
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(json.dumps(character)[1:-1] if hidden(character) else character for character in text)


class _Line:
    """What a csv.writer writes to: hands the line back."""

    def write(self, line: str) -> str:
        return line


def _lines(header: tuple[str, ...], cells: Iterable[tuple[str, ...]]) -> Iterator[str]:
    # always quoted: a reader that takes another delimiter must not find the start of a cell inside one
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL, lineterminator="\n")
    yield ",".join(header) + "\n"
    for row in cells:
        yield writer.writerow(map(harmless, row))
