"""`check`: offline, every problem at its cell, 3 for bad cells and 4 for a sheet that cannot be used."""

import csv
import json
from pathlib import Path

import pytest
import xlsxwriter

from tests.cli.conftest import INFLUENCER, PROJECT, Run

GOOD = f"id,brandVoice\n{PROJECT},warm\n"
BAD_CELL = f"id,brandVoice\n{PROJECT},Warm\n"
BAD_SHEET = "id,brandVoise\nx,y\n"
GOOD_INFLUENCERS = f"influencerId,vibe\n{INFLUENCER},calm\n"


@pytest.mark.parametrize(
    ("projects", "influencers", "code"),
    [
        (GOOD, GOOD_INFLUENCERS, 0),
        (BAD_CELL, GOOD_INFLUENCERS, 3),
        (BAD_SHEET, GOOD_INFLUENCERS, 4),
        (BAD_CELL, "vibe\ncalm\n", 4),
        (BAD_SHEET, f"influencerId,gender\n{INFLUENCER},Female\n", 4),
    ],
)
def test_structure_wins_over_cells(projects: str, influencers: str, code: int, run: Run, folder: Path) -> None:
    (folder / "projects.csv").write_text(projects)
    (folder / "influencers.csv").write_text(influencers)
    assert run("check", "projects", "influencers").code == code


def test_every_problem_is_told_with_its_cell_and_a_suggestion(run: Run, folder: Path) -> None:
    (folder / "projects.csv").write_text(f"id,brandVoice,timezone\n{PROJECT},Warm,America/New_Yrok\nnope,,\n")
    ended = run("check")
    assert ended.code == 3
    assert ended.out.startswith("SANDBOX")
    for told in ("B2", "did you mean warm", "C2", "America/New_York", "A3", "2 rows, 2 invalid"):
        assert told in ended.out


def test_the_first_line_names_the_organisation_that_the_settings_name(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "projects.csv").write_text(GOOD)
    monkeypatch.setenv("LAYERSYNC_API__ORGANIZATION", "org_child")
    assert run("check").out.startswith("SANDBOX · org_child · check")


def test_a_value_that_no_two_records_may_share_is_told_at_every_row_that_says_it(run: Run, folder: Path) -> None:
    other = PROJECT[:-1] + ("1" if PROJECT[-1] != "1" else "2")
    (folder / "projects.csv").write_text(f"id,customerExternalId\n{PROJECT},acme\n{other},acme\n")
    ended = run("check")
    assert ended.code == 3
    for told in ("B2", "row 3 also says this customerExternalId", "B3", "row 2 also says", "2 rows, 2 invalid"):
        assert told in ended.out


def test_an_invalid_row_spoils_the_sheet_where_the_job_says_so(run: Run, folder: Path) -> None:
    (folder / "projects.csv").write_text(BAD_CELL)
    with (folder / "config.toml").open("a") as config:
        config.write('[jobs.strict]\nresource = "projects"\nsource = "projects.csv"\ninvalid_rows = "abort"\n')
    ended = run("check", "strict")
    assert ended.code == 4
    assert "abort" in ended.out


def test_a_sheet_that_is_not_there_is_told(run: Run) -> None:
    ended = run("check", "--source", "projects=none.csv")
    assert ended.code == 4
    assert "none.csv" in ended.out


def test_json_holds_everything_for_programs(run: Run, folder: Path) -> None:
    (folder / "projects.csv").write_text(BAD_CELL)
    ended = run("check", "--format", "json")
    told = json.loads(ended.out)
    (job,) = told["jobs"]
    (problem,) = job["problems"]
    assert (ended.code, told["exit_code"], job["exit_code"], told["schema"]) == (3, 3, 3, 1)
    assert (job["job"], job["rows"], job["bad_rows"]) == ("projects", 1, 1)
    assert (problem["cell"], problem["column"], problem["value"]) == ("B2", "brandVoice", "Warm")


def test_annotations_stand_on_the_lines_of_the_sheet(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder))
    (folder / "projects.csv").write_text(BAD_CELL)
    ended = run("check", "--format", "github")
    assert ended.code == 3
    assert "::error file=projects.csv,line=2" in ended.out


@pytest.mark.parametrize(("sheet", "code"), [(GOOD, 0), (BAD_CELL, 3), (BAD_SHEET, 4)])
def test_quiet_says_nothing_when_all_is_well_and_ten_lines_at_most(
    sheet: str, code: int, run: Run, folder: Path
) -> None:
    rows = sheet.splitlines()
    (folder / "projects.csv").write_text("\n".join([rows[0], *rows[1:] * 40]) + "\n" if code == 3 else sheet)
    ended = run("check", "-q")
    assert (ended.code, ended.out) == (code, "")
    assert bool(ended.err) is bool(code)
    assert len(ended.err.splitlines()) <= 10


def test_no_key_and_no_network_are_needed(run: Run) -> None:
    ended = run("check")
    assert (ended.code, ended.err) == (0, "")


def test_verbose_names_each_sheet_before_it_is_read(run: Run, folder: Path) -> None:
    assert run("check", "-v").err == f"projects: checking {folder / 'projects.csv'}\n"


def test_a_refusal_with_one_place_is_told_once(run: Run, folder: Path) -> None:
    (folder / "projects.csv").write_text("id,tagline\n")
    ended = run("check")
    assert ended.code == 4
    assert ended.out.count("0 data rows") == 1


def test_a_cell_of_a_workbook_is_told_with_its_tab(run: Run, folder: Path) -> None:
    with xlsxwriter.Workbook(folder / "projects.csv") as book:
        tab = book.add_worksheet("Our projects")
        for at, cells in enumerate(csv.reader(BAD_CELL.splitlines())):
            tab.write_row(at, 0, cells)
    assert "'Our projects'!B2 brandVoice" in run("check").out
    assert "projects 'Our projects'!B2: " in run("check", "-q").err


def test_the_sample_configuration_is_in_order(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    assert run("check").code == 0
    assert run("check", "mistakes").code == 3
