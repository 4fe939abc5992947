"""Reading takes the fewest requests, counted on the sandbox over real HTTP (issue 5, must show 2)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.crowd import Crowd, asked, crowd
from tests.end_to_end.place import Place, Ran, place_in

SLOW = pytest.mark.slow
CHANGED = '[jobs.projects]\nsource = "projects.csv"\nfetch = "changed"\n'
NOBODY = "00000000-0000-4000-8000-00000000000{}"


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
    assert "every record was read: nothing is remembered yet" in ran.err
    return place


@pytest.fixture
def again(tmp_path: Path, knowing: Place) -> Place:
    """The same place once more, as that run left it."""
    shutil.copytree(knowing.folder, tmp_path / "again", symlinks=True)
    return place_in(tmp_path / "again")


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
