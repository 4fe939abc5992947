"""The separator of columns is recognised by the key column, or not at all (A8)."""

from pathlib import Path

import pytest

from layersync.sheet.reading import read_sheet
from tests.sheet.build import PLANETS, an_id, messages, read, refused, rules, values

ROWS = [("planetId", "title", "story"), (an_id(1), "Mars", "red, or; so\tit | is")]


def sheet(delimiter: str, first: str = "") -> str:
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in ROWS]
    return first + "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=repr)
def test_A8_four_separators_are_recognised(delimiter: str) -> None:
    desired = read(sheet(delimiter))
    assert values(desired, "story") == ["red, or; so\tit | is"]
    assert desired.grid.delimiter == delimiter
    assert [notice.message for notice in desired.notices] == {
        ",": [],
        ";": ["columns are separated by semicolons"],
        "\t": ["columns are separated by tabs"],
        "|": ["columns are separated by vertical bars"],
    }[delimiter]


def test_tabs_in_a_tsv_are_nothing_to_tell_and_commas_are(tmp_path: Path) -> None:
    told = {}
    for delimiter in ("\t", ","):
        place = tmp_path / "Sheet.TSV"
        place.write_text(sheet(delimiter), newline="")
        told[delimiter] = [notice.message for notice in read_sheet(rules(str(place), key="planetId"), PLANETS).notices]
    assert told == {"\t": [], ",": ["columns are separated by commas"]}


@pytest.mark.parametrize("first", ["sep=;\n", "sep=;\r\n", '"sep=;"\r\n', "SEP=;\n"])
def test_A8_a_sep_line_states_the_separator_and_is_no_row(first: str) -> None:
    desired = read(sheet(";", first))
    assert desired.rows.select("_row", "_line").rows() == [(2, 3)]
    assert desired.grid.raw[slice(*desired.grid.header_span)].decode().startswith(first)


def test_A8_a_sep_line_wins_over_what_the_header_looks_like() -> None:
    desired = read(f"sep=;\nplanetId;title,story\n{an_id(1)};x\n")
    assert [column.path for column in desired.columns] == []


def test_A8_a_mapped_key_header_is_recognised_too() -> None:
    desired = read(f"The id;title\n{an_id(1)};Mars\n", columns={"The id": "planetId"})
    assert values(desired, "title") == ["Mars"]


def test_A8_the_header_counts_wherever_it_stands() -> None:
    raw = f"All planets, 2026\n\nplanetId;title\n{an_id(1)};Mars\n"
    assert read(raw, header_row=3).rows.select("_row", "_line").rows() == [(4, 4)]


def test_A8_two_separators_that_both_yield_the_key_are_refused() -> None:
    assert "several separators" in refused(f"planetId,a;planetId\n{an_id(1)},x;y\n").message


def test_A8_an_unknown_separator_is_told() -> None:
    refusal = refused(f"planetId:title\n{an_id(1)}:Mars\n")
    assert messages(refusal) == ["1: the sheet has no column planetId, the key of job planets"]
    assert "single cell" in refusal.what_to_do


def test_one_column_alone_is_a_sheet() -> None:
    assert read(f"planetId\n{an_id(1)}\n").grid.delimiter == ","
