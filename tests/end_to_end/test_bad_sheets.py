"""The commonest bad sheets, each told at its exact cell; the good rows of it are done all the same (must show 5)."""

import itertools

import pytest

from tests.end_to_end.place import Place, Ran
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"
CAFE = "e1d70b46-3a2c-4985-9c0e-57f8b1a2d463"
NOWHERE = "00000000-0000-4000-8000-000000000000"
OMA = "inf_01HXZAG8R6W2E4T0Y3N5K7D9MB"


BAD_CELLS = {
    "enum": ("id,brandVoice,timezone", f"{ACME},Warmth,", "B2", '"Warmth" is not one of authentic', "warm"),
    "enum of another case": ("id,targetGender,timezone", f"{ACME},Female,", "B2", '"Female"', "female"),
    "too long": ("id,tagline,timezone", f"{ACME},{'x' * 81},", "B2", "81 characters, at most 80", "shorten"),
    "too short": ("id,appDescription,timezone", f"{ACME},Too short.,", "B2", "at least 100", "write more"),
    "length after composing": ("id,name,timezone", f"{ACME},e\u0301x,", "B2", "at least 3", ""),
    "timezone": ("id,tagline,timezone", f"{ACME},,America/New_Yrok", "C2", "New_Yrok", "America/New_York"),
    "e-mail": ("id,ownerEmail,timezone", f"{ACME},ops@gicgrowth,", "B2", "is not an e-mail address", ""),
    "language": ("id,primaryLanguage,timezone", f"{ACME},english,", "B2", "is not a language tag", "en"),
    "unknown id": ("id,tagline,timezone", f"{NOWHERE},x,", "", "no project has this id", "archived, deleted"),
    "id in scientific notation": ("id,tagline,timezone", "9.06E+35,x,", "A2", "scientific notation", "as text"),
    "id as a plain number": ("id,tagline,timezone", "12345678901234567,x,", "A2", "plain number", "as text"),
    "id as a date": ("id,tagline,timezone", "2026-04-01,x,", "A2", "a date", "as text"),
    "id cut short": ("id,tagline,timezone", f"{ACME[:-1]},x,", "A2", "no UUID", "copy the id"),
    "id of the other resource": ("id,tagline,timezone", f"{OMA},x,", "A2", "ULID", ""),
    "id that climbs": ("id,tagline,timezone", "../whoami,x,", "A2", "no UUID", ""),
    "no key": ("id,tagline,timezone", ",x,", "A2", "the row has no id", "enter the key"),
    "error value": ("id,tagline,timezone", f"{ACME},#REF!,", "B2", "error value", "formula"),
    "null that is not documented": ("id,tagline,timezone", f"{ACME},<clear>,", "B2", "clear", ""),
    "no JSON": ("id,metadata,timezone", f'{ACME},"{{""a"": }}",', "B2", "not JSON", "correct"),
    "curly quotes in JSON": ("id,metadata,timezone", f"{ACME},{{“a”: 1}},", "B2", "not JSON", "straight"),
}


def test_each_bad_cell_is_told_exactly_and_the_good_row_beside_it_is_done(place: Place, api: Traffic) -> None:
    jobs = [f"[jobs.job{number}]\nresource = 'projects'\nsource = '{number}.csv'" for number in range(len(BAD_CELLS))]
    place.configure(api.url, "\n".join(jobs))
    for number, (header, row, *_) in enumerate(BAD_CELLS.values()):
        good = f"{CAFE}{',' * header.count(',')}Etc/GMT+1"  # the same in all: jobs must not contradict each other
        place.sheet(f"{header}\n{row}\n{good}\n", f"{number}.csv")
    ran = place.call("sync")
    assert ran.code == 3
    assert "Traceback" not in ran.out + ran.err
    assert api.project(CAFE)["timezone"].startswith("Etc/")
    assert set(api.paths("PATCH")) == {f"/v1/projects/{CAFE}"}
    lines = [list(group) for _, group in itertools.groupby(ran.lines, lambda line: line["job"])]
    for (case, (_, _, cell, message, advice)), (bad, good_line) in zip(BAD_CELLS.items(), lines, strict=True):
        assert bad["outcome"] == ("not_found" if case == "unknown id" else "invalid"), case
        assert (bad["row"], bad["cell"]) == ("2", cell), case
        assert message in bad["message"], (case, bad["message"])
        assert advice in bad["what_to_do"], (case, bad["what_to_do"])
        assert good_line["outcome"] == "changed", case
        if cell:
            assert cell in ran.out, case


def test_every_problem_of_a_row_is_told_at_once_with_its_place(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    place.sheet(
        f"id,Brand Voice,tagline,timezone\n{ACME},Warmth,{'x' * 90},Mars/Base\n".replace("Brand Voice", "brandVoice")
    )
    (row,) = place.call("sync").results["rows"]
    assert [(problem["cell"], problem["column"], problem["letter"]) for problem in row["problems"]] == [
        ("B2", "brandVoice", "B"),
        ("C2", "tagline", "C"),
        ("D2", "timezone", "D"),
    ]
    assert row["problems"][0]["value"] == "Warmth"
    assert row["problems"][0]["what_to_do"] == "did you mean warm?"
    assert row["outcome"] == "invalid"


def test_rows_of_one_key_that_stand_twice_name_each_other_and_the_rest_goes_on(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    place.sheet(f"id,tagline\n{ACME},one\n{HALDEN},two\nprj_{ACME.upper()},three\n")
    ran = place.call("sync")
    assert (ran.code, ran.outcomes) == (3, {2: "invalid", 3: "changed", 4: "invalid"})
    assert ran.problems("projects") == {
        "A2": "the same id stands in row 4",
        "A4": "the same id stands in row 2",
    }
    assert api.project(ACME)["tagline"] != "three"


BAD_STRUCTURE = {
    "ragged row": (f"id,tagline\n{ACME},one\n{HALDEN},two,three\n", "3", "row 3 has 3 fields, the header has 2"),
    "row cut short": (f"id,tagline,name\n{ACME},one\n", "2", "row 2 has 2 fields, the header has 3"),
    "duplicate header": (f"id,tagline,Tagline \n{ACME},one,two\n", "C1", "columns B (2) and C (3) mean the same"),
    "header near a field": (f"id,tag line\n{ACME},one\n", "B1", '"tag line" is not a field of projects'),
    "read-only header": (f"id,createdAt\n{ACME},one\n", "B1", '"createdAt" is read-only'),
    "missing key column": ("name,tagline\nAcme,one\n", "1", "the sheet has no column id"),
    "sheet of the other resource": (f"influencerId,vibe\n{OMA},calm\n", "1", "the sheet has no column id"),
    "data without header": (f"id,\n{ACME},one\n", "B1", "the column has data but no header"),
    "unclosed quote": (
        f'id,tagline\n{ACME},"one\n{HALDEN},two\n',
        "B2",
        "the quote that opens in line 2 is never closed",
    ),
    "text after a quote": (f'id,tagline\n{ACME},"one" two\n', "B2", "text follows the closing quote"),
    "whole and by key": (f"id,metadata,metadata.a\n{ACME},{{}},1\n", "C1", "both as a whole and by its keys"),
    "latin-1": (f"id,tagline\n{ACME},caf\xe9\n".encode("latin-1"), "B2", "bytes that are not utf-8: E9"),
    "NUL": (f"id,tagline\n{ACME},o\x00ne\n", "B2", "a control character (U+0000)"),
    "empty file": ("", None, "is empty"),
    "header alone": ("id,tagline\n", None, "0 data rows"),
    "not a sheet": ("<!doctype html><html>Please sign in</html>", None, "web page"),
    "two byte order marks": (f"\ufeff\ufeffid,tagline\n{ACME},one\n", None, "second byte order mark"),
}


def test_bad_structure_ends_the_job_before_anything_is_sent(place: Place, api: Traffic) -> None:
    jobs = [
        f"[jobs.job{number}]\nresource = 'projects'\nsource = '{number}.csv'" for number in range(len(BAD_STRUCTURE))
    ]
    place.configure(api.url, "\n".join(jobs))
    for number, (text, *_) in enumerate(BAD_STRUCTURE.values()):
        place.sheet(text, f"{number}.csv")
    ran = place.run("sync")
    assert (ran.code, api.requests(), ran.lines) == (4, [], [])
    assert "Traceback" not in ran.out + ran.err
    for number, (case, (_, cell, message)) in enumerate(BAD_STRUCTURE.items()):
        job = ran.job(f"job{number}")
        assert job["exit_code"] == 4, case
        told = ran.problems(f"job{number}").get(cell, "") if cell else job["message"]
        assert message in told, (case, job)
        assert f"{number}.csv" in ran.out, case


def test_an_unknown_column_is_left_out_and_named_unless_the_job_refuses_it(place: Place, api: Traffic) -> None:
    job = "[jobs.{0}]\nresource = 'projects'\nsource = 'projects.csv'\nunknown_columns = '{1}'"
    place.configure(api.url, job.format("warns", "warn") + "\n" + job.format("refuses", "error"))
    place.sheet(f"id,tagline,Budget 2027,_internal\n{ACME},one,x,y\n")
    ran = place.call("sync")
    assert ran.code == 4
    assert ran.job("refuses")["problems"][0]["cell"] == "C1"
    assert ran.job("warns")["counts"]["changed"] == 1
    assert "Budget 2027" in ran.job("warns")["notices"][0]["message"]
    assert "Budget 2027" in ran.out
    assert "_internal" not in ran.out


def test_a_sheet_of_records_that_do_not_exist_is_the_wrong_sheet(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    unknown = [f"00000000-0000-4000-8000-{number:012}" for number in range(40)]
    place.sheet("id,tagline\n" + "".join(f"{one},x\n" for one in [ACME, *unknown]))
    ran = place.call("sync")
    assert ran.code == 4
    assert "wrong sheet" in ran.out
    assert api.requests("PATCH") == []
    assert len(api.requests("GET")) < 60


HARMLESS = {
    "byte order mark": (f"id,tagline\n{ACME},Grüße\n").encode("utf-8-sig"),
    "semicolons": f"id;tagline\n{ACME};Grüße\n".encode(),
    "tabs": f"id\ttagline\n{ACME}\tGrüße\n".encode(),
    "UTF-16": f"id,tagline\n{ACME},Grüße\n".encode("utf-16"),
    "CRLF, blank rows, quotes": f'"id","tagline"\r\n\r\n,\r\n"{ACME}","Grüße"\r\n \r\n'.encode(),
    "sep= line": f"sep=;\r\nid;tagline\r\n{ACME};Grüße\r\n".encode(),
}


@pytest.mark.parametrize("raw", HARMLESS.values(), ids=HARMLESS)
def test_what_spreadsheets_do_to_a_file_without_harm_is_read(place: Place, api: Traffic, raw: bytes) -> None:
    place.configure(api.url)
    place.sheet(raw)
    ran = place.call("sync")
    assert (ran.code, ran.counts) == (0, {"changed": 1})
    assert api.project(ACME)["tagline"] == "Grüße"


def test_blank_rows_keep_the_numbering_of_the_spreadsheet(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    place.sheet(f"id,tagline\n\n,\n{ACME},one\n\n{HALDEN},#N/A\n")
    ran: Ran = place.call("sync")
    assert ran.outcomes == {4: "changed", 6: "invalid"}
    assert list(ran.problems("projects")) == ["B6"]


def test_check_tells_the_same_cells_offline(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    place.sheet(f"id,brandVoice\n{ACME},Warmth\n")
    checked = place.call("check")
    assert checked.code == 3
    assert "B2" in checked.out
    assert "did you mean warm?" in checked.out
    place.sheet("brandVoice\nwarm\n")
    assert place.call("check").code == 4
    assert api.requests() == []
