"""What to say of bytes that are not in the encoding: which cells hold them, and what they look like."""

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from layersync.errors import InputUnusable
from layersync.sheet.broken import broken_record
from layersync.sheet.dialect import find_dialect
from layersync.sheet.text import Encoding, guess_encoding, physical_lines
from layersync.values.grid import letter
from layersync.values.problem import Problem
from layersync.values.rules import SheetRules

_CUT_OFF: Final = "the file ends in the middle of a character: it was cut off, export it again"
# what the codecs of UTF-8 and UTF-16 say of such an end
_CUT_REASONS: Final = {"unexpected end of data", "truncated data"}
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
# what the error handler "surrogateescape" makes of a byte that can't be decoded
_KEPT_BYTES: Final = re.compile("[\udc80-\udcff]+")


def undecodable(rules: SheetRules, raw: bytes, encoding: Encoding, known: Collection[str]) -> InputUnusable:
    """Names the first byte that can't be decoded, every cell that holds such bytes, and the likely encoding (A3)."""
    offset, cut_off = _first_damage(raw, encoding)
    what_to_do = _CUT_OFF if cut_off else _way_out(raw, encoding)
    message = f"{rules.source} is not {encoding.codec}: byte {offset:,} cannot be read"
    cells = _line(rules, raw[:offset], encoding) if encoding.wide else _cells(rules, raw, encoding, known)
    problems = tuple(replace(cell, what_to_do=cell.what_to_do or what_to_do) for cell in cells)
    return InputUnusable(message, what_to_do, problems)


def _first_damage(raw: bytes, encoding: Encoding) -> tuple[int, bool]:
    """Gives the first byte that can't be decoded, and whether the file simply ends inside a character there."""
    try:
        raw[encoding.mark :].decode(encoding.codec)
    except UnicodeDecodeError as failure:
        cut_off = encoding.codec.startswith("utf-") and failure.reason in _CUT_REASONS
        return encoding.mark + failure.start, cut_off
    return encoding.mark, False


def _way_out(raw: bytes, encoding: Encoding) -> str:
    if encoding.codec != "utf-8":
        return "correct the encoding of the job, or save the sheet as CSV (UTF-8)"
    guess = guess_encoding(raw)
    if guess is None:
        return "save the sheet as CSV (UTF-8)"
    return f'it looks like {guess}: save it as CSV (UTF-8), or set encoding = "{guess}"'


def _line(rules: SheetRules, before: bytes, encoding: Encoding) -> Iterator[Problem]:
    """Names the line: after a byte that is missing, what stands in the cells of UTF-16 is anybody's guess."""
    line = len(_LINE_END.findall(before[encoding.mark :].decode(encoding.codec))) + 1
    yield Problem(message=f"line {line} is not {encoding.codec}", source=rules.source, line=line)


def _cells(rules: SheetRules, raw: bytes, encoding: Encoding, known: Collection[str]) -> Iterator[Problem]:
    def lines() -> Iterator[str]:
        return physical_lines(raw, encoding.lossless())

    dialect = find_dialect(lines, rules, known)
    reader = csv.reader(islice(lines(), dialect.skip_lines, None), delimiter=dialect.delimiter, strict=True)
    row, line = 1, dialect.skip_lines + 1
    try:
        for row, record in enumerate(reader, 2):
            yield from _damaged(rules, encoding, record, row - 1, line)
            line = dialect.skip_lines + reader.line_num + 1
    except csv.Error:
        yield broken_record(rules.source, raw, encoding, dialect.delimiter, row, line)


def _damaged(rules: SheetRules, encoding: Encoding, record: Sequence[str], row: int, line: int) -> Iterator[Problem]:
    for index, cell in enumerate(record):
        damage = _KEPT_BYTES.search(cell)
        if damage is not None:
            yield Problem(
                message=f"the cell holds bytes that are not {encoding.codec}: {_hex(damage[0])}",
                source=rules.source,
                row=row,
                line=line,
                column=letter(index),
            )


def _hex(kept: str) -> str:
    return kept.encode("utf-8", "surrogateescape").hex(" ", 1).upper()
