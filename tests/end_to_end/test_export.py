"""What `export` writes, `plan` finds in step; it asks with GET, writes once, and leaves alone what is there."""

import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.place import Place, Ran
from tests.end_to_end.traffic import Traffic
from tests.sandbox.server import RunningSandbox, running_sandbox

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
JOBS = """
[jobs.projects]
source = "no-such-sheet.csv"
[jobs.influencers]
[jobs.mapped]
resource = "projects"
key = "customerExternalId"
header_row = 3
list_separator = ";"
columns = { "Time zone" = "timezone", "Kunde" = "customerExternalId" }
expect = ["name"]
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A sandbox with so many records that a listing takes several pages."""
    log = tmp_path_factory.mktemp("many") / "requests.jsonl"
    flags = ("--tier", "partner", "--minute", "1", "--records", "180", "--influencers", "300")
    with running_sandbox(*flags, log=log) as running:
        yield running


@pytest.fixture
def ready(place: Place, api: Traffic) -> Place:
    place.configure(api.url, JOBS)
    return place


def planned(place: Place, job: str, file: str) -> Ran:
    return place.call("plan", job, "--source", f"{job}={file}", "--detailed-exitcode")


@pytest.mark.parametrize("file", ["out.csv", "out.xlsx"])
@pytest.mark.parametrize(("job", "records"), [("projects", 24), ("influencers", 16), ("mapped", 22)])
def test_an_export_plans_to_no_changes(ready: Place, api: Traffic, job: str, records: int, file: str) -> None:
    ran = ready.call("export", job, "--to", file)
    noun = "influencers" if job == "influencers" else "projects"
    assert ran.code == 0
    assert ran.out.splitlines()[0] == f"{api.url} · Sandbox"
    assert ran.out.splitlines()[1].startswith(f"{records} {noun} written to {file}")
    assert set(api.methods()) == {"GET"}
    plan = planned(ready, job, file)
    assert (plan.code, plan.counts) == (0, {"unchanged": records})


@pytest.mark.parametrize(
    ("job", "records"), [("projects", 204), pytest.param("influencers", 316, marks=pytest.mark.slow)]
)
def test_many_records_over_several_pages_plan_to_no_changes(
    place: Place, many: RunningSandbox, job: str, records: int
) -> None:
    place.configure(many.url, "[jobs.projects]\n[jobs.influencers]")
    assert place.call("export", job, "--to", "out.csv").code == 0
    plan = planned(place, job, "out.csv")
    assert (plan.code, plan.counts) == (0, {"unchanged": records})
    assert {one["method"] for one in many.entries()} == {"GET"}


def test_what_a_sheet_cannot_say_is_left_blank_and_told_with_record_and_field(ready: Place, api: Traffic) -> None:
    api.edit("projects", ACME, tagline="#N/A", status="paused")
    ran = ready.call("export", "projects", "--to", "out.csv")
    assert ran.code == 0
    told = ran.err.replace("prj_", "")
    assert f"left blank tagline of {ACME}: the cell holds an error value of the spreadsheet" in told
    assert f"left blank status of {ACME}: " in told
    assert "24 projects written to out.csv; 2 left out, see above" in ran.out
    assert planned(ready, "projects", "out.csv").code == 0


@pytest.mark.every_generation
def test_an_edit_of_the_exported_sheet_is_the_only_change(ready: Place, api: Traffic) -> None:
    ready.call("export", "projects", "--to", "out.csv")
    sheet = ready.folder / "out.csv"
    sheet.write_bytes(sheet.read_bytes().replace(b"America/Los_Angeles", b"Europe/Berlin", 1))
    assert planned(ready, "projects", "out.csv").counts == {"would_change": 1, "unchanged": 23}


def test_a_file_that_is_there_is_left_alone_and_nothing_is_asked(ready: Place, api: Traffic) -> None:
    ready.sheet("mine", "out.csv")
    ran = ready.call("export", "projects", "--to", "out.csv")
    assert ran.code == 64
    assert "is there already" in ran.err
    assert (ready.folder / "out.csv").read_text() == "mine"
    assert api.requests() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "projects", "--to", "out.ods"), "must end in .csv or .xlsx"),
        (("export", "projects", "--to", "nowhere/out.csv"), "there is no folder"),
        (("export", "projcets", "--to", "out.csv"), "did you mean projects?"),
        (("export", "projects"), "--to"),
    ],
)
def test_a_command_line_that_is_wrong_asks_nothing(
    ready: Place, api: Traffic, words: tuple[str, ...], said: str
) -> None:
    ran = ready.call(*words)
    assert ran.code == 64
    assert said in ran.err
    assert api.requests() == []


ENDED_EARLY = [
    ("a key that is no good", {"path": "/v1/whoami", "do": {"status": 401, "code": "UNAUTHENTICATED"}}, 6),
    ("a listing that cannot be read", {"path": "/v1/projects", "do": {"garbage": True}}, 8),
    (
        "a record that cannot be read",
        {"path": "/v1/projects/*", "do": {"status": 403, "code": "FORBIDDEN_SCOPE"}},
        6,
    ),
]


@pytest.mark.parametrize(("fault", "code"), [one[1:] for one in ENDED_EARLY], ids=[one[0] for one in ENDED_EARLY])
def test_an_export_that_cannot_be_whole_writes_nothing(
    place: Place, api: Traffic, fault: dict[str, object], code: int
) -> None:
    place.configure(api.url, JOBS, limits="max_attempts = 1")
    api.faults(fault)
    ran = place.call("export", "projects", "--to", "out.csv")
    assert (ran.code, ran.out) == (code, f"{api.url}\n")
    assert files(place.folder) == {"config.toml"}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGTERM, 143, id="TERM"),
        pytest.param(signal.SIGINT, 130, id="INT", marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, 129, id="HUP", marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_an_export_at_once_and_nothing_is_left(
    ready: Place, api: Traffic, number: signal.Signals, code: int
) -> None:
    api.faults({"path": "/v1/projects", "do": {"delay": 600}})
    with ready.started("export", "projects", "--to", "out.csv") as process:
        api.wait_for_fault(process)
        process.send_signal(number)
        ran = ready.ended(process)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.splitlines()[-1].endswith(f"ended by {number.name}")
    assert files(ready.folder) == {"config.toml"}


def test_the_file_is_the_owners_alone_and_quiet_says_nothing(ready: Place, api: Traffic) -> None:
    ran = ready.call("export", "influencers", "--to", "out.xlsx", "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert stat.S_IMODE((ready.folder / "out.xlsx").stat().st_mode) == 0o600
    assert files(ready.folder) == {"config.toml", "out.xlsx"}


def files(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_what_a_workbook_cannot_hold_is_left_blank_and_told(ready: Place, api: Traffic) -> None:
    api.edit("projects", ACME, tagline="a\uffffb")
    ran = ready.call("export", "projects", "--to", "out.xlsx")
    assert f"left blank tagline of {ACME}: no workbook can hold the character U+FFFF" in ran.err
    assert "1 left out" in ran.out
    plan = planned(ready, "projects", "out.xlsx")
    assert (plan.code, plan.counts) == (0, {"unchanged": 24})
