"""CSV and TSV: bytes to a grid in which every cell has its place, or every reason why there is none."""

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from layersync.errors import InputUnusable
from layersync.resources.resource import Resource
from layersync.sheet.broken import broken_record
from layersync.sheet.dialect import DELIMITERS, Dialect, find_dialect
from layersync.sheet.marks import Marks
from layersync.sheet.records import MAX_COLUMNS, Records, read_records
from layersync.sheet.refusal import refusal
from layersync.sheet.strangers import known_names
from layersync.sheet.structure import Places, faults_of_cells, special_cells, unclean_quotes
from layersync.sheet.text import Encoding, absent_character, find_encoding, line_sizes, physical_lines
from layersync.sheet.undecodable import undecodable
from layersync.values.grid import Grid, letter
from layersync.values.problem import Problem, Severity
from layersync.values.rules import SheetRules


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid, the physical line at which its header starts, and what is wrong with its structure.

    `special` are the cells that `structure.special_cells` found. `marks` is what a workbook says of its cells, None for
    text formats.
    """

    grid: Grid
    header_line: int
    problems: tuple[Problem, ...]
    special: Places
    marks: Marks | None = None


def read_delimited(rules: SheetRules, resource: Resource, raw: bytes) -> Sheet:
    """Reads CSV or TSV bytes (reliability 2.A).

    The cells come from one strict pass of the csv module, and from nothing else. The header span of the grid starts at
    the first byte, so that it holds the byte order mark, a `sep=` line and the rows above the header: it and the spans
    of the rows together are a sheet again. Raises InputUnusable where no grid can be made at all.
    """
    encoding = find_encoding(rules.source, raw, rules.encoding)
    names = {*known_names(resource), *rules.columns}
    try:
        dialect = find_dialect(lambda: physical_lines(raw, encoding), rules, names)
        joint = absent_character(raw, encoding)
        records = read_records(physical_lines(raw, encoding), joint, dialect, rules.header_row, rules.max_rows)
    except UnicodeDecodeError:
        raise undecodable(rules, raw, encoding, names) from None
    if records.header is None or not any(cell.strip() for cell in records.header):
        raise _no_header(rules, records, raw, encoding, dialect)
    if len(records.header) > MAX_COLUMNS:
        raise _too_wide(rules, records, dialect)
    grid = _grid(rules, records, raw, encoding, dialect)
    special = special_cells(grid)
    problems = (
        *_faults_of_records(rules, records, dialect),
        *_broken(rules.source, records, raw, encoding, dialect),
        *unclean_quotes(grid, special),
        *faults_of_cells(grid, rules.header_row, special),
    )
    header_line = records.first_line(rules.header_row - 1, dialect.skip_lines)
    return Sheet(grid, header_line, problems, special)


def _grid(rules: SheetRules, records: Records, raw: bytes, encoding: Encoding, dialect: Dialect) -> Grid:
    sizes = line_sizes(raw, encoding)
    header_end = encoding.mark + sum(sizes[: records.ends[rules.header_row - 1]])
    below_header = len(records.ends) - rules.header_row
    return Grid(
        source=rules.source,
        tab=None,
        header=tuple(records.header or ()),
        cells=records.cells,
        positions=_positions(records, dialect.skip_lines, encoding.mark, sizes),
        raw=raw,
        header_span=(0, header_end),
        encoding=encoding.codec,
        delimiter=dialect.delimiter,
        sha256=hashlib.sha256(raw).hexdigest(),
        header_row=rules.header_row,
        blank_rows=below_header - len(records.ragged) - len(records.kept),
        notices=tuple(_notices(rules, dialect)),
    )


def _positions(records: Records, skipped: int, mark: int, sizes: "array[int]") -> pl.DataFrame:
    """Gives row, line and byte span of every kept record."""
    offsets = pl.concat([pl.Series([0], dtype=pl.UInt64), pl.Series(sizes, dtype=pl.UInt64).cum_sum()]) + mark
    spans = pl.DataFrame({"before": records.ends.shift(1, fill_value=skipped), "last": records.ends})
    kept = records.kept
    spans = spans[kept]
    return pl.DataFrame(
        {
            "row": (kept + 1).cast(pl.UInt32),
            "line": (spans["before"] + 1).cast(pl.UInt32),
            "start": offsets[spans["before"]],
            "end": offsets[spans["last"]],
        }
    )


def _notices(rules: SheetRules, dialect: Dialect) -> Iterator[Problem]:
    def notice(message: str) -> Problem:
        return Problem(message=message, severity=Severity.NOTICE, source=rules.source)

    usual = "\t" if rules.source.lower().endswith(".tsv") else ","
    if dialect.delimiter != usual:
        yield notice(f"columns are separated by {DELIMITERS[dialect.delimiter]}")
    if rules.tab is not None:
        yield notice("the input is a text file and has no tabs: the setting sheet has no effect")


def _no_header(rules: SheetRules, records: Records, raw: bytes, encoding: Encoding, dialect: Dialect) -> InputUnusable:
    if not raw[encoding.mark :].strip(b"\0\r\n\t "):
        return InputUnusable(f"{rules.source} is empty", "check the export that wrote it")
    broken = tuple(_broken(rules.source, records, raw, encoding, dialect))
    if broken:
        return refusal(broken[0])
    count = len(records.ends)
    if records.header is not None:
        return refusal(_of_header(rules, records, dialect, "the header row is blank", "set header_row"))
    return InputUnusable(f"header_row is {rules.header_row}, but {rules.source} has {count} rows", "correct header_row")


def _too_wide(rules: SheetRules, records: Records, dialect: Dialect) -> InputUnusable:
    message = f"the sheet has {len(records.header or ())} columns, more than {MAX_COLUMNS}"
    problem = _of_header(rules, records, dialect, message, "remove the columns that layersync does not need")
    return refusal(replace(problem, column=letter(MAX_COLUMNS)))


def _of_header(rules: SheetRules, records: Records, dialect: Dialect, message: str, what_to_do: str) -> Problem:
    line = records.first_line(rules.header_row - 1, dialect.skip_lines)
    return Problem(message=message, what_to_do=what_to_do, source=rules.source, row=rules.header_row, line=line)


def _broken(source: str, records: Records, raw: bytes, encoding: Encoding, dialect: Dialect) -> Iterator[Problem]:
    """Tells why the strict pass gave up: the record after the last good one, read again with an eye on its quotes."""
    if not records.broken:
        return
    record = len(records.ends)
    line = records.first_line(record, dialect.skip_lines)
    yield broken_record(source, raw, encoding, dialect.delimiter, record + 1, line)


def _faults_of_records(rules: SheetRules, records: Records, dialect: Dialect) -> Iterator[Problem]:
    """Tells of what is wrong with the table as such: too long, ragged."""
    width = len(records.header or ())
    if records.too_many:
        yield _too_many(rules, records, dialect)
    for record, cells in records.ragged:
        yield Problem(
            message=f"row {record + 1} has {cells} {'field' if cells == 1 else 'fields'}, the header has {width}",
            what_to_do="a separator inside a cell needs quotes around the cell; or a cell is missing",
            source=rules.source,
            row=record + 1,
            line=records.first_line(record, dialect.skip_lines),
        )


def _too_many(rules: SheetRules, records: Records, dialect: Dialect) -> Problem:
    """Tells of too many rows at the first one that is too much."""
    if len(records.kept) > rules.max_rows:
        record = records.kept[rules.max_rows]
        message, what_to_do = f"{rules.max_rows:,} rows", "if it is meant to be that long, raise max_rows"
    else:
        record = len(records.ends) - 1
        message, what_to_do = f"{len(records.ends) - len(records.kept):,} blank rows", "remove them"
    return Problem(
        message=f"the sheet has more than {message}",
        what_to_do=what_to_do,
        source=rules.source,
        row=record + 1,
        line=records.first_line(record, dialect.skip_lines),
    )
