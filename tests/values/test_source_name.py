"""What messages and reports call a source: enough to find it, and no secret."""

import pytest

from layersync.values.source_name import source_name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("-", "-"),
        ("/srv/a?b.csv", "/srv/a?b.csv"),
        ("https://sheets.example/a.csv?token=t0p#x", "https://sheets.example/a.csv"),
        ("http://127.0.0.1:8000/a.csv?token=t0p", "http://127.0.0.1:8000/a.csv"),
        ("https://docs.google.com/spreadsheets/d/KEY/edit?gid=5&resourcekey=t0p#gid=5", "Google Sheet KEY (gid 5)"),
        ("https://ann:t0p@sheets.example/a.csv", "the address of the sheet"),
        ("https://docs.google.com/spreadsheets/d/KEY/edit#gid=t0p", "the address of the sheet"),
    ],
)
def test_a_name_holds_no_query_and_no_password(source: str, name: str) -> None:
    assert source_name(source) == name


def test_a_long_address_is_cut() -> None:
    name = source_name("https://sheets.example/" + "a" * 500)
    assert len(name) == 160
    assert name.endswith("a…")
