"""`fetch = "changed"` from end to end: it spares reads, and neither hides a change nor overwrites one."""

import csv
import itertools
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layersync.sandbox.generate import generate
from layersync.sandbox.projects import stamp
from layersync.values.outcome import Word
from layersync.values.reads import Reads
from layersync.values.report import Report
from tests.end_to_end.in_process import ORGANIZATION, InProcess, run_corridor
from tests.end_to_end.place import Place
from tests.end_to_end.traffic import Traffic
from tests.virtual_time import START

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
AVA = "inf_01HXZ9K4T7QW3M8N5B2V6C0DRE"
A_DAY_S = 86_401.0  # nobody is that punctual

FEW = generate(6, 0, ORGANIZATION)
IDS = [str(one["id"]) for one in FEW["projects"]]


class World:
    """A few projects, a sheet of them, and the runs over it; each run is a day later."""

    def __init__(self, folder: Path, **job_keys: str) -> None:
        self.server = InProcess(FEW)
        self._folder = folder
        self._job_keys = {"fetch": "changed", **job_keys}
        self._runs = itertools.count()
        self.sheet = {bare: self.tagline(bare) for bare in IDS}

    def tagline(self, bare: str) -> str:
        return str(self.server.records.projects[bare]["tagline"])

    def edit(self, bare: str, *, says_so: bool = True, **fields: object) -> None:
        """Somebody edits a project; unless `says_so`, its `updatedAt` stays."""
        record = {**self.server.records.projects[bare], **fields}
        self.server.records.put_project(record | ({"updatedAt": stamp(next(self._moments))} if says_so else {}))

    _moments = (START.replace(microsecond=number) for number in itertools.count(1))

    def run(self) -> tuple[Report, Counter[str]]:
        """One run, and what it asked for: pages, records, patches."""
        with (self._folder / "sheet.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("id", "tagline"), *self.sheet.items()])
        number, before = next(self._runs), len(self.server.sent)
        report = run_corridor(
            *(self.server, self._folder, "projects", "id", f"run-{number}"),
            later_s=number * A_DAY_S,
            **self._job_keys,
        )
        sent = self.server.sent[before:]
        return report, Counter(_kind(one.method, one.path) for one in sent if one.path != "/v1/whoami")


def _kind(method: str, path: str) -> str:
    return "patch" if method == "PATCH" else "page" if path.endswith("projects") else "record"


def reads(report: Report) -> Reads:
    plan = report.jobs[0].plan
    assert plan is not None
    assert plan.reads is not None
    return plan.reads


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_record_from_memory_is_read_again_right_before_its_patch(world: World) -> None:
    world.run()
    world.sheet[IDS[0]] = "new"
    report, asked = world.run()
    assert asked == {"page": 1, "record": 1, "patch": 1}
    assert world.tagline(IDS[0]) == "new"
    price = report.jobs[0].plan and report.jobs[0].plan.price
    assert (price and price.reads, reads(report).remembered) == (1, 6), "and the plan's price says so"


def test_our_own_patch_moves_the_record_so_that_the_next_run_reads_it_once(world: World) -> None:
    world.run()
    world.sheet[IDS[0]] = "new"
    world.run()
    assert world.run()[1] == {"page": 1, "record": 1}
    assert world.run()[1] == {"page": 1}


def test_an_edit_that_the_stamp_does_not_show_is_never_overwritten(world: World) -> None:
    world.run()
    world.edit(IDS[0], says_so=False, tagline="somebody's")
    world.sheet[IDS[0]] = "new"
    report, asked = world.run()
    assert {one.word for one in report.jobs[0].outcomes.values()} == {Word.CONFLICT}
    assert asked["patch"] == 0
    assert world.tagline(IDS[0]) == "somebody's"


@pytest.mark.parametrize(("full_every", "seen_on_day"), [("1d", 1), ("2d", 2), ("7d", 7)])
def test_an_edit_that_the_stamp_does_not_show_is_seen_when_the_trust_ends(
    tmp_path: Path, full_every: str, seen_on_day: int
) -> None:
    world = World(tmp_path, full_every=full_every)
    world.run()
    world.edit(IDS[0], says_so=False, tagline="somebody's")
    for day in range(1, seen_on_day):
        assert world.run()[1] == {"page": 1}, day
    report, asked = world.run()
    assert (asked["record"], asked["patch"]) == (6, 1)
    assert reads(report).told == "what is remembered is older than full_every"


EDITS = st.dictionaries(st.sampled_from(IDS), st.sampled_from(["a", "b", "c"]))


@settings(max_examples=settings.default.max_examples // 6)
@given(nights=st.lists(st.tuples(EDITS, EDITS), max_size=3))
def test_whoever_moves_what_the_end_is_that_of_reading_everything(
    nights: list[tuple[Mapping[str, str], Mapping[str, str]]],
) -> None:
    """Each night somebody edits the API, and somebody the sheet; then it runs, with memory and without."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        worlds = (World(Path(one)), World(Path(other), fetch="full"))
        for edited, stated in nights:
            words = []
            for world in worlds:
                for bare, tagline in edited.items():
                    world.edit(bare, tagline=tagline)
                world.sheet.update(stated)
                report, _ = world.run()
                words.append({row: one.word for row, one in report.jobs[0].outcomes.items()})
                assert {bare: world.tagline(bare) for bare in IDS} == world.sheet
            assert words[0] == words[1]
        worlds[0].run()
        assert worlds[0].run()[1] == {"page": 1}


JOBS = """
[jobs.projects]
source = "projects.csv"
fetch = "changed"
"""


def run(place: Place, api: Traffic, *words: str) -> tuple[Counter[str], str, dict[str, object]]:
    """A run over real HTTP: what it asked for, what it said on stderr, and how the report says it read."""
    api.forget()
    ran = place.call("sync", "-n", *words)
    asked = Counter(_kind(one["method"], one["path"]) for one in api.requests() if one["path"] != "/v1/whoami")
    told: dict[str, object] = ran.job(ran.results["jobs"][0]["job"])["reads"]
    return asked, " ".join((ran.err + ran.out).split()), told


@pytest.fixture
def remembering(place: Place, api: Traffic) -> Place:
    place.configure(api.url, JOBS)
    place.table([{"id": bare, "tagline": "x", "metadata.a": "1"} for bare in (ACME, HALDEN)])
    assert run(place, api)[0] == {"record": 2}
    return place


@pytest.mark.every_generation
def test_it_is_told_what_was_remembered_and_why_nothing_was(remembering: Place, api: Traffic, generation: str) -> None:
    asked, said, told = run(remembering, api)
    if generation == "a":  # its list does not show when a project was changed
        assert asked == {"page": 1, "record": 2}
        assert "every record was read: the listing shows no updatedAt" in said
        assert (told["remembered"], told["fallback"]) == (0, "the listing shows no updatedAt")
    else:
        assert asked == {"page": 1}
        assert "2 records from memory, read on" in said
        assert (told["remembered"], told["way"], told["fallback"]) == (2, "listing", "")


def test_v_says_which_way_was_taken_and_its_price(remembering: Place, api: Traffic) -> None:
    assert "projects: read 1 page of the listing: 1 request (one by one: 2)" in run(remembering, api, "-v")[1]


CHANGES_OF_THE_JOB = {
    "another column": ({"appName": "x"}, {"page": 1}),
    "fewer columns": ({"timezone": "UTC"}, {"page": 1}),
}


@pytest.mark.parametrize(("cells", "expected"), CHANGES_OF_THE_JOB.values(), ids=CHANGES_OF_THE_JOB)
def test_other_columns_are_answered_from_the_same_memory(
    remembering: Place, api: Traffic, cells: Mapping[str, str], expected: Mapping[str, int]
) -> None:
    remembering.table([{"id": bare, **cells} for bare in (ACME, HALDEN)])
    assert run(remembering, api)[0] == expected


def test_a_part_of_the_sheet_leaves_the_memory_of_the_rest(remembering: Place, api: Traffic) -> None:
    api.edit("projects", ACME, tagline="moved")
    assert run(remembering, api, "--key", ACME, "--only-fields", "tagline")[0]["record"] == 1
    assert run(remembering, api)[0] == {"page": 1}


def test_another_key_is_answered_from_the_same_memory(remembering: Place, api: Traffic) -> None:
    external = [str(api.project(bare)["customerExternalId"]) for bare in (ACME, HALDEN)]
    remembering.configure(api.url, f"{JOBS}\nkey = 'customerExternalId'")
    remembering.table([{"customerExternalId": one, "tagline": "x"} for one in external])
    assert run(remembering, api)[0] == {"page": 1}


def test_a_damaged_memory_is_told_and_replaced(remembering: Place, api: Traffic) -> None:
    (file,) = (remembering.folder / ".layersync").glob("*.records")
    file.write_bytes(file.read_bytes()[:-1])
    asked, said, told = run(remembering, api)
    assert asked == {"record": 2}
    assert "every record was read" in said
    assert "is damaged" in str(told["fallback"])
    assert run(remembering, api)[0] == {"page": 1}


def test_a_memory_that_cannot_be_written_is_told_and_the_run_goes_on(remembering: Place, api: Traffic) -> None:
    (file,) = (remembering.folder / ".layersync").glob("*.records")
    file.unlink()
    file.mkdir()
    asked, said, _ = run(remembering, api)
    assert asked == {"record": 2}
    assert "The next run reads every record again" in said


def test_influencers_are_all_read_and_that_is_said(place: Place, api: Traffic) -> None:
    place.configure(api.url, '[jobs.influencers]\nsource = "influencers.csv"\nfetch = "changed"')
    place.table([{"influencerId": AVA, "vibe": "new"}], "influencers.csv")
    for _ in range(2):
        asked, said, told = run(place, api)
        assert asked == {"record": 1}
        assert "the listing of influencers does not show when a record changed" in said
        assert told["fallback"]


def test_without_it_nothing_is_kept(place: Place, api: Traffic) -> None:
    place.configure(api.url)
    place.table([{"id": ACME, "tagline": "x"}])
    assert run(place, api)[0] == {"record": 1}
    assert not list((place.folder / ".layersync").glob("*.records"))
