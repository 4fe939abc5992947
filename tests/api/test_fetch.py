"""Reading what a sheet asks for: never from a damaged listing, and right about what moves meanwhile."""

import random
from collections.abc import Mapping, Sequence
from functools import partial

import pytest

from layersync.api.client import ReadClient
from layersync.api.conditions import Conditions, Tally
from layersync.api.fetch import fetch
from layersync.api.pacer import gates_of
from layersync.api.stop import Stop
from layersync.errors import ApiRefuses, StoppedEarly
from layersync.values.live import Live
from layersync.values.reads import FullRecord
from tests.api.desk import BUDGET
from tests.api.server import Fault, SimulatedServer, json_answer, raw, status
from tests.plan.build import PROJECTS, an_id, desired, project
from tests.virtual_time import VirtualClock, run_virtual

Record = Mapping[str, object]
STAMP = "2026-04-18T19:02:11.959888+00:00"


def world(*projects: Record) -> SimulatedServer:
    server = SimulatedServer({f"/v1/projects/{one['id']}": dict(one) for one in projects})
    server.listings["/v1/projects"] = projects
    return server


def read(
    server: SimulatedServer,
    rows: Sequence[Mapping[str, object]],
    key: str = "id",
    kept: Mapping[str, FullRecord] | None = None,
) -> Live:
    async def main() -> Live:
        clock = VirtualClock()
        conditions = Conditions(
            gates=gates_of(BUDGET, clock),
            clock=clock,
            stop=Stop(),
            rng=random.Random(0),
            tally=Tally(),
            max_attempts=2,
        )
        sheet = desired(PROJECTS, rows, key=key)
        return await fetch(sheet, PROJECTS, ReadClient(server, conditions), clock, lambda _done, _asked: None, kept)

    return run_virtual(main())


def pages(*bodies: object) -> list[Fault | None]:
    """Answers of the server, one after the other."""
    return [partial(lambda body, _server, _request: json_answer(200, body), body) for body in bodies]


def listed(*numbers: int) -> list[Mapping[str, object]]:
    """Rows that a listing answers."""
    return [{"id": an_id(n), "timezone": "UTC"} for n in numbers]


def in_full(*numbers: int) -> list[Mapping[str, object]]:
    return [{"id": an_id(n), "tagline": "x"} for n in numbers]


def found(live: Live) -> set[str]:
    return set(live.records["_id"])


DAMAGED = [
    ("a page without items", pages({"nextCursor": None})),
    ("an item that is none", pages({"items": [5], "nextCursor": None})),
    ("an item without an id", pages({"items": [{"name": "x"}], "nextCursor": None})),
    ("a cursor that is no text", pages({"items": [], "nextCursor": 5})),
    ("a page that comes again", pages({"items": [], "nextCursor": "c"}, {"items": [], "nextCursor": "c"})),
    ("a cursor that goes back", pages(*({"items": [], "nextCursor": one} for one in ("a", "b", "a")))),
    ("a page that is no JSON", [raw(b"<html>", "text/html")] * 4),
    ("a page that is cut off", [raw(b'{"items": [')] * 4),
    ("a second page that is cut off", [*pages({"items": [], "nextCursor": "c"}), *[raw(b'{"items": [')] * 4]),
    ("a listing that is not there", [status(404, "NOT_FOUND")]),
]


def endless(*items: object) -> list[Fault | None]:
    """Pages that always lead on to another one."""
    return pages(*({"items": list(items), "nextCursor": f"c{n}"} for n in range(200)))


@pytest.mark.parametrize("faults", [endless(), endless(project(20))], ids=["empty pages", "the same page"])
def test_C8_a_listing_that_goes_on_without_anything_new_stops_it(faults: list[Fault | None]) -> None:
    server = world(*(project(n) for n in range(250)))
    server.faults["GET"] = list(faults)
    with pytest.raises(StoppedEarly, match="the listing of projects is damaged"):
        read(server, listed(*range(250)))
    assert len(server.log) <= 101


@pytest.mark.parametrize(
    "bad", ["../../v1/whoami", "..", "http://evil.example/x", "", "01HXZ9K4T7QW3M8N5B2V6C0DRE", "a\r\nb"]
)
@pytest.mark.parametrize("column", ["timezone", "tagline"], ids=["listed", "read in full"])
@pytest.mark.parametrize("rows", [1, 120], ids=["looked up", "listed"])
def test_E1_a_record_whose_id_is_none_is_not_planned_for(bad: str, column: str, rows: int) -> None:
    external = [{**project(n, customerExternalId=f"c{n}"), **({} if n else {"id": bad})} for n in range(rows)]
    server = world(*external)
    with pytest.raises(StoppedEarly, match="shows an id that is none"):
        read(server, [{"customerExternalId": f"c{n}", column: "UTC"} for n in range(rows)], key="customerExternalId")
    assert all(path.startswith("/v1/projects") and bad not in path for _, _, path, _ in server.log if bad)


@pytest.mark.parametrize("faults", [one[1] for one in DAMAGED], ids=[one[0] for one in DAMAGED])
def test_a_damaged_listing_stops_it(faults: list[Fault | None]) -> None:
    server = world(*(project(n) for n in range(9)))
    server.faults["GET"] = list(faults)
    with pytest.raises(StoppedEarly):
        read(server, listed(*range(9)))
    assert sum("/v1/projects/" in path for _, _, path, _ in server.log) == 0


def test_a_key_that_may_not_read_is_refused() -> None:
    server = world(project(1))
    server.faults["GET"] = [status(403, "FORBIDDEN_SCOPE")]
    with pytest.raises(ApiRefuses):
        read(server, in_full(1))


def test_a_record_that_moves_to_the_next_page_while_it_is_read_is_there_once() -> None:
    server = world(*(project(n) for n in (1, 2, 3, 4)))
    server.faults["GET"] = pages(
        {"items": [project(1), project(2)], "nextCursor": "c"}, {"items": [project(2), project(3)], "nextCursor": None}
    )
    live = read(server, listed(1, 2, 3, 4))
    assert sorted(live.records["_id"]) == [an_id(n) for n in (1, 2, 3, 4)]
    assert live.reads.records == 1, "the one that the pages skipped was asked for by itself"


def test_a_record_that_is_gone_between_listing_and_reading_is_not_found_and_the_others_are() -> None:
    external = [project(n, customerExternalId=f"c{n}") for n in range(5)]
    server = world(*external)
    del server.records[f"/v1/projects/{an_id(2)}"]
    live = read(server, [{"customerExternalId": f"c{n}", "tagline": "x"} for n in range(5)], key="customerExternalId")
    assert (found(live), live.missing) == ({an_id(n) for n in (0, 1, 3, 4)}, {"c2"})


def test_an_answer_about_another_record_stops_it() -> None:
    server = world(project(1), project(2))
    server.records[f"/v1/projects/{an_id(1)}"] = project(2)
    with pytest.raises(StoppedEarly, match="another project than the one asked for"):
        read(server, in_full(1))


LOOKUP = [{"customerExternalId": "c1", "tagline": "x"}]


def test_a_listing_that_ignores_the_filter_of_a_lookup_is_noticed() -> None:
    server = world()
    server.faults["GET"] = pages({"items": [project(5, customerExternalId="c5")], "nextCursor": "more"})
    with pytest.raises(StoppedEarly, match="does not filter by customerExternalId"):
        read(server, LOOKUP, key="customerExternalId")


def test_a_lookup_that_finds_somebody_else_has_found_nobody() -> None:
    server = world()
    server.faults["GET"] = pages({"items": [project(5, customerExternalId="C1")], "nextCursor": None})
    assert read(server, LOOKUP, key="customerExternalId").missing == {"c1"}


def test_a_lookup_that_finds_two_has_found_none_for_sure() -> None:
    server = world(project(1, customerExternalId="c1"), project(2, customerExternalId="c1"))
    live = read(server, LOOKUP, key="customerExternalId")
    assert (live.ambiguous, len(live.records)) == ({"c1"}, 0)


def test_what_is_tried_again_is_asked_for_once() -> None:
    server = world(project(1))
    server.faults["GET"] = [status(503)]
    live = read(server, in_full(1))
    assert (len(server.log), live.reads.records, live.reads.requests) == (2, 1, 1)


def test_what_is_kept_is_not_read_again_as_long_as_the_listing_shows_the_stamp() -> None:
    server = world(*(project(n, updatedAt=STAMP) for n in range(3)))
    first = read(server, in_full(*range(3)), kept={})
    assert (first.reads.way, len(first.read_in_full), first.reads.remembered) == ("one by one", 3, 0)
    kept = {one.id: one for one in first.read_in_full}

    server.listings["/v1/projects"] = [project(n, updatedAt=f"2026-05-0{n + 1}T00:00:00Z") for n in range(1)] + [
        project(n, updatedAt=STAMP) for n in range(1, 3)
    ]
    server.log.clear()
    again = read(server, in_full(*range(3)), kept=kept)
    assert [path for _, _, path, _ in server.log] == ["/v1/projects", f"/v1/projects/{an_id(0)}"]
    assert (again.reads.way, again.reads.remembered, again.reads.one_by_one) == ("mix", 2, 3)
    assert again.reads.remembered_since == min(one.read_at for one in kept.values() if one.id != an_id(0))
    assert again.records.drop("_read_at").sort("_id").equals(first.records.drop("_read_at").sort("_id"))


def test_what_is_kept_but_cannot_be_read_is_asked_for() -> None:
    server = world(*(project(n, updatedAt=STAMP) for n in range(3)))
    kept = {an_id(n): FullRecord(id=an_id(n), stamp=STAMP, read_at=0.0, body=b"{") for n in range(3)}
    live = read(server, in_full(*range(3)), kept=kept)
    assert (found(live), live.reads.remembered, live.reads.records) == ({an_id(n) for n in range(3)}, 0, 3)


def test_without_memory_nothing_is_kept() -> None:
    assert read(world(project(1, updatedAt=STAMP)), in_full(1)).read_in_full == ()
