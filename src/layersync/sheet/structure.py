"""What is wrong with a grid before any cell is understood: control characters, sizes, quotes, line breaks."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import polars as pl

from layersync.sheet.finding import Finding, Note, placed
from layersync.sheet.quoting import clean_record, find_fault
from layersync.values.grid import Grid, letter
from layersync.values.problem import Problem

# some cells of a grid: by the index of the column, the rows (from 0, UInt32)
Places = Mapping[int, pl.Series]

MAX_CELL: Final = 32_767
# the characters themselves, so that polars and re read the same expression
_CONTROL: Final = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
_BREAK: Final = r"[\r\n]"
_SPECIAL: Final = '["\x00-\x08\n-\x1f\x7f-\x9f]'
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


def special_cells(grid: Grid) -> Places:
    """Finds the cells with a quote, a line break or a control character, the only ones that a lost quote can show in.

    One look at every cell here spares each of the other looks all but a few.
    """
    masks = grid.cells.select(pl.all().str.contains(_SPECIAL))
    return {index: mask.arg_true() for index, mask in enumerate(masks) if mask.any()}


def faults_of_cells(grid: Grid, header_row: int, special: Places) -> tuple[Problem, ...]:
    """Finds control characters, in the header too, and cells that are larger than a spreadsheet's (A4, A7)."""
    # bytes first: they are known without counting, and never fewer than characters
    masks = grid.cells.select(pl.all().str.len_bytes() > MAX_CELL)
    long = {index: mask.arg_true() for index, mask in enumerate(masks) if mask.any()}
    large = _hits(grid, long, pl.col("cell").str.len_chars() > MAX_CELL)
    controls = _hits(grid, special, pl.col("cell").str.contains(_CONTROL))
    findings = [Finding(at, index, _control(cell)) for at, index, cell in controls]
    findings += [Finding(at, index, _large(cell)) for at, index, cell in large]
    return (*_controls_of_header(grid, header_row), *placed(findings, grid))


def unclean_quotes(grid: Grid, special: Places) -> Iterator[Problem]:
    """Finds quotes inside cells that are not enclosed in quotes (A13): the csv module lets them pass.

    Only records with a quote in a cell can have them; those are held against the strict shape of a record.
    """
    quoted = [at.filter(_cells(grid, index, at).str.contains('"', literal=True)) for index, at in special.items()]
    if not quoted:
        return
    spans = grid.positions[pl.concat(quoted).unique().sort()]
    texts = [grid.raw[start:end].decode(grid.encoding) for start, end in spans.select("start", "end").iter_rows()]
    clean = pl.Series(texts, dtype=pl.String).str.contains(clean_record(grid.delimiter))
    for at in (~clean).arg_true():
        row, line = spans["row"][at], spans["line"][at]
        fault = find_fault(texts[at], line, grid.delimiter)
        if fault is not None:
            yield fault.problem(grid.source, row)


def broken_lines(grid: Grid, allowed: Collection[int], special: Places) -> tuple[Problem, ...]:
    """Finds cells that span lines in columns that take no line breaks: mostly a lost quote (A12).

    `allowed` are the indexes of the columns that take them.
    """
    others = {index: places for index, places in special.items() if index not in allowed}
    broken = _hits(grid, others, pl.col("cell").str.contains(_BREAK))
    return placed([Finding(at, index, _spanning(grid, at, index)) for at, index, _ in broken], grid)


def swallowed_rows(
    grid: Grid, allowed: Collection[int], special: Places, key: int, key_pattern: str
) -> tuple[Problem, ...]:
    """Finds cells with line breaks that hold a whole row of the sheet: two lost quotes (A12).

    A line inside the cell that has a key where the key column is can hardly be prose.
    """
    stop = re.escape(grid.delimiter)
    end = '"?$' if key == len(grid.header) - 1 else f'"?{stop}'

    def with_key(cells_before: int) -> re.Pattern[str]:
        return re.compile(rf'(?:[^{stop}]*{stop}){{{cells_before}}}"?(?:[a-z]+_)?(?:{key_pattern}){end}')

    row, findings = with_key(key), []
    prose = {index: places for index, places in special.items() if index in allowed}
    suspect = pl.col("cell").str.contains(_BREAK) & pl.col("cell").str.contains(key_pattern)
    for at, index, cell in _hits(grid, prose, suspect):
        first, *rest = _LINE_BREAK.split(cell)
        # the first line goes on with the row that lost its quote, and has its key if that comes after the cell
        begun = key > index and with_key(key - index).match(first)
        if begun or any(row.match(line) for line in rest):
            findings.append(Finding(at, index, _spanning(grid, at, index)))
    return placed(findings, grid)


def _hits(grid: Grid, places: Places, test: pl.Expr) -> Iterator[tuple[int, int, str]]:
    """Gives row, column and text of those cells that pass a test."""
    for index, at in places.items():
        cells = pl.DataFrame({"at": at, "cell": _cells(grid, index, at)}).filter(test)
        yield from ((row, index, cell) for row, cell in cells.iter_rows())


def _cells(grid: Grid, index: int, places: pl.Series) -> pl.Series:
    return grid.cells[letter(index)][places]


def _control(cell: str) -> Note:
    match = re.search(_CONTROL, cell)
    code = f"U+{ord(match[0]):04X}" if match is not None else "one"
    return Note(f"the cell holds a control character ({code})", "type the cell again")


def _large(cell: str) -> Note:
    return Note(f"the cell has {len(cell):,} characters, more than {MAX_CELL:,}", "shorten it; or a quote is missing")


def _spanning(grid: Grid, at: int, index: int) -> Note:
    cells = grid.cells.row(at)
    first = grid.positions["line"][at] + sum(len(_LINE_BREAK.findall(cell)) for cell in cells[:index])
    last = first + len(_LINE_BREAK.findall(cells[index]))
    return Note(
        f"the cell spans lines {first}-{last}",
        "remove the line breaks; if the cell holds other rows, a quote is missing",
    )


def _controls_of_header(grid: Grid, header_row: int) -> Iterator[Problem]:
    for index, text in enumerate(grid.header):
        if re.search(_CONTROL, text):
            note = _control(text)
            yield Problem(
                message=note.message,
                what_to_do=note.what_to_do,
                source=grid.source,
                tab=grid.tab,
                row=header_row,
                column=letter(index),
                header=text,
            )
