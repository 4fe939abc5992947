"""Quotes that can be read in two ways are refused, at the line where the trouble starts."""

import polars as pl
import pytest

from layersync.sheet.dialect import DELIMITERS
from layersync.sheet.quoting import clean_record, find_fault
from tests.sheet.build import an_id, messages, read, refused, values

HEADER = "planetId,title,story\n"

REFUSED = [
    ("A11 unclosed", f'{an_id(1)},a,b\n{an_id(2)},"Mars,c\n{an_id(3)},d,e\n', "B3: the quote that opens in line 3"),
    ("A11 unclosed in the last row", f'{an_id(1)},a,"b\n', "C2: the quote that opens in line 2 is never closed"),
    ("A11 unclosed after line breaks", f'{an_id(1)},a,"b\nc"\n{an_id(2)},"a,b\n', "B3: the quote that opens in line 4"),
    ("A11 text after the closing quote", f'{an_id(1)},"Mars" red,b\n', "B2: text follows the closing quote"),
    ("A11 space after the closing quote", f'{an_id(1)},"Mars" ,b\n', "B2: text follows the closing quote"),
    (
        "A11 lost closing quote",
        f'{an_id(1)},"a,b\n{an_id(2)},"c",d\n',
        "B2: text follows the closing quote of the cell",
    ),
    ("A11 backslash", f'{an_id(1)},"the \\"red\\" one",b\n', "B2: line 2 has a quote escaped with a backslash"),
    ("A13 single quote", f'{an_id(1)},27" monitor,b\n', "B2: line 2 has a single quote character"),
    ("A13 space before the opening quote", f'{an_id(1)}, "Mars",b\n', "B2: line 2 has a space before"),
    ("A12 runaway over rows", f'{an_id(1)},"a,b\n{an_id(2)},c",d\n', "B2: the cell spans lines 2-3"),
    ("A12 line break in a column of one line", f'{an_id(1)},"a\nb",c\n', "B2: the cell spans lines 2-3"),
    ("A12 after another cell with line breaks", f'{an_id(1)},"a\nb","c"\n', "B2: the cell spans lines 2-3"),
]


@pytest.mark.parametrize(("body", "start"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_A11_A12_A13_refused_where_it_starts(body: str, start: str) -> None:
    found = messages(refused(HEADER + body))
    assert any(message.startswith(start) for message in found), found


def test_A12_rows_swallowed_by_a_cell_that_may_hold_lines_are_found() -> None:
    swallowed = f'{an_id(1)},a,"story\n{an_id(2)},b,other\n{an_id(3)},c,more"\n'
    assert messages(refused(HEADER + swallowed))[0].startswith("C2: the cell spans lines 2-4")


def test_A11_a_broken_quote_is_told_whatever_bytes_come_after_it() -> None:
    raw = f'{HEADER}{an_id(1)},"a"b,c\n{an_id(2)},'.encode() + b"\xff,d\n"
    assert messages(refused(raw)) == ["B2: text follows the closing quote of the cell that opens in line 2"]


KEY_LAST = [
    f'story,planetId\n"one,{an_id(1)}\ntwo",{an_id(2)}\n',
    f'story,planetId\n"one\ntwo,{an_id(1)}\nthree",{an_id(2)}\n',
    f'story,title,planetId\n"one,Mars,""{an_id(1)}""\ntwo",Venus,{an_id(2)}\n',
    f'story,planetId,title\n"one,{an_id(1)},Mars\ntwo",{an_id(2)},Venus\n',
]


@pytest.mark.parametrize("text", KEY_LAST)
def test_A12_rows_swallowed_before_their_key_are_found(text: str) -> None:
    assert messages(refused(text))[0].startswith("A2: the cell spans lines 2-")


def test_A12_prose_that_ends_with_a_key_is_no_row() -> None:
    text = f'story,planetId\n"see {an_id(1)}\nor, better, {an_id(2)}",{an_id(3)}\n'
    assert read(text).problems == ()


def test_A12_the_lines_of_a_cell_are_counted_from_where_the_cell_starts() -> None:
    body = f'"{an_id(1)}","one\ntwo","Mars\nred"\n'
    header = "planetId,story,title\n"
    assert messages(refused(header + body)) == ["C2: the cell spans lines 3-4"]


READ = [
    ("pairs of quotes", 'a 27"x30" one', 'a 27"x30" one'),
    ("doubled quotes", '"27"" one"', '27" one'),
    ("a quote alone", '""""', '"'),
    ("backslash at the end", '"a\\"', "a\\"),
    ("a separator", '"a,b"', "a,b"),
    ("lines", '"a\nb"', "a\nb"),
    ("CRLF and CR inside", '"a\r\nb\rc"', "a\nb\nc"),
]


@pytest.mark.parametrize(("cell", "value"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_A10_A13_what_can_be_read_in_one_way_is_read(cell: str, value: str) -> None:
    assert values(read(f"{HEADER}{an_id(1)},Mars,{cell}\n"), "story") == [value]


def test_an_unclosed_quote_in_a_long_file_is_named_before_any_size_is() -> None:
    rows = "".join(f"{an_id(number)},Mars,{'x' * 100}\n" for number in range(2_000))
    broken = rows.replace("Mars", '"Mars', 1)
    assert messages(refused(HEADER + broken)) == ["B2: the quote that opens in line 2 is never closed"]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_shape_of_a_clean_record_and_the_search_for_faults_agree(delimiter: str) -> None:
    cells = ["", "a", '"a"', '""', '"a""b"', 'a"b"c', 'a"b', ' "a"', '"a"b', f'"a{delimiter}b"', " a", '"a\nb"']
    for first in cells:
        for last in cells:
            record = f"{first}{delimiter}{last}\r\n"
            clean = pl.Series([record]).str.contains(clean_record(delimiter))[0]
            assert clean == (find_fault(record, 1, delimiter) is None), record
