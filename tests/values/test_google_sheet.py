"""Google Sheets links as people paste them: which sheet and tab each means, and where the bytes are."""

from urllib.parse import urlsplit

import pytest

from layersync.values.google_sheet import google_sheet

DOCS = "https://docs.google.com"


@pytest.mark.parametrize(
    ("link", "name", "export"),
    [
        ("/spreadsheets/d/K_-1/edit?gid=5#gid=5", "K_-1 (gid 5)", "/spreadsheets/d/K_-1/export?format=csv&gid=5"),
        ("/spreadsheets/d/K/edit#gid=0", "K (gid 0)", "/spreadsheets/d/K/export?format=csv&gid=0"),
        ("/spreadsheets/d/K/edit?gid=1#gid=2", "K (gid 2)", "/spreadsheets/d/K/export?format=csv&gid=2"),
        ("/spreadsheets/d/K/edit?usp=sharing", "K", "/spreadsheets/d/K/export?format=csv"),
        ("/spreadsheets/d/K/edit?gid=5&range=A1:B2", "K (gid 5)", "/spreadsheets/d/K/export?format=csv&gid=5"),
        ("/spreadsheets/d/K/view", "K", "/spreadsheets/d/K/export?format=csv"),
        ("/spreadsheets/d/K", "K", "/spreadsheets/d/K/export?format=csv"),
        ("/spreadsheets/d/K/", "K", "/spreadsheets/d/K/export?format=csv"),
        ("/spreadsheets/u/1/d/K/edit#gid=3", "K (gid 3)", "/spreadsheets/d/K/export?format=csv&gid=3"),
        ("/a/acme.example/spreadsheets/d/K/edit", "K", "/spreadsheets/d/K/export?format=csv"),
        ("/spreadsheets/d/K/export?format=xlsx&gid=4", "K (gid 4)", "/spreadsheets/d/K/export?format=csv&gid=4"),
        ("/spreadsheets/d/e/2PACX-1v/pubhtml", "2PACX-1v", "/spreadsheets/d/e/2PACX-1v/pub?output=csv"),
        (
            "/spreadsheets/d/e/2PACX-1v/pub?gid=9&single=true&output=csv",
            "2PACX-1v (gid 9)",
            "/spreadsheets/d/e/2PACX-1v/pub?output=csv&gid=9&single=true",
        ),
    ],
)
def test_a_link_means_a_sheet_and_a_tab(link: str, name: str, export: str) -> None:
    sheet = google_sheet(urlsplit(DOCS + link))
    assert sheet is not None
    assert sheet.name == f"Google Sheet {name}"
    assert sheet.export(workbook=False) == export


@pytest.mark.parametrize(
    ("link", "export"),
    [
        ("/spreadsheets/d/K/edit#gid=5", "/spreadsheets/d/K/export?format=xlsx"),
        ("/spreadsheets/d/e/2PACX/pub?gid=5", "/spreadsheets/d/e/2PACX/pub?output=xlsx"),
    ],
)
def test_a_workbook_holds_all_tabs(link: str, export: str) -> None:
    sheet = google_sheet(urlsplit(DOCS + link))
    assert sheet is not None
    assert sheet.export(workbook=True) == export


@pytest.mark.parametrize(
    "address",
    [
        "https://docs.google.com/document/d/K/edit",
        "https://docs.google.com/spreadsheets/u/0/",
        "https://docs.google.com/spreadsheets/d/K/gviz/tq?tqx=out:csv&sheet=Projects",
        "https://docs.google.com:8443/spreadsheets/d/K/edit",
        "https://docs.google.com.evil.example/spreadsheets/d/K/edit",
        "https://evil.example/docs.google.com/spreadsheets/d/K/edit",
        "https://docs.google.com/spreadsheets/d/K/../../x",
    ],
)
def test_any_other_address_is_taken_as_it_is(address: str) -> None:
    assert google_sheet(urlsplit(address)) is None


@pytest.mark.parametrize("gid", ["abc", "-1", "1%262", "１"])
def test_a_gid_that_is_no_number_is_refused(gid: str) -> None:
    with pytest.raises(ValueError, match="gid"):
        google_sheet(urlsplit(f"{DOCS}/spreadsheets/d/K/edit#gid={gid}"))
