"""`apply` end to end: what was seen is what is sent, once, on this machine or another, and nothing else."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from tests.end_to_end.place import LEISURELY, Place, place_in
from tests.end_to_end.test_guards import ACME, HALDEN, PITCH, YOGA, all_projects, described_projects
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

SHEET = [{"id": ACME, "tagline": "one"}, {"id": HALDEN, "tagline": "two"}, {"id": YOGA, "tagline": "three"}]
ROWS = 20
WORKERS = 8


@pytest.fixture
def saved(place: Place, api: Traffic) -> Path:
    """A plan of three changes, saved here."""
    place.configure(api.url)
    place.table(SHEET)
    assert place.call("plan", "--out", "saved.json").code == 0
    api.forget()
    return place.folder / "saved.json"


def another_machine(saved: Path, api: Traffic, folder: Path, jobs: str = "[jobs.projects]") -> Place:
    """A place with a configuration and the plan: no sheet, no state, no reports."""
    folder.mkdir()
    place = place_in(folder)
    place.configure(api.url, jobs)
    shutil.copy(saved, folder)
    return place


def patches(api: Traffic) -> dict[str, object]:
    bodies = (request["body"] for request in api.requests("PATCH"))
    return {path.rpartition("/")[2]: body for path, body in zip(api.paths("PATCH"), bodies, strict=True)}


@pytest.mark.every_generation
def test_a_plan_saved_here_is_carried_out_there_exactly(saved: Path, api: Traffic, tmp_path: Path) -> None:
    there = another_machine(saved, api, tmp_path / "there")
    ran = there.call("apply", "saved.json", "--detailed-exitcode")
    assert (ran.code, ran.counts) == (2, {"changed": 3})
    assert patches(api) == {row["id"]: {"tagline": row["tagline"]} for row in SHEET}
    run = ran.results["run"]
    assert (run["command"], run["dry_run"]) == ("apply", False)
    assert run["plan_digest"] == json.loads(saved.read_bytes())["digest"]
    assert [(source["job"], source["rows"]) for source in run["sources"]] == [("projects", 3)]
    methods = [(one["method"], one["path"]) for one in api.requests() if one["path"].endswith(ACME)]
    assert [method for method, _ in methods] == ["GET", "PATCH"]
    assert [(line["row"], line["key"], line["outcome"]) for line in ran.lines] == [
        (str(number), row["id"], "changed") for number, row in enumerate(SHEET, start=2)
    ]


@pytest.mark.every_generation
def test_a_second_apply_is_refused_by_file_and_by_run(saved: Path, place: Place, api: Traffic) -> None:
    preview = (place.folder / "reports" / "latest").resolve().name
    assert place.call("apply", "saved.json").code == 0
    api.forget()
    for words in (["saved.json"], [preview], ["-n", "saved.json"]):
        again = place.call("apply", *words)
        assert again.code == again.results["run"]["exit_code"] == 9
        assert "every change of the saved plan has its outcome" in again.out
    assert {request["path"] for request in api.requests()} == {"/v1/whoami"}


@pytest.mark.every_generation
def test_a_preview_whose_report_went_elsewhere_is_found_by_its_run(saved: Path, place: Place, api: Traffic) -> None:
    place.call("sync", "-n", "--report-dir", "elsewhere")
    run = (place.folder / "elsewhere" / "latest").resolve().name
    assert place.call("apply", run).counts == {"changed": 3}


def test_what_somebody_edited_between_plan_and_apply_is_not_overwritten(
    saved: Path, api: Traffic, tmp_path: Path
) -> None:
    api.edit("projects", HALDEN, tagline="theirs")
    there = another_machine(saved, api, tmp_path / "there")
    ran = there.call("apply", "saved.json")
    assert (ran.code, ran.outcomes) == (3, {2: "changed", 3: "conflict", 4: "changed"})
    assert api.project(HALDEN)["tagline"] == "theirs"
    (told,) = (line["message"] for line in ran.lines if line["outcome"] == "conflict")
    assert all(value in told for value in ("is now theirs", "says two"))
    assert HALDEN not in patches(api)


@pytest.mark.parametrize("flip", [0.1, 0.5, 0.9])
def test_one_flipped_bit_is_refused_before_anything_is_asked(
    flip: float, saved: Path, place: Place, api: Traffic
) -> None:
    written = bytearray(saved.read_bytes())
    written[int(len(written) * flip)] ^= 1
    saved.write_bytes(written)
    ran = place.call("apply", "saved.json")
    assert (ran.code, ran.out) == (9, "")
    assert "saved plan" in ran.err
    assert api.requests() == []


def test_a_plan_for_another_address_or_another_job_is_refused(saved: Path, api: Traffic, tmp_path: Path) -> None:
    elsewhere = another_machine(saved, api, tmp_path / "elsewhere")
    assert elsewhere.call("apply", "saved.json", "--base-url", "https://127.0.0.1:9").code == 9
    other_job = another_machine(saved, api, tmp_path / "other_job", "[jobs.brands]\nresource = 'projects'")
    ran = other_job.call("apply", "saved.json")
    assert ran.code == 9
    assert "known: brands" in ran.err
    assert api.requests() == []


def test_a_plan_for_another_organisation_is_refused(saved: Path, place: Place, api: Traffic) -> None:
    told = saved.read_text(encoding="ascii")
    with_other = place.folder / "other.json"
    with_other.write_text(resealed(told, "org_00000000-0000-4000-8000-000000000000"), encoding="ascii")
    ran = place.call("apply", "other.json")
    assert ran.code == ran.results["run"]["exit_code"] == 9
    assert "org_00000000" in ran.out
    assert {request["path"] for request in api.requests()} == {"/v1/whoami"}


def resealed(text: str, other: str) -> str:
    """The plan as another organisation's run would have saved it."""
    from layersync.plan.saved import digest_of, plan_text, seal_of  # noqa: PLC0415

    told = json.loads(text)
    told["organization_id"] = other
    told["digest"] = digest_of({name: told[name] for name in told if name not in {"run_id", "digest", "seal"}})
    told["seal"] = seal_of(told["run_id"], told["digest"])
    return plan_text(told)


@pytest.mark.parametrize("by", ["the override", "the run"])
def test_both_ways_that_a_held_run_prints_are_true(by: str, place: Place, api: Traffic) -> None:
    place.configure(api.url, "[guards]\narchive = 0\nresearch = 1\n[jobs.projects]\nsource = 'projects.csv'")
    place.table(
        [
            {"id": ACME, "status": "archived"},
            {"id": HALDEN, "appDescription": PITCH},
            {"id": YOGA, "appDescription": PITCH, "tagline": "x"},
        ]
    )
    held = place.call("sync")
    assert (held.code, held.counts) == (5, {"held": 3})
    lines = [line.strip() for line in held.out.splitlines()]
    overrides = [line.removeprefix("to allow it: ") for line in lines if line.startswith("to allow it: ")]
    approvals = {line.partition("layersync ")[2] for line in lines if line.startswith("to approve exactly this")}
    assert len(approvals) == 1
    words = ["sync", *" ".join(overrides).split()] if by == "the override" else approvals.pop().split()

    ran = place.call(*words)
    assert (ran.code, ran.counts) == (0, {"changed": 3})
    assert patches(api) == {
        change["id"].removeprefix("prj_"): change["patch"] for change in held.plan["jobs"][0]["changes"]
    }
    assert [change["id"].endswith(ACME) for change in held.plan["jobs"][0]["changes"]] == [False, False, True]


def test_approval_ends_with_its_plan_and_a_worse_sheet_is_held_again(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    ids = all_projects(api)
    limit = len(ids) * 3 // 10
    place.table([{"id": bare, "tagline": "new" if number <= limit else ""} for number, bare in enumerate(ids)])
    assert place.call("sync", "-n").code == 5
    assert place.call("apply", "latest").counts == {"changed": limit + 1}

    place.table([{"id": bare, "tagline": "worse" if number <= limit + 1 else ""} for number, bare in enumerate(ids)])
    worse = place.call("sync", "--allow", f"projects.changes={limit + 1}")
    assert worse.code == 5
    assert f"--allow projects.changes={limit + 2}" in worse.out
    assert {request["body"]["tagline"] for request in api.requests("PATCH")} == {"new"}


def test_a_file_is_guarded_where_it_is_applied_and_held_there_it_can_be_approved_there(
    place: Place, api: Traffic, tmp_path: Path
) -> None:
    place.configure(api.url, "[guards]\nclears = 0\n[jobs.projects]\nsource = 'projects.csv'")
    place.table([{"id": ACME, "appName": "<clear>"}, {"id": YOGA, "tagline": "free to go"}])
    assert place.call("plan", "--out", "saved.json").code == 5
    there = another_machine(
        place.folder / "saved.json", api, tmp_path / "there", "[guards]\nclears = 0\n[jobs.projects]"
    )

    held = there.call("apply", "saved.json")
    assert (held.code, held.outcomes) == (5, {2: "held", 3: "changed"})
    assert (held.folder / "plan.json").read_bytes() == (place.folder / "saved.json").read_bytes()
    assert there.call("apply", "saved.json", "--allow", "projects.clears=0").code == 5
    approved = there.call("apply", held.folder.name)
    assert (approved.code, approved.outcomes) == (0, {2: "changed", 3: "changed"})
    assert len(api.requests("PATCH")) == 2
    assert there.call("apply", "saved.json", "--allow", "projects.clears=1").code == 9


def test_after_kill_9_the_same_apply_carries_on_and_nothing_takes_effect_twice(place: Place, api: Traffic) -> None:
    ids = described_projects(api)[:ROWS]
    place.configure(api.url, "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'", limits=LEISURELY)
    place.table([{"id": bare, "appDescription": f"{number:02} {PITCH}"} for number, bare in enumerate(ids)])
    assert place.call("plan", "--out", "saved.json").code == 0
    # the third PATCH and all after it are worked on, and answered too late for the one who asked
    api.faults({"method": "PATCH", "after": 2, "do": {"delay": 30}})
    with place.started("apply", "saved.json") as process:
        api.wait_for_fault(process)
        process.kill()
        assert place.ended(process).code == -signal.SIGKILL
    sent = {request["path"] for request in api.requests("PATCH")}
    assert 2 < len(sent) < ROWS

    api.faults()
    api.forget()
    again = place.run("apply", "saved.json")
    assert (again.code, again.counts) == (0, {"changed": ROWS})
    assert again.results["run"]["resumed_from"] is not None
    assert not sent & {request["path"] for request in api.requests("PATCH")}
    for number, bare in enumerate(ids):
        assert api.project(bare)["appDescription"] == f"{number:02} {PITCH}"
        assert api.research(bare) == 1
    assert place.call("apply", "saved.json").code == 9
    assert place.call("sync").counts == {"unchanged": ROWS}


def test_an_apply_that_a_time_limit_stopped_is_carried_on(place: Place, api: Traffic) -> None:
    ids = described_projects(api)[:ROWS]
    place.configure(api.url, "[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'")
    place.table([{"id": bare, "tagline": f"new {number}"} for number, bare in enumerate(ids)])
    preview = place.call("sync", "-n")
    # the limit passes before the first answer: nothing leaves after those that are under way
    api.faults({"method": "PATCH", "do": {"delay": 1.0}})
    stopped = place.call("apply", preview.folder.name, "--max-duration", "0.6s")
    done = stopped.counts.get("changed", 0)
    assert (stopped.code, stopped.counts["not_attempted"]) == (8, ROWS - done)
    assert done <= WORKERS
    api.faults()
    api.forget()
    assert place.call("apply", preview.folder.name).counts == {"changed": ROWS}
    assert len(api.requests("PATCH")) == ROWS - done


def test_the_daily_cap_holds_though_every_record_is_read_right_before_its_write(
    saved: Path, place: Place, api: Traffic
) -> None:
    place.configure(api.url, limits="tier = 'custom'\nwrites_per_day = 2\nshare = 1.0")
    ran = place.call("apply", "saved.json")
    assert (ran.code, ran.counts, len(api.requests("PATCH"))) == (8, {"changed": 2, "not_attempted": 1}, 2)
    place.configure(api.url)
    assert place.call("apply", "saved.json").counts == {"changed": 3}


def test_a_question_beside_the_preview_changes_nothing_of_the_plan(saved: Path, place: Place, api: Traffic) -> None:
    asked = place.call("plan", "--explain", ACME)
    assert asked.plan["digest"] == json.loads(saved.read_bytes())["digest"]
    assert place.call("apply", asked.folder.name).counts == {"changed": 3}


def test_what_a_run_could_not_have_sent_is_not_kept_for_another(place: Place, api: Traffic) -> None:
    jobs = "[jobs.projects]\nsource = 'projects.csv'\n[jobs.other]\nresource = 'projects'\nsource = 'other.csv'\n"
    place.table([{"id": ACME, "tagline": "one"}])
    place.table([{"id": HALDEN, "tagline": "two"}, {"id": YOGA, "status": "gone"}], "other.csv")
    place.configure(api.url, jobs + "invalid_rows = 'abort'")
    preview = place.call("sync", "-n")
    assert preview.code == 4
    assert [job["job"] for job in preview.plan["jobs"]] == ["projects"]
    assert preview.plan["digest"] == preview.results["run"]["plan_digest"]
    assert place.call("apply", "latest").counts == {"changed": 1}
    assert set(patches(api)) == {ACME}

    place.configure(api.url, "[run]\nall_or_nothing = true\n" + jobs + "invalid_rows = 'abort'")
    assert place.call("sync", "-n").code == 4
    assert place.call("apply", "latest").code == 64
