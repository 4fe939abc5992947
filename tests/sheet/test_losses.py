"""A damaged sheet is refused, or shows its damage; never is a row lost, merged or shifted in silence (A12, A16)."""

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layersync.errors import InputUnusable
from layersync.values.desired import Desired
from tests.sheet.build import an_id, read

HEADER = ["planetId", "title", "story", "size", "notes"]
FIELDS = HEADER[1:]


def row(number: int) -> list[str]:
    """A row with what makes quotes needful, in another mixture for every number."""
    story = ["", "plain", "a, b", 'the "red" one', "two\nlines", 'all, "of"\nit', '"', "x"][number % 8]
    notes = ["", '{"a":1,"b":"x"}', ""][number % 3]
    return [an_id(number), f"Mars {number}", story, ["small", "", "large"][number % 3], notes]


def sheet(count: int, quoting: int, end: str = "\n") -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(HEADER)
    writer.writerows(map(row, range(count)))
    return buffer.getvalue()


def read_or_none(text: str | bytes) -> Desired | None:
    try:
        return read(text)
    except InputUnusable:
        return None


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_A12_deleting_any_one_quote_is_always_found(quoting: int) -> None:
    text = sheet(8, quoting)
    assert read(text).problems == ()
    quotes = [at for at, char in enumerate(text) if char == '"']
    accepted = [at for at in quotes if read_or_none(text[:at] + text[at + 1 :]) is not None]
    assert accepted == []


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_A12_deleting_two_quotes_never_loses_a_row(quoting: int) -> None:
    text = sheet(8, quoting)
    keys = read(text).rows["_key"].to_list()
    quotes = [at for at, char in enumerate(text) if char == '"']
    for first, last in pairwise(quotes):
        desired = read_or_none(text[:first] + text[first + 1 : last] + text[last + 1 :])
        assert desired is None or desired.rows["_key"].to_list() == keys


def test_A16_a_sheet_cut_anywhere_is_refused_or_ends_with_a_whole_row(slow: bool) -> None:
    raw = sheet(9, csv.QUOTE_MINIMAL).encode()
    whole = read(raw)
    rows = whole.rows.select("_key", *FIELDS).rows()
    for size in range(len(raw)):
        if not slow and raw[size - 2 : size + 2].isalnum():
            continue  # within a word, one cut is like the next
        desired = read_or_none(raw[:size])
        if desired is None:
            continue
        *kept, last = desired.rows.select("_key", *FIELDS).rows()
        assert kept == rows[: len(kept)]
        # a cut inside the last cell shows in that cell: JSON, with an end of its own
        whole_cell = last == rows[len(kept)]
        blank_cell = last == (*rows[len(kept)][:-1], None)
        assert whole_cell or blank_cell


@settings(max_examples=4 * settings.default.max_examples)  # a hundredth of a second each
@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 40))
def test_any_bytes_are_read_or_refused(piece: bytes, at: int, removed: int) -> None:
    raw = sheet(3, csv.QUOTE_MINIMAL).encode()
    desired = read_or_none(raw[:at] + piece + raw[at + removed :])
    assert desired is None or desired.rows.height > 0


@given(st.binary(max_size=40))
def test_bytes_alone_are_refused(raw: bytes) -> None:
    assert read_or_none(raw) is None
