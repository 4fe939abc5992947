"""A problem: what is wrong, exactly where, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`ERROR` makes its row invalid (or the sheet unusable); the others are only told."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with the input, at the place where the person sees it.

    `row` is the spreadsheet's row number (header = `header_row`), `line` the physical line of the file, `column` the
    letter, `header` the column's header as written, `value` the cell as written (not yet escaped or cut: that is the
    business of who shows it). `limit_of` names the managed path whose cell breaks a limit of the API: such a cell is
    no error where the live record already holds that value (contract, section 3).
    """

    message: str
    what_to_do: str = ""
    severity: Severity = Severity.ERROR
    source: str = ""
    tab: str | None = None
    row: int | None = None
    line: int | None = None
    column: str | None = None
    header: str | None = None
    value: str | None = None
    limit_of: str | None = None

    @property
    def cell(self) -> str:
        """Where, as a spreadsheet names it: `F31`, `F` for a column, `31` for a row, or nothing."""
        return f"{self.column or ''}{self.row if self.row is not None else ''}"

    @property
    def place(self) -> str:
        """The cell, in a workbook after its tab: `Projects!F31`; the tab alone where no cell is to blame."""
        return place_in(self.tab, self.cell)


def place_in(tab: str | None, cell: str) -> str:
    """Names a cell as formulas do: `Projects!F31`, `'My tab'!F31`, or `F31` where there are no tabs."""
    if not tab:
        return cell
    name = tab if tab.isidentifier() else "'" + tab.replace("'", "''") + "'"
    return f"{name}!{cell}" if cell else name
