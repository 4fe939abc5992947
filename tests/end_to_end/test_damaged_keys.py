"""Keys that a spreadsheet damaged: told with the live key that they likely were, never used (reliability B2-B6)."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from layersync.values.report import Report
from tests.end_to_end.in_process import ORGANIZATION, InProcess, run_corridor
from tests.plan.build import an_id, project

KEY = "customerExternalId"
INTACT = ("crm-intact", "crm-whole")  # two, so that they are looked for in the listing, where the others stand too

DAMAGED = [
    ("zeros", "00123", "123", "it lost the zeros at its front"),
    ("rounded", "123456789012345678", "123456789012345000", "it is a number that was rounded to 15 digits"),
    ("rounded-as-the-file-has-it", "12345678901234567", "12345678901234568", "rounded to 15 digits"),
    ("exponent", "123456789012345678", "1.23457E+17", "a number in scientific notation"),
    ("exponent-with-comma", "123456789012345678", "1,23457E+17", "a number in scientific notation"),
    ("not-an-exponent", "12E5", "1.20E+06", "a number in scientific notation"),
    ("written-out", "5E3", "5000", "it is a number with an exponent, or was one"),
    ("decimals", "1.50", "1.5", "it is a number with an exponent, or was one"),
    ("date", "3-4", "2026-03-04", "it is a date, or was taken for one"),
    ("date-shown", "3-4", "04-Mar", "it is a date, or was taken for one"),
    ("date-with-its-own-year", "3/4/2025", "2025-04-03 00:00:00", "it is a date, or was taken for one"),
    ("dash", "crm-1", "crm–1", "quotes, dashes, capitals or invisible characters"),
    ("quotes", "crm 'x'", "crm ‘x’", "quotes, dashes, capitals or invisible characters"),
    ("unseen", "crm-1", "crm-\u200b1", "a character that cannot be seen"),
]


def synced(folder: Path, keys: Sequence[str], live: Sequence[str]) -> tuple[Report, InProcess]:
    """One run over a sheet with these keys against projects with those."""
    when = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z"}
    projects = [project(at, **{KEY: key, "organizationId": ORGANIZATION, **when}) for at, key in enumerate(live)]
    transport = InProcess({"projects": projects})
    with (folder / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([(KEY, "timezone"), *((key, "Europe/Berlin") for key in keys)])
    return run_corridor(transport, folder, "projects", KEY, "run"), transport


def rows_of(report: Report) -> list[tuple[str, str, str]]:
    """State, message and advice of each row."""
    plan = report.jobs[0].plan
    assert plan is not None
    return list(plan.rows.select("state", "message", "what_to_do").iter_rows())


@pytest.mark.parametrize(("key", "cell", "how"), [case[1:] for case in DAMAGED], ids=[case[0] for case in DAMAGED])
def test_a_damaged_key_is_refused_and_the_likely_one_named(key: str, cell: str, how: str, tmp_path: Path) -> None:
    report, server = synced(tmp_path, [cell, *INTACT], ["another", key, *INTACT])
    (state, message, advice), *_ = rows_of(report)
    assert state == "invalid"
    assert how in message
    assert advice == f'it is likely "{key}" (Project 1): format the column as text and enter it again'
    # the rows beside it are done, the one that was likely meant is not touched
    assert [request.path.rpartition("/")[2] for request in server.sent if request.method == "PATCH"] == [
        an_id(2),
        an_id(3),
    ]


def test_several_likely_keys_are_all_named(tmp_path: Path) -> None:
    report, _ = synced(tmp_path, ["123456789012345000", *INTACT], ["123456789012345222", "123456789012345111", *INTACT])
    advice = rows_of(report)[0][2]
    assert '"123456789012345111" (Project 1) or "123456789012345222" (Project 0)' in advice


@pytest.mark.parametrize(
    ("key", "cell"), [("0124", "123"), ("123456789012346000", "123456789012345000"), ("3-5", "04-Mar"), ("a-1", "a1")]
)
def test_a_key_that_no_spreadsheet_would_make_of_a_live_one_is_just_not_there(
    key: str, cell: str, tmp_path: Path
) -> None:
    report, _ = synced(tmp_path, [cell, *INTACT], ["another", key, *INTACT])
    state, message, advice = rows_of(report)[0]
    assert (state, message) == ("not_found", f"no project has this {KEY}")
    assert "likely" not in advice


def test_a_live_key_that_looks_damaged_is_a_key(tmp_path: Path) -> None:
    report, server = synced(tmp_path, ["123", "00123"], ["123", "00123"])
    assert [state for state, _, _ in rows_of(report)] == ["change", "change"]
    assert sum(request.method == "PATCH" for request in server.sent) == 2


def test_a_sheet_of_damaged_keys_is_told_as_such_and_not_as_the_wrong_one(tmp_path: Path) -> None:
    report, _ = synced(tmp_path, [str(at) for at in range(101, 121)], [f"00{at}" for at in range(101, 121)])
    failure = report.jobs[0].failure
    assert failure is not None
    assert failure.message.endswith("their keys were damaged by a spreadsheet")
    assert failure.what_to_do == '"101" is likely "00101": format the column as text and enter the keys again'
