"""Reading takes the fewest requests, counted on the sandbox over real HTTP (issue 5, must show 2)."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from layersync.sandbox.generate import generate
from tests.end_to_end.place import Place, Ran, place_in
from tests.end_to_end.traffic import Traffic
from tests.sandbox.server import running_sandbox

SLOW = pytest.mark.slow
OUR_SEED = 24  # projects of the seed that belong to the key's organisation
CHANGED = '[jobs.projects]\nsource = "projects.csv"\nfetch = "changed"\n'
NOBODY = "00000000-0000-4000-8000-00000000000{}"


@dataclass(frozen=True)
class Crowd:
    """A sandbox with so many projects, and the ids of those that were generated."""

    api: Traffic
    size: int
    ids: list[str]

    @property
    def pages(self) -> int:
        """The pages of a listing."""
        return -(-self.size // 200)

    def rows(self, *columns: str) -> list[dict[str, str]]:
        """A sheet that states what every project has in these columns."""
        projects = self.api.records("projects")
        mine = {one["organizationId"] for bare, one in projects.items() if bare in self.ids[:1]}
        return [
            {"id": bare, **{column: one[column] or "<clear>" for column in columns}}
            for bare, one in projects.items()
            if one["organizationId"] in mine
        ]


@contextmanager
def crowd(folder: Path, size: int) -> Iterator[Crowd]:
    flags = ("--tier", "partner", "--minute", "0.1", "--records", str(size - OUR_SEED))
    with running_sandbox(*flags, log=folder / "requests.jsonl") as running:
        yield Crowd(Traffic(running), size, [one["id"] for one in generate(size - OUR_SEED, 0, "")["projects"]])


@pytest.fixture(scope="module", params=[400, pytest.param(2_000, marks=SLOW)])
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    with crowd(tmp_path_factory.mktemp("many"), request.param) as found:
        yield found


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    with crowd(tmp_path_factory.mktemp("huge"), 20_000) as found:
        yield found


@pytest.fixture(scope="module")
def knowing(tmp_path_factory: pytest.TempPathFactory, many: Crowd) -> Place:
    """A place where a first run with `fetch = "changed"` has read every project in full."""
    place = place_in(tmp_path_factory.mktemp("knowing"))
    place.configure(many.api.url, CHANGED)
    place.table(many.rows("appName", "timezone"))
    many.api.forget()
    ran = place.call("sync", "-n")
    assert (ran.counts, asked(many.api)) == ({"unchanged": many.size}, {"record": many.size})
    assert "every record was read: none was read by this job here before" in ran.err
    return place


@pytest.fixture
def again(tmp_path: Path, knowing: Place) -> Place:
    """The same place once more, as that run left it."""
    shutil.copytree(knowing.folder, tmp_path / "again", symlinks=True)
    return place_in(tmp_path / "again")


def asked(api: Traffic) -> Counter[str]:
    """What was asked since the last look: pages of listings, lookups by a key, single records."""
    kinds = Counter(_kind(one["path"], one["query"]) for one in api.requests() if one["path"] != "/v1/whoami")
    api.forget()
    return kinds


def _kind(path: str, query: str) -> str:
    if "customerExternalId=" in query:
        return "lookup"
    return "page" if path.endswith(("projects", "influencers")) else "record"


def in_step(ran: Ran, crowd: Crowd) -> bool:
    return (ran.code, ran.counts) == (0, {"unchanged": crowd.size})


def test_listed_columns_alone_take_the_pages_of_the_listing(place: Place, many: Crowd) -> None:
    place.configure(many.api.url)
    place.table(many.rows("timezone", "status"))
    many.api.forget()
    assert in_step(place.call("sync", "-n"), many)
    assert asked(many.api) == {"page": many.pages}


def fifty(place: Place, crowd: Crowd, column: str, absent: int) -> Ran:
    """Runs a sheet of 50 rows by id with one column; so many of them name nobody."""
    place.configure(crowd.api.url)
    there = crowd.ids[:: len(crowd.ids) // 50][: 50 - absent]
    value = {"tagline": "new", "timezone": "Asia/Tokyo"}[column]
    place.table([{"id": bare, column: value} for bare in (*there, *map(NOBODY.format, range(absent)))])
    crowd.api.forget()
    return place.call("sync", "-n")


@pytest.mark.parametrize("absent", [0, 2])
def test_50_rows_by_id_take_a_read_each(place: Place, many: Crowd, absent: int) -> None:
    ran = fifty(place, many, "tagline", absent)
    assert (sum(ran.counts.values()), ran.counts.get("not_found", 0)) == (50, absent)
    assert asked(many.api) == {"record": 50}


@SLOW
@pytest.mark.parametrize("absent", [0, 2])
@pytest.mark.parametrize("column", ["tagline", "timezone"])
def test_50_rows_by_id_in_an_organisation_of_20000_take_51_at_most(
    place: Place, huge: Crowd, column: str, absent: int
) -> None:
    """Whether a listing shows the column or not: it would take 100 pages."""
    ran = fifty(place, huge, column, absent)
    assert (sum(ran.counts.values()), ran.counts.get("not_found", 0)) == (50, absent)
    assert asked(huge.api).total() <= 51


def test_a_quiet_night_takes_the_pages_of_the_listing_and_nothing_else(again: Place, many: Crowd) -> None:
    many.api.forget()
    assert in_step(again.call("sync"), many)
    assert asked(many.api) == {"page": many.pages}


def test_what_somebody_changed_is_read_and_nothing_else(again: Place, many: Crowd) -> None:
    for bare in many.ids[5:305:100]:
        many.api.edit("projects", bare, metadata={"moved": True})
    many.api.forget()
    assert in_step(again.call("sync", "-n"), many)
    assert asked(many.api) == {"page": many.pages, "record": 3}
    assert in_step(again.call("sync", "-n"), many), "what was read is remembered, also by a dry run"
    assert asked(many.api) == {"page": many.pages}
