"""Folds a sentence into the width of a terminal, counting cells: East Asian letters take two."""

from collections.abc import Iterator

from rich.cells import cell_len, chop_cells
from rich.text import Text

from layersync.report.runner import no_commands
from layersync.report.show import visible


def wrapped(text: str, first: str, rest: str, width: int, style: str = "") -> Iterator[Text]:
    """A sentence on as many lines as it needs, `first` before the first of them, `rest` before the others."""
    yield from no_commands(_wrapped(text, first, rest, width, style))


def _wrapped(text: str, first: str, rest: str, width: int, style: str) -> Iterator[Text]:
    line = first
    empty = True
    for piece in _pieces(text, width - max(len(first), len(rest))):
        if not empty and cell_len(line) + 1 + cell_len(piece) > width:
            yield Text(line, style=style)
            line, empty = rest, True
        line += piece if empty else f" {piece}"
        empty = False
    if not empty:
        yield Text(line, style=style)


def _pieces(text: str, width: int) -> Iterator[str]:
    for word in visible(text).split():
        yield from chop_cells(word, width)
