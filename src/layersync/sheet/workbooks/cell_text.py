"""The text of cells that hold numbers and dates, as a person would type them."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import polars as pl

DATE: Final = r"^[+-]?\d{4,}-\d\d-\d\d(?:[ T]|$)"
# what the parser shows of a number
_DECIMALS: Final = 9
_PLAIN: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d(?:\.\d+)?)?")
# before that day Excel counts a 29 February 1900 that never was, so programs differ by a day
_FIRST_DAY: Final = datetime(1900, 3, 1)  # noqa: DTZ001  a cell has no time zone
# the days whose dates stand for a time of day alone, by where the workbook counts from
_DAY_ZERO: Final = {False: datetime(1899, 12, 31), True: datetime(1904, 1, 1)}  # noqa: DTZ001


def exact_text(stored: str) -> str | None:
    """Gives the text of a number that the parser would round: one with more decimals than it shows.

    A spreadsheet keeps 15 digits; what is stored beyond them is noise of binary fractions (0.30000000000000004).
    """
    # most numbers are short, and the rest of this takes time
    if "e" not in stored and "E" not in stored and len(stored) - stored.find(".") <= _DECIMALS + 1:
        return None
    try:
        number = Decimal(f"{float(stored):.15g}")
    except (ValueError, OverflowError):
        return None
    exponent = number.as_tuple().exponent
    return f"{number:f}" if isinstance(exponent, int) and exponent < -_DECIMALS else None


def readable(texts: pl.Series, *, from_1904: bool) -> tuple[pl.Series, pl.Series]:
    """Gives the texts of numeric and date cells for a person, and marks the dates that no calendar has.

    Dates become `2026-01-02`, `2026-01-02T10:20:30` to the nearest second, or `10:20:30` where they have no day;
    numbers are left as they are (reliability B7).
    """
    dated = texts.str.contains(DATE)
    distinct = texts.filter(dated).unique()
    shown = pl.Series([_shown(text, from_1904) for text in distinct], dtype=pl.String)
    read = texts.filter(dated).replace_strict(distinct, shown, return_dtype=pl.String)
    at = dated.arg_true()
    real = read.is_not_null()
    unreal = pl.repeat(False, len(texts), dtype=pl.Boolean, eager=True).scatter(at.filter(~real), True)
    return texts.scatter(at.filter(real), read.filter(real)), unreal


def _shown(text: str, from_1904: bool) -> str | None:
    if not _PLAIN.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text) + timedelta(milliseconds=500)
    except (ValueError, OverflowError):
        return None
    moment = moment.replace(microsecond=0)
    if moment.date() == _DAY_ZERO[from_1904].date():
        return moment.time().isoformat()
    if moment < _FIRST_DAY:
        return None
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat()
