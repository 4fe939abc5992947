"""Which live key a damaged one was: noted as records come by that the sheet does not name (reliability B2-B6).

A spreadsheet takes zeros off the front of a number, keeps 15 digits of it, shows it with an exponent, makes a date of
what looks like one, and makes quotes and dashes typographic. What it would make of a live key is looked for in the
sheet, never the other way round: nothing is guessed, the likely key is only named.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

import polars as pl

from layersync.plan.excerpt import Cut
from layersync.plan.slots import Excerpt
from layersync.values.desired import Desired, RowState
from layersync.values.live import Original

LOST_ZEROS: Final = "it lost the zeros at its front"
ROUNDED: Final = "it is a number that was rounded to 15 digits"
EXPONENT: Final = "it is a number with an exponent, or was one"
A_DATE: Final = "it is a date, or was taken for one"
TYPOGRAPHY: Final = "it has quotes, dashes, capitals or invisible characters that were not typed"

_KEPT_DIGITS: Final = 15
_NUMBER: Final = re.compile(r"[+-]?\d{1,40}(?:[.,]\d{1,40})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_DATE: Final = re.compile(r"\d{1,4}([-/. ])\d{1,2}(?:\1\d{1,4})?", re.ASCII)
# as polars and re both read it: 2026-03-04, 3/4/26, 04-Mar, Mar-26, with or without a time
_SHOWN_DATE: Final = r"^(?:\d{1,4}|[A-Za-z]{3})[-/. ](?:\d{1,2}|[A-Za-z]{3})(?:[-/. ]\d{2,4})?(?:[ T]\d\d:.*)?$"
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_YEAR: Final = 1900

Trace = tuple[str, object]


class Originals:
    """Notes the live keys that a key of the sheet may be the remains of."""

    def __init__(self, desired: Desired) -> None:
        self._rows = desired.rows
        self._traces: Mapping[Trace, list[str]] | None = None
        self._digits: frozenset[int] = frozenset()
        self._found: dict[tuple[str, str], Original] = {}

    def see(self, cut: Cut, records: Iterable[Excerpt], named: Container[str]) -> None:
        """Notes which of these records a row may mean; `named` are the usable keys of the sheet."""
        for record in records:
            key = cut.text_of(record, cut.key_field)
            if key is None:
                continue
            for text, how in self._remains(key, named):
                name, id_ = cut.text_of(record, "name"), str(cut.id_of(record))
                self._found[text, id_] = Original(text=text, key=key, id=id_, name=name, how=how)

    def all(self) -> tuple[Original, ...]:
        """Every likely original that was seen, by the text that is left of it."""
        return tuple(sorted(self._found.values(), key=lambda one: (one.text, one.key, one.id)))

    def _remains(self, key: str, named: Container[str]) -> Iterator[tuple[str, str]]:
        """The keys of the sheet that may be left of a live one, with what happened to it."""
        for text, how in _as_numbers(key):
            if text in named:
                yield text, how
        traces = self._suspects()
        for how, trace in _traces_of_live(key, self._digits) if traces else ():
            yield from ((text, how) for text in traces.get((how, trace), ()))

    def _suspects(self) -> Mapping[Trace, list[str]]:
        """What is left in the sheet's keys that look damaged, gathered when the first stranger comes by."""
        if self._traces is None:
            self._traces, self._digits = _traces_of_sheet(_suspicious(self._rows))
        return self._traces


def _suspicious(rows: pl.DataFrame) -> Iterator[tuple[str, bool]]:
    """The keys that may be damaged, and whether they are unusable as they stand."""
    text = pl.coalesce("_key", pl.col("_key_text").str.strip_chars())
    unusable = pl.col("_key").is_null()
    odd = unusable | text.str.contains(r"[^\x00-\x7f]") | text.str.contains(_SHOWN_DATE)
    wanted = rows.filter((pl.col("_state") != RowState.SKIPPED.value) & odd & (text != ""))
    return wanted.select(text.alias("text"), unusable.alias("unusable")).unique().iter_rows()


def _traces_of_sheet(keys: Iterable[tuple[str, bool]]) -> tuple[Mapping[Trace, list[str]], frozenset[int]]:
    traces: dict[Trace, list[str]] = {}
    digits = set()
    for text, unusable in keys:
        if (number := _number(text)) is not None:
            digits.add(len(number.as_tuple().digits))
            traces.setdefault((EXPONENT, number.normalize()), []).append(text)
        elif re.search(_SHOWN_DATE, text):
            for trace in _dates_shown(text):
                traces.setdefault((A_DATE, trace), []).append(text)
        elif unusable or not text.isascii():
            traces.setdefault((TYPOGRAPHY, _letters(text)), []).append(text)
    return traces, frozenset(digits)


def _traces_of_live(key: str, digits: Iterable[int]) -> Iterator[Trace]:
    yield TYPOGRAPHY, _letters(key)
    if _DATE.fullmatch(key):
        yield A_DATE, tuple(sorted(int(part) for part in re.findall(r"\d+", key)))
    number = _number(key)
    for shown in digits if number else ():
        yield EXPONENT, Decimal(f"{number:.{shown - 1}E}").normalize()


def _as_numbers(key: str) -> Iterator[tuple[str, str]]:
    """What a spreadsheet writes for a key that it takes for a number."""
    number = _number(key)
    if number is None:
        return
    whole = f"{number.normalize():f}"
    if whole != key:
        yield whole, LOST_ZEROS if key.lstrip("0") == whole else EXPONENT
    if len(whole) > _KEPT_DIGITS and whole.isdigit():
        yield whole[:_KEPT_DIGITS] + "0" * (len(whole) - _KEPT_DIGITS), ROUNDED
        yield str(int(float(whole))), ROUNDED


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _dates_shown(text: str) -> Iterator[tuple[int, ...]]:
    """The numbers of a date in order of size, with and without a year that the spreadsheet may have added."""
    day, *_ = re.split(r"[ T]\d\d:", text)
    words = [word.lower() for word in re.findall(r"[A-Za-z]{3}|\d+", day)]
    numbers = sorted(int(word) if word.isdigit() else _month(word) for word in words)
    yield tuple(numbers)
    if len(numbers) == 3 and numbers[-1] >= _FIRST_YEAR:
        yield tuple(numbers[:-1])


def _month(word: str) -> int:
    return _MONTHS.index(word) + 1 if word in _MONTHS else 0


def _letters(text: str) -> str:
    """What is left of a text without everything that autocorrection touches."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
