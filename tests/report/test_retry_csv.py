"""`retry.csv`: the rows that did not get through, byte for byte, to be corrected and synced again."""

import csv
import io
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.report.retry_csv import retry_csv
from layersync.values.grid import Grid, letter
from layersync.values.outcome import Word
from layersync.values.plan import PlanState
from tests.report.made import change, edit, job, line, plan, report


def grid(records: list[bytes], header: list[str], encoding: str = "utf-8", delimiter: str = ",") -> Grid:
    """A sheet of these records, the first one the header; rows are numbered from 2."""
    ends = [sum(map(len, records[: index + 1])) for index in range(len(records))]
    rows = len(records) - 1
    return Grid(
        source="sample_data/projects.csv",
        tab=None,
        header=tuple(header),
        cells=pl.DataFrame({letter(index): [""] * rows for index in range(len(header))}),
        positions=pl.DataFrame(
            {
                "row": pl.Series(range(2, rows + 2), dtype=pl.UInt32),
                "line": pl.Series(range(2, rows + 2), dtype=pl.UInt32),
                "start": pl.Series(ends[:-1], dtype=pl.UInt64),
                "end": pl.Series(ends[1:], dtype=pl.UInt64),
            }
        ),
        raw=b"".join(records),
        header_span=(0, ends[0]),
        encoding=encoding,
        delimiter=delimiter,
        sha256="a" * 64,
    )


def retried(sheet: Grid, wrong: dict[int, PlanState], **told: str) -> bytes:
    made = job(plan([line(row, state, **told) for row, state in wrong.items()]))
    return b"".join(retry_csv(made, report(made), sheet))


def test_rows_that_did_not_get_through_are_kept_byte_for_byte_with_three_columns_more() -> None:
    sheet = grid([b"\xef\xbb\xbfid, name \r\n", b'1,"A, ""b"""\r\n', b"2,ok\r\n", b"3,  x"], ["id", " name "])
    states = {2: PlanState.INVALID, 3: PlanState.UNCHANGED, 4: PlanState.NOT_FOUND}
    assert retried(sheet, states, message="wrong", what_to_do='write "en"') == (
        b'\xef\xbb\xbfid, name ,"_outcome","_error","_what_to_do"\r\n'
        b'1,"A, ""b""","invalid","wrong","write ""en"""\r\n'
        b'3,  x,"not_found","wrong","write ""en"""\r\n'
    )


@pytest.mark.parametrize("word", [word for word in Word if word is not Word.WOULD_CHANGE])
def test_what_got_through_is_left_out_and_what_did_not_is_kept(word: Word) -> None:
    through = {Word.CHANGED, Word.CONVERGED, Word.UNCHANGED, Word.SKIPPED}
    made = job(plan(changes=[change(2, edit("name", "A", "B"))]), {2: word})
    told = b"".join(retry_csv(made, report(made, dry_run=False), grid([b"id\n", b"1\n"], ["id"])))
    assert told == (b"" if word in through else b'id,"_outcome","_error","_what_to_do"\n1,"%b","",""\n' % word.encode())


@pytest.mark.parametrize(
    ("encoding", "delimiter", "line_end"),
    [
        ("utf-8", ";", "\n"),
        ("utf-16-le", "\t", "\r\n"),
        ("cp1252", ",", "\r\n"),
        ("utf-16-be", ",", "\n"),
        ("utf-8", "|", "\r"),
    ],
)
def test_delimiter_encoding_and_line_ends_are_those_of_the_sheet(encoding: str, delimiter: str, line_end: str) -> None:
    texts = [f"id{delimiter}name{line_end}", f"1{delimiter}Zürich{line_end}"]
    sheet = grid([text.encode(encoding) for text in texts], ["id", "name"], encoding, delimiter)
    told = retried(sheet, {2: PlanState.INVALID}, message="ü", what_to_do="write it").decode(encoding)
    assert told == line_end.join(
        [
            delimiter.join(["id", "name", '"_outcome"', '"_error"', '"_what_to_do"']),
            delimiter.join(["1", "Zürich", '"invalid"', '"ü"', '"write it"']),
            "",
        ]
    )


def test_a_message_beyond_the_encoding_is_written_with_escapes() -> None:
    sheet = grid([b"id\n", b"1\n"], ["id"], "cp1252")
    assert retried(sheet, {2: PlanState.INVALID}, message="東").endswith(b'"invalid","\\u6771",""\n')


def test_a_message_is_no_formula_and_no_line_of_its_own() -> None:
    sheet = grid([b"id\n", b"1\n"], ["id"])
    assert retried(sheet, {2: PlanState.INVALID}, message="=1+1\nx").endswith(b'"invalid","\'=1+1\\u{a}x",""\n')


def test_a_retry_of_a_retry_gets_new_columns_in_place_of_the_old() -> None:
    header = ["id", "name", "_outcome", "_error", "_what_to_do"]
    records = [b'id,name,"_outcome","_error","_what_to_do"\n', b'1,"a,b","invalid","x, ""y""","z"\n']
    assert retried(grid(records, header), {2: PlanState.NOT_FOUND}, message="gone") == (
        b'id,name,"_outcome","_error","_what_to_do"\n1,"a,b","not_found","gone",""\n'
    )


def test_old_columns_are_found_wherever_they_were_moved_and_what_stands_above_the_header_stays() -> None:
    records = [b"sep=,\n_outcome,id,_error,name\n", b"invalid,1,x,Acme\n"]
    sheet = grid(records, ["_outcome", "id", "_error", "name"])
    assert retried(sheet, {2: PlanState.INVALID}, message="m") == (
        b'sep=,\nid,name,"_outcome","_error","_what_to_do"\n1,Acme,"invalid","m",""\n'
    )


cells = st.lists(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8), min_size=3, max_size=3
)


@given(rows=st.lists(cells, min_size=1, max_size=4), delimiter=st.sampled_from(",;\t|"), message=st.text(max_size=10))
def test_every_cell_comes_back_beside_its_outcome(rows: list[list[str]], delimiter: str, message: str) -> None:
    def written(row: list[str]) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerow(row)
        return out.getvalue().encode()

    sheet = grid([written(["a", "b", "c"]), *map(written, rows)], ["a", "b", "c"], delimiter=delimiter)
    safe = message.encode(errors="replace").decode()
    told = retried(sheet, dict.fromkeys(range(2, 2 + len(rows)), PlanState.INVALID), message=safe)
    read = list(csv.reader(io.StringIO(told.decode(), newline=""), delimiter=delimiter))
    assert [row[:3] for row in read] == [["a", "b", "c"], *rows]
    assert [row[3] for row in read] == ["_outcome", *["invalid"] * len(rows)]
    assert {len(row) for row in read} == {6}


def test_rows_of_a_workbook_are_written_as_csv_that_reads_back_as_the_same_cells() -> None:
    cells = {"A": ["1", "2"], "B": ['Zürich, "the" \n city', "ok"], "C": ["failed", ""]}
    sheet = replace(
        grid([b"", b"", b""], ["id", " name ", "_outcome"]),
        cells=pl.DataFrame(cells),
        raw=b"PK",
        encoding="",
        delimiter="",
    )
    told = retried(sheet, {2: PlanState.INVALID, 3: PlanState.UNCHANGED}, message="wrong", what_to_do="=fix")
    assert told.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(told.decode("utf-8-sig"), newline=""))) == [
        ["id", " name ", "_outcome", "_error", "_what_to_do"],
        ["1", 'Zürich, "the" \n city', "invalid", "wrong", "'=fix"],
    ]


def test_the_header_of_a_workbook_stays_in_the_row_where_the_job_looks_for_it() -> None:
    sheet = replace(
        grid([b"", b""], ["id"]),
        cells=pl.DataFrame({"A": ["1"]}),
        raw=b"PK",
        encoding="",
        delimiter="",
        header_row=3,
    )
    told = retried(sheet, {2: PlanState.INVALID}, message="wrong").decode("utf-8-sig")
    assert told.splitlines()[:3] == ["", "", '"id","_outcome","_error","_what_to_do"']
