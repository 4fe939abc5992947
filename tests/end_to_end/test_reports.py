"""What every run leaves behind: the folder, the files, the plan, and words that agree with each other (contract, 8)."""

import errno
import json
import os
import stat

import fastexcel
import jsonschema
import pytest

from layersync.report.results_json import results_schema
from tests.end_to_end.place import Place
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"
KAFFA = "84a0d3c9-2f6e-4b71-95e8-c7b41f0a6d23"
NOWHERE = "00000000-0000-4000-8000-000000000000"

COLUMNS = (
    "run_id,job,source,tab,row,resource,key,id,name,outcome,cell,message,what_to_do,changed_fields,before,after,"
    "side_effects,drift,error_code,http_status,request_id,attempts,waited_s,finished_at"
)
CHANGE_COLUMNS = "run_id,job,row,key,id,name,field,before,after,note,outcome"

PITCH = (
    "Forest coffee, bought from named families and roasted the same week, for people who would rather know than guess."
)


def mixed_sheet(place: Place, api: Traffic) -> None:
    """One row of each common outcome."""
    place.configure(api.url)
    place.table(
        [
            {"id": ACME, "tagline": "=1+1", "metadata.crm_id": "C-1"},
            {"id": HALDEN, "tagline": "Ride it in January."},
            {"id": YOGA, "brandVoice": "Warmth"},
            {"id": NOWHERE, "tagline": "x"},
            {"id": KAFFA, "appDescription": PITCH},
        ]
    )


def test_results_csv_has_exactly_the_columns_of_the_contract_and_a_line_for_each_row(
    place: Place, api: Traffic
) -> None:
    mixed_sheet(place, api)
    ran = place.call("sync")
    text = (ran.folder / "results.csv").read_text(encoding="utf-8")
    assert text.partition("\n")[0] == COLUMNS
    assert [line["outcome"] for line in ran.lines] == ["changed", "unchanged", "invalid", "not_found", "changed"]
    first = ran.lines[0]
    assert (first["row"], first["name"], first["key"]) == ("2", "Acme Coffee iOS", ACME)
    assert first["id"].removeprefix("prj_") == ACME
    assert first["changed_fields"] == "tagline; metadata.crm_id"
    assert json.loads(first["after"]) == {"tagline": "=1+1", "metadata": {"crm_id": "C-1"}}
    assert json.loads(first["before"]) == {
        "tagline": "Coffee that shows up before you run out.",
        "metadata": None,
    }
    assert (first["http_status"], first["attempts"]) == ("200", "1")
    assert first["request_id"] == api.requests("PATCH")[0]["request_id"] or first["request_id"].startswith("req_")
    assert "keyword research" in ran.lines[4]["side_effects"]

    changes = (ran.folder / "changes.csv").read_text(encoding="utf-8").splitlines()
    assert changes[0] == CHANGE_COLUMNS
    assert len(changes) == 4
    assert '"\'=1+1"' in changes[1]


def test_results_json_keeps_to_the_schema_in_the_package_and_agrees_with_the_csv(place: Place, api: Traffic) -> None:
    mixed_sheet(place, api)
    for words in (("sync", "-n"), ("sync", "--detailed-exitcode")):
        ran = place.call(*words)
        jsonschema.validate(ran.results, results_schema())
        assert [str(row["row"]) for row in ran.results["rows"]] == [line["row"] for line in ran.lines]
        assert [row["outcome"] for row in ran.results["rows"]] == [line["outcome"] for line in ran.lines]
        assert ran.results["run"]["exit_code"] == ran.code == 3
        assert sum(ran.results["counts"].values()) == 5
        assert ran.results["run"]["base_url"] == api.url
        assert ran.results["run"]["organization_id"].removeprefix("org_") == "2481fa5c-a404-44ed-a561-565392499abc"
    assert ran.results["rows"][0]["after"] == {"tagline": "=1+1", "metadata": {"crm_id": "C-1"}}
    assert {row["idempotency_key"] for row in ran.results["rows"] if row["outcome"] == "changed"} == {
        request["idempotency_key"] for request in api.requests("PATCH")
    }


def test_a_run_that_ended_before_it_was_planned_has_a_line_for_each_row_too(place: Place, api: Traffic) -> None:
    mixed_sheet(place, api)
    api.faults({"do": {"status": 401}})
    refused = place.call("sync")
    api.faults({"method": "GET", "path": "/v1/projects/**", "do": {"status": 403, "code": "FORBIDDEN_SCOPE"}})
    preview = place.call("sync", "-n")
    for ran in (refused, preview):
        assert ran.code == 6
        assert [line["outcome"] for line in ran.lines] == [
            *["not_attempted"] * 2,
            "invalid",
            *["not_attempted"] * 2,
        ]
        assert ran.counts == {"invalid": 1, "not_attempted": 4}
        assert ran.results["jobs"][0]["counts"]["not_attempted"] == 4
        assert not {"plan.json", "retry.csv"} & {file.name for file in ran.folder.iterdir()}
        jsonschema.validate(ran.results, results_schema())
    assert refused.lines[0]["message"] == refused.results["run"]["message"] != ""
    assert preview.lines[0]["message"] == preview.results["jobs"][0]["message"] != ""
    assert json.loads(place.call("runs", refused.folder.name, "--format", "json").out) == refused.results


def test_rows_of_what_seems_the_wrong_sheet_are_told_as_not_attempted(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    place.table([{"id": f"{number:08}{NOWHERE[8:]}", "tagline": "x"} for number in range(12)])
    ran = place.call("sync")
    assert (ran.code, ran.counts, len(ran.lines)) == (4, {"not_attempted": 12}, 12)


def test_the_report_counts_the_requests_as_the_server_does(place: Place, api: Traffic) -> None:
    mixed_sheet(place, api)
    requests = place.call("sync").results["requests"]
    assert requests["read-light"]["sent"] == api.methods()["GET"]
    assert requests["write-light"] == {"sent": api.methods()["PATCH"], "throttled": 0, "retried": 0}


def test_the_code_in_the_report_is_the_code_of_the_program(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": "new"}])
    for words, code in ((("sync", "-n"), 0), (("sync", "-n", "--detailed-exitcode"), 2), (("sync",), 0)):
        ran = place.call(*words)
        assert (ran.code, ran.results["run"]["exit_code"]) == (code, code), words


def test_json_on_stdout_is_the_report(place: Place, api: Traffic) -> None:
    mixed_sheet(place, api)
    ran = place.call("sync", "-n", "--format", "json")
    assert json.loads(ran.out) == ran.results


def test_a_preview_keeps_the_plan_whose_digest_the_report_names_and_plans_of_equal_decisions_are_equal(
    place: Place, api: Traffic
) -> None:
    mixed_sheet(place, api)
    one, other = place.call("sync", "-n"), place.call("plan", "--out", "saved.json")
    assert one.folder != other.folder
    assert other.plan == json.loads((place.folder / "saved.json").read_bytes())
    assert one.plan["digest"] == other.plan["digest"] == one.results["run"]["plan_digest"]
    assert one.plan["run_id"] == one.folder.name
    assert {name for name in one.plan if one.plan[name] != other.plan[name]} == {"run_id", "seal"}
    assert [change["row"] for change in one.plan["jobs"][0]["changes"]] == [2, 6]

    sent = place.call("sync")
    assert sent.results["run"]["plan_digest"] == one.plan["digest"]
    assert not (sent.folder / "plan.json").exists()


def test_every_run_has_a_private_folder_of_its_own_and_latest_points_to_the_newest(place: Place, api: Traffic) -> None:
    mixed_sheet(place, api)
    folders = [place.call(*words).folder for words in (("sync", "-n"), ("sync",))]
    place.sheet("")
    folders.append(place.call("sync").folder)
    reports = place.folder / "reports"
    assert sorted(folders) == sorted(path for path in reports.iterdir() if not path.is_symlink())
    assert len(set(folders)) == 3
    assert (reports / "latest").resolve() == folders[-1]
    for folder in folders:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("taken", ["a copy of a report folder", "a file"])
def test_what_stands_where_latest_should_point_is_left_alone_and_nothing_is_sent(
    place: Place, api: Traffic, taken: str
) -> None:
    mixed_sheet(place, api)
    latest = place.folder / "reports" / "latest"
    latest.parent.mkdir()
    if taken == "a file":
        latest.write_text("notes", encoding="utf-8")
    else:  # copying a report directory, or keeping it between CI runs, often makes a folder of the link
        (latest / "mine").mkdir(parents=True)
    ran = place.call("sync")
    assert ran.code == 64
    assert "latest is no link of layersync" in ran.err
    assert not api.requests()
    assert list(latest.parent.iterdir()) == [latest]


def test_where_no_links_can_be_made_everything_but_latest_is_as_always(
    place: Place, api: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed_sheet(place, api)

    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "symlink", no_links)
    ran = place.call("sync")
    assert ran.code == 3
    assert "latest does not point to this report" in ran.err
    reports = place.folder / "reports"
    assert not (reports / "latest").exists()
    (folder,) = reports.iterdir()
    assert (folder / "results.csv").is_file()


def test_a_run_that_could_not_report_sends_nothing(place: Place, api: Traffic) -> None:
    mixed_sheet(place, api)
    (place.folder / "taken").write_text("a file stands where the folder should be", encoding="utf-8")
    ran = place.call("sync", "--report-dir", "taken")
    assert (ran.code, api.requests()) == (64, [])
    assert "taken cannot hold a report" in ran.err


def test_rows_to_correct_come_back_byte_for_byte_and_a_corrected_sheet_of_them_is_synced(
    place: Place, api: Traffic
) -> None:
    place.configure(api.url)
    place.sheet(f'id,timezone,"_notes"\r\n{ACME},Asia/Tokyo,a\r\n{YOGA}, Mars/Base ,"b ""c"""\r\n')
    ran = place.call("sync")
    assert ran.code == 3
    retry = (ran.folder / "retry.csv").read_bytes()
    assert f'{YOGA}, Mars/Base ,"b ""c"""'.encode() in retry
    assert ACME.encode() not in retry
    (place.folder / "again.csv").write_bytes(retry.replace(b"Mars/Base", b"Asia/Tokyo"))
    again = place.call("sync", "--source", "projects=again.csv")
    assert (again.code, again.counts) == (0, {"changed": 1})
    assert api.project(YOGA)["timezone"] == "Asia/Tokyo"


def test_the_first_line_of_every_output_names_the_target(place: Place, api: Traffic) -> None:
    mixed_sheet(place, api)
    for words in (("sync", "-n"), ("sync",), ("whoami",), ("check",)):
        assert api.url in place.call(*words).out.splitlines()[0], words


def test_quiet_says_nothing_when_all_is_well_and_ends_with_the_path_of_the_report_otherwise(
    place: Place, api: Traffic
) -> None:
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": "new"}])
    ran = place.call("sync", "-q", "--detailed-exitcode")
    assert (ran.code, ran.out, ran.err) == (2, "", "")
    mixed_sheet(place, api)
    ran = place.call("sync", "-q")
    assert (ran.code, ran.out) == (3, "")
    assert len(ran.err.splitlines()) <= 10
    assert ran.err.splitlines()[-1].endswith(str(ran.folder))


def test_a_quiet_log_of_json_says_the_same_lines_as_json(place: Place, api: Traffic) -> None:
    mixed_sheet(place, api)
    ran = place.call("sync", "-n", "-q", "--log-format", "json")
    told = [json.loads(line)["message"] for line in ran.err.splitlines()]
    assert (ran.code, ran.out) == (3, "")
    assert len(told) <= 10
    assert told[-1].endswith(str(ran.folder))


def test_a_workbook_of_the_results_is_written_where_it_is_asked_for(place: Place, api: Traffic) -> None:
    mixed_sheet(place, api)
    assert not (place.call("sync", "-n").folder / "results.xlsx").exists()
    place.configure(api.url, "[run]\nformats = ['json', 'xlsx']\n[jobs.projects]\nsource = 'projects.csv'")
    ran = place.call("sync", "-n")
    path = ran.folder / "results.xlsx"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = fastexcel.read_excel(path).load_sheet("Rows", dtypes="string").to_polars()
    told = {row["row"]: row["outcome"].replace("_", " ") for row in ran.results["rows"] if row["row"] != 3}
    assert dict(zip(map(int, rows["Row"]), rows["Outcome"], strict=True)) == told


@pytest.mark.parametrize("name", ["\0nul", 5, ["a"]])
def test_a_name_that_is_no_text_is_not_shown(place: Place, api: Traffic, name: object) -> None:
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": "new"}])
    api.edit("projects", ACME, name=name)
    ran = place.call("sync", "-n")
    assert (ran.code, ran.results["rows"][0]["name"]) == (0, None)
    assert "json:" not in ran.out
