"""What the program prints on stdout: results only, and no complaint when the reader goes away."""

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

from rich.console import Console, RenderableType
from rich.text import Text

from layersync.errors import SyncError
from layersync.report.runner import no_command_in_json, no_commands

Color = Literal["auto", "always", "never"]

_NARROWEST: Final = 30


class Stdout:
    """Prints lines with or without colour, and pieces of text as they are."""

    def __init__(self, color: Color) -> None:
        self._console = console_for(color)

    @property
    def width(self) -> int:
        """Columns of the terminal; 80 where there is none, and never fewer than a line needs."""
        return self._console.width

    @property
    def is_terminal(self) -> bool:
        """Whether a person may be looking."""
        return sys.stdout.isatty()

    def lines(self, lines: Iterable[Text]) -> None:
        """Prints one line each, never folded here, never read as markup, never a command to a CI runner."""
        with _reader_may_leave():
            for line in no_commands(lines):
                self._console.print(line, soft_wrap=True, highlight=False)

    def block(self, block: RenderableType) -> None:
        """Prints a table."""
        with _reader_may_leave():
            self._console.print(block)

    def json(self, pieces: Iterable[str]) -> None:
        """Prints JSON piece by piece, no string of which is a command to a CI runner."""
        self.pieces(map(no_command_in_json, pieces))

    def pieces(self, pieces: Iterable[str]) -> None:
        """Prints text piece by piece, as it is."""
        with _reader_may_leave():
            for piece in pieces:
                sys.stdout.write(piece)
            sys.stdout.flush()

    def file(self, raw: bytes) -> None:
        """Writes the bytes of a file, as they are."""
        with _reader_may_leave():
            sys.stdout.buffer.write(raw)
            sys.stdout.flush()


class _Console(Console):
    """The library's own one ends the program when the reader goes away."""

    def on_broken_pipe(self) -> None:
        _give_up_stdout()


def console_for(color: Color) -> Console:
    """A console on stdout that lets the program go on when the reader goes away."""
    console = _Console(
        force_terminal={"auto": None, "always": True, "never": False}[color],
        no_color=False if color == "always" else None,
        color_system=None if _plain(color) else "auto",
        markup=False,
        emoji=False,
    )
    # some shells and pseudo terminals say that they have none
    console.width = max(console.width, _NARROWEST)
    return console


def _plain(color: Color) -> bool:
    """Whether no style is wanted; the library takes NO_COLOR for colours alone, and would leave bold and dim."""
    return color == "never" or (color == "auto" and bool(os.environ.get("NO_COLOR")))


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _give_up_stdout()
    except OSError as error:
        left = error.errno == errno.EIO and _is_terminal()
        _give_up_stdout()
        if not left:
            raise SyncError(f"the result could not be written to stdout: {error.strerror}") from error


def _is_terminal() -> bool:
    """Whether stdout is a terminal, be it gone: `isatty` would say no then."""
    return stat.S_ISCHR(os.fstat(sys.stdout.fileno()).st_mode)


def _give_up_stdout() -> None:
    """What is left in the buffer must not fail again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
