"""Puts what is to be said of a row at the cell of the sheet that it is about."""

from layersync.values.desired import Column, Desired
from layersync.values.problem import Problem


def problem_at(row: int, column: Column, desired: Desired, message: str, what_to_do: str) -> Problem:
    """Words a problem of one cell, with the cell as it stands in the sheet."""
    at = int(desired.grid.positions["row"].search_sorted(row))
    return Problem(
        message=message,
        what_to_do=what_to_do,
        source=desired.grid.source,
        tab=desired.grid.tab,
        row=row,
        line=desired.grid.positions["line"][at],
        column=column.letter,
        header=column.header,
        value=str(desired.grid.cells[column.letter][at]),
    )


def key_column(desired: Desired) -> Column:
    """The column that records are matched by."""
    return Column(desired.key_field, desired.key_field, (), desired.key_letter, desired.key_field)
