"""Why a workbook cannot be read, said inside the child process."""

from collections.abc import Iterator
from contextlib import contextmanager


class Unreadable(Exception):
    """The workbook cannot be used as a whole.

    `message` goes on from the name of the place ("is damaged: ..."), `what_to_do` is a sentence. `row` (from 1) and
    `column` (from 0) say which cell it is, `tab` which tab, as far as that is known.
    """

    def __init__(
        self,
        message: str,
        what_to_do: str,
        *,
        tab: str | None = None,
        row: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.what_to_do = what_to_do
        self.tab = tab
        self.row = row
        self.column = column


def damaged(why: str, *, row: int | None = None, column: int | None = None) -> Unreadable:
    """The file is no sound workbook."""
    return Unreadable(
        f"is damaged: {why}", "open it in a spreadsheet program and save it again", row=row, column=column
    )


@contextmanager
def inside(tab: str) -> Iterator[None]:
    """Adds the name of the tab to whatever is said of it."""
    try:
        yield
    except Unreadable as reason:
        reason.tab = tab
        raise
