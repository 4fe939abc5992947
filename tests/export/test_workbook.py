"""An exported workbook is one that a spreadsheet program cannot damage."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from layersync.export.rehearsal import rehearse
from layersync.export.workbook import tab_name, unwritable, workbook
from tests.export.sheets import draft_for, rules_for
from tests.plan.build import INFLUENCERS, PROJECTS, influencer, project

HAZARDS = [
    *("=1+1", "-5", "+49 30 123", "@home", "00123", "1e5", "2026-01-05", "TRUE", "'apostrophe", "_x000D_ literal"),
    *("1,234", "1/2", " lead", "trail ", "5%", "#hash", "12:30", "<clear>", "\\<clear>", "two\nlines", "🍣"),
    *('"quoted"', "[x]", "& <b> &amp;", "null"),
]
FORMULA = '=HYPERLINK("http://127.0.0.1/","x")'


def parts(records: list[dict[str, object]], form=PROJECTS, **more: object) -> dict[str, str]:
    """The files inside the workbook of these records."""
    notes = {"gender": "one of four"}
    made = workbook(draft_for(form, records, **more), rules_for(form, **more), notes)
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def sheet(records: list[dict[str, object]], form=PROJECTS, **more: object) -> str:
    return parts(records, form, **more)["xl/worksheets/sheet1.xml"]


def test_every_cell_is_text_and_no_text_becomes_a_formula_or_a_link() -> None:
    found = parts([project(1, tagline=FORMULA, customerExternalId="00123", metadata={"seats": 46})])
    cells = re.findall(r"<c [^>]*>", found["xl/worksheets/sheet1.xml"])
    assert cells
    assert all('t="s"' in cell for cell in cells if not cell.endswith("/>"))
    assert "<f>" not in found["xl/worksheets/sheet1.xml"]
    assert "hyperlink" not in found["xl/worksheets/sheet1.xml"]
    assert FORMULA.replace('"', "&quot;") in found["xl/sharedStrings.xml"] or FORMULA in found["xl/sharedStrings.xml"]
    assert "00123" in found["xl/sharedStrings.xml"]


def test_every_column_keeps_what_is_typed_as_text() -> None:
    found = parts([project(1)])
    formats = re.findall(r'<xf numFmtId="(\d+)"', found["xl/styles.xml"].partition("<cellXfs")[2])
    columns = re.findall(r'<col [^>]*style="(\d+)"', found["xl/worksheets/sheet1.xml"])
    assert {formats[int(style)] for style in columns} == {"49"}  # the number of the format @
    assert 'min="1"' in found["xl/worksheets/sheet1.xml"]


def test_choices_are_drop_downs_with_the_clear_token_where_the_field_takes_it() -> None:
    persons = sheet([influencer(1, gender="female"), influencer(2)], INFLUENCERS)
    assert '<dataValidation type="list"' in persons
    assert 'sqref="C2:C3"' in persons
    assert '"male,female,nonbinary,unspecified,&lt;clear&gt;"' in persons
    projects = sheet([project(1)])
    assert '"active,archived"' in projects
    assert "&lt;clear&gt;" not in projects


def test_the_header_stays_in_sight_has_filters_and_says_what_a_column_may_hold() -> None:
    found = parts([influencer(1)], INFLUENCERS, header_row=2)
    page = found["xl/worksheets/sheet1.xml"]
    assert re.search(r'<pane xSplit="1" ySplit="2" [^>]*state="frozen"', page)
    assert '<autoFilter ref="A2:' in page
    assert "one of four" in found["xl/comments1.xml"]


def test_a_workbook_of_hazardous_texts_plans_to_no_changes(tmp_path: Path) -> None:
    records = [
        project(
            number, appDescription=text, tagline=text.replace("\n", " "), metadata={"of": [text], "n": number + 0.5}
        )
        for number, text in enumerate(HAZARDS)
    ]
    draft = draft_for(PROJECTS, records)
    assert draft.left_out == ()
    file = tmp_path / "sheet.xlsx"
    file.write_bytes(workbook(draft, rules_for(PROJECTS), {}))
    assert rehearse(draft, file, PROJECTS, rules_for(PROJECTS)) == ()


@pytest.mark.parametrize("character", ["\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_left_blank_and_told(tmp_path: Path, character: str) -> None:
    draft = draft_for(PROJECTS, [project(1, tagline=f"a{character}b"), project(2, tagline="fine")])
    draft = draft.without(unwritable(draft))
    told = f"no workbook can hold the character U+{ord(character):04X}"
    assert [(one.path, one.why) for one in draft.left_out] == [("tagline", told)]
    file = tmp_path / "sheet.xlsx"
    file.write_bytes(workbook(draft, rules_for(PROJECTS), {}))
    assert rehearse(draft, file, PROJECTS, rules_for(PROJECTS)) == ()


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "projects"),
        ({"tab": "My Projects"}, "My Projects"),
        ({"job": "a" * 40}, "a" * 31),
        ({"tab": "a/b:c'"}, "a_b_c_"),
    ],
)
def test_the_tab_is_the_one_that_the_job_reads(more: dict[str, object], name: str) -> None:
    assert tab_name(rules_for(PROJECTS, **more)) == name


def test_a_sheet_without_rows_is_headers() -> None:
    assert "dataValidation" not in sheet([])
