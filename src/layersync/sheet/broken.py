"""Why the strict pass gave up at a record: the record read again, with an eye on its quotes."""

from itertools import islice

from layersync.sheet.quoting import find_fault
from layersync.sheet.structure import MAX_CELL
from layersync.sheet.text import Encoding, physical_lines
from layersync.values.problem import Problem


def broken_record(source: str, raw: bytes, encoding: Encoding, delimiter: str, row: int, line: int) -> Problem:
    """Says what is wrong with the record that is row `row` and starts in the physical line `line` (from 1)."""
    # the pass ended here: what comes after may not be in the encoding
    text = "".join(islice(physical_lines(raw, encoding.lossless()), line - 1, None))
    fault = find_fault(text, line, delimiter)
    if fault is not None:
        return fault.problem(source, row)
    message = f"a cell of the row that starts in line {line} is longer than {MAX_CELL:,} characters"
    return Problem(message=message, what_to_do="shorten it", source=source, row=row, line=line)
