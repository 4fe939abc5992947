"""Keys: only a whole id is a key, and a damaged one says how it was damaged."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.resources import RESOURCES
from layersync.resources.ident import normal_id
from layersync.sheet.keys import read_ids
from layersync.values.desired import Desired
from layersync.values.problem import Severity
from tests.sheet.build import PLANETS, an_id, only_problem, read, states

UUID = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
ULID = "01HXZ9K4T7QW3M8N5B2V6C0DRE"


def keyed(*keys: str, key: str = "planetId", **more: object) -> Desired:
    rows = "".join('"{}",Mars\n'.format(cell.replace('"', '""')) for cell in keys)
    return read(f"{key},title\n{rows}", key=key, **more)


GOOD = [
    (UUID, UUID),
    (UUID.upper(), UUID),
    (f"prj_{UUID}", UUID),
    (f"p_{UUID.upper()}", UUID),
    (ULID, ULID),
    (f"inf_{ULID}", ULID),
]


@pytest.mark.parametrize(("cell", "key"), GOOD)
def test_ids_are_compared_without_prefix_and_UUIDs_without_case(cell: str, key: str) -> None:
    desired = keyed(cell)
    assert desired.rows.select("_key", "_key_text").rows() == [(key, cell)]
    assert desired.problems == ()


PIECES = [*"0aFgIZ9-_ \n", "prj_", UUID, UUID[:8], UUID[9:], ULID, ULID[:13], ULID[13:]]


@given(st.lists(st.sampled_from(PIECES), max_size=4).map("".join))
def test_E1_what_is_read_as_a_key_is_what_the_grammar_of_ids_says(text: str) -> None:
    (value,) = read_ids(pl.Series([text]), PLANETS, 0, "id").values
    assert value == normal_id(text.strip(), PLANETS.id_forms)


DAMAGED = [
    ("1.23457E+17", "scientific notation"),
    ("1,23457e+17", "scientific notation"),
    ("9.06E+35", "scientific notation"),
    ("12345678901234567.0", "decimals"),
    ("12345678901234567", "plain number"),
    ("00123", "plain number"),
    ("2024-03-04", "a date"),
    ("03/04/2024", "a date"),
    ("4.3.2024 00:00", "a date"),
    ("04-Mar", "a date"),
    ("#N/A", "an error value"),
    ("Err:502", "an error value"),
    ("########", "an error value"),
    (f"{UUID[:9]}\u200b{UUID[9:]}", "U+200B"),
    (f"\ufeff{UUID}", "U+FEFF"),
    (f"{UUID[:9]}\u00ad{UUID[9:]}", "U+00AD"),
    (f"'{UUID}", "quotes or dashes"),
    (UUID.replace("-", "–"), "quotes or dashes"),
    (f"“{UUID}”", "quotes or dashes"),
    (f"={UUID}", "starts like a formula"),
    (UUID[:-1], "it is no UUID or ULID"),
    (UUID + "0", "it is no UUID or ULID"),
    (f"{UUID} {UUID}", "it is no UUID or ULID"),
    (f"PRJ_{UUID}", "it is no UUID or ULID"),
    (f"a_b_{UUID}", "it is no UUID or ULID"),
    (ULID.lower(), "it is no UUID or ULID"),
    (UUID.replace("9", "９"), "it is no UUID or ULID"),
    ("8" + ULID[1:], "it is no UUID or ULID"),
    ("../admin", "it is no UUID or ULID"),
    (".", "it is no UUID or ULID"),
    (f"{UUID}/x?y#z", "it is no UUID or ULID"),
    ("http://example.com/x", "it is no UUID or ULID"),
]


@pytest.mark.parametrize(("cell", "words"), DAMAGED)
def test_B2_B3_B4_E1_a_damaged_id_says_how_and_is_no_key(cell: str, words: str) -> None:
    desired = keyed(cell)
    assert words in only_problem(desired).message
    assert desired.rows["_key"].to_list() == [None]
    assert desired.rows["_key_text"].to_list() == [cell]
    assert states(desired) == ["invalid"]


REPAIRS = [
    (f"'{UUID}", UUID),
    (f"{{{UUID}}}", UUID),
    (UUID.replace("-", ""), UUID),
    (UUID.replace("-", "–"), UUID),
    (f"PRJ_{UUID}", f"prj_{UUID}"),
    (ULID.lower(), ULID),
]


@pytest.mark.parametrize(("cell", "meant"), REPAIRS)
def test_the_id_that_was_meant_is_suggested_and_never_used(cell: str, meant: str) -> None:
    desired = keyed(cell)
    assert only_problem(desired).what_to_do == f"did you mean {meant}?"
    assert desired.rows["_key"].to_list() == [None]


def test_the_id_of_another_form_is_told_as_such() -> None:
    problem = only_problem(read(f"id,name\n{ULID},Mars\n", RESOURCES["projects"], key="id"))
    assert problem.message.endswith("is not a project id: it is a ULID, a UUID is needed")


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2003"])
def test_B4_space_around_a_key_is_removed_with_a_notice(space: str) -> None:
    desired = keyed(space + UUID + space)
    assert desired.rows["_key"].to_list() == [UUID]
    assert only_problem(desired).severity is Severity.NOTICE
    assert states(desired) == ["ok"]


def test_a_row_with_content_and_without_key_is_invalid() -> None:
    desired = keyed("", " ", UUID)
    assert [(p.cell, p.message) for p in desired.problems] == [
        ("A2", "the row has no planetId"),
        ("A3", "the row has no planetId"),
    ]
    assert states(desired) == ["invalid", "invalid", "ok"]


def test_B12_rows_of_one_key_are_all_invalid_and_name_each_other() -> None:
    desired = keyed(UUID, an_id(1), UUID.upper(), f"prj_{UUID}")
    assert [(p.row, p.message) for p in desired.problems] == [
        (2, "the same planetId stands in rows 4, 5"),
        (4, "the same planetId stands in rows 2, 5"),
        (5, "the same planetId stands in rows 2, 4"),
    ]
    assert states(desired) == ["invalid", "ok", "invalid", "invalid"]


def test_B12_many_rows_of_one_key_are_counted() -> None:
    assert keyed(*[UUID] * 9).problems[0].message == "the same planetId stands in rows 3, 4, 5, 6, 7 and 3 more"


def test_other_keys_are_text_in_nfc() -> None:
    desired = keyed("acme", "Cafe\u0301", " x ", "007", key="code")
    assert desired.rows["_key"].to_list() == ["acme", "Caf\u00e9", "x", "007"]
    assert [problem.severity for problem in desired.problems] == [Severity.NOTICE]


def test_B12_other_keys_are_compared_in_nfc_and_by_case() -> None:
    assert states(keyed("caf\u00e9", "cafe\u0301", "Acme", "acme", key="code")) == ["invalid", "invalid", "ok", "ok"]


@pytest.mark.parametrize(
    ("cell", "words"), [("#REF!", "damaged"), ("a\u200bb", "U+200B"), ("1.2E+17", "scientific"), ("CafÃ©", "damaged")]
)
def test_other_keys_can_be_damaged_too(cell: str, words: str) -> None:
    desired = keyed(cell, key="code")
    assert words in only_problem(desired).message
    assert desired.rows["_key"].to_list() == [None]


def test_ids_beside_the_key_are_read_like_ids() -> None:
    desired = read(f"planetId,starId,title\n{an_id(1)},st_{UUID.upper()},Mars\n{an_id(2)},,Venus\n{an_id(3)},7,Io\n")
    assert desired.rows["starId"].to_list() == [UUID, None, None]
    assert only_problem(desired).message == "the id was damaged by the spreadsheet: a plain number"
