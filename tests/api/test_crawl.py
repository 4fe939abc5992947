"""Every record is read once, whatever the listings are like; a damaged listing is no listing."""

import random
from collections.abc import Mapping, Sequence

import pytest

from layersync.api import listing
from layersync.api.client import ReadClient
from layersync.api.conditions import Conditions, Tally
from layersync.api.crawl import Crawled, crawl
from layersync.api.pacer import gates_of
from layersync.api.stop import Stop
from layersync.errors import ApiRefuses, StoppedEarly
from layersync.resources.resource import Resource
from tests.api.desk import BUDGET
from tests.api.server import Fault, SimulatedServer, json_answer, raw, status
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, influencer, project
from tests.virtual_time import VirtualClock, run_virtual

Record = Mapping[str, object]


def world(projects: Sequence[Record], people: Mapping[int, Sequence[Record]] | None = None) -> SimulatedServer:
    """A server with these projects, and these influencers by the number of their project."""
    server = SimulatedServer({f"/v1/projects/{one['id']}": dict(one) for one in projects})
    server.listings["/v1/projects"] = projects
    for number, persons in (people or {}).items():
        server.listings[f"/v1/projects/{an_id(number)}/influencers"] = persons
        server.records |= {f"/v1/influencers/{one['influencerId']}": dict(one) for one in persons}
    return server


def crawled(server: SimulatedServer, form: Resource, told: list[tuple[int, int]] | None = None) -> Crawled:
    async def main() -> Crawled:
        clock = VirtualClock()
        conditions = Conditions(
            gates=gates_of(BUDGET, clock),
            clock=clock,
            stop=Stop(),
            rng=random.Random(0),
            tally=Tally(),
            max_attempts=2,
        )
        progress = [] if told is None else told
        return await crawl(form, ReadClient(server, conditions), clock, lambda *one: progress.append(one))

    return run_virtual(main())


def pages(*bodies: object) -> list[Fault | None]:
    """Answers of the server, one after the other."""
    return [lambda _server, _request, body=body: json_answer(200, body) for body in bodies]  # type: ignore[misc]


def names(found: Crawled) -> list[object]:
    return [one.record["name"] for one in found.records]


def test_every_listed_record_is_read_in_full_in_the_order_of_the_listing() -> None:
    projects = [project(number) for number in (3, 1, 2)]
    told: list[tuple[int, int]] = []
    server = world(projects)
    found = crawled(server, PROJECTS, told)
    assert names(found) == ["Project 3", "Project 1", "Project 2"]
    assert all("tagline" in one.record for one in found.records)
    assert told[-1] == (5, 5)
    assert {method for _, method, _, _ in server.log} == {"GET"}


def test_influencers_are_found_under_every_project() -> None:
    people = {1: [influencer(1), influencer(2)], 2: [], 3: [influencer(3)]}
    found = crawled(world([project(number) for number in (1, 2, 3)], people), INFLUENCERS)
    assert names(found) == ["Person 1", "Person 2", "Person 3"]


def test_a_project_that_is_gone_when_its_influencers_are_listed_has_none() -> None:
    assert names(crawled(world([project(1), project(2)], {2: [influencer(1)]}), INFLUENCERS)) == ["Person 1"]


def test_records_that_a_plain_listing_hides_are_found_too() -> None:
    hidden = project(9, status="archived")
    server = world([project(1), hidden])
    server.faults["GET"] = pages({"items": [project(1)], "nextCursor": None})
    assert names(crawled(server, PROJECTS)) == ["Project 1", "Project 9"]


def test_a_listing_that_plainly_hides_nothing_is_read_once() -> None:
    server = world([project(1), project(2, status="archived")])
    assert len(crawled(server, PROJECTS).records) == 2
    assert sum(path == "/v1/projects" for _, _, path, _ in server.log) == 1


def test_a_record_that_moves_to_the_next_page_while_it_is_read_is_there_once() -> None:
    server = world([project(number, status="archived") for number in (1, 2, 3)])
    server.faults["GET"] = pages(
        {"items": [project(1, status="archived"), project(2)], "nextCursor": "c"},
        {"items": [project(2), project(3)], "nextCursor": None},
    )
    assert names(crawled(server, PROJECTS)) == ["Project 1", "Project 2", "Project 3"]


def test_a_record_that_is_gone_when_it_is_read_is_counted() -> None:
    server = world([project(1), project(2)])
    del server.records[f"/v1/projects/{an_id(2)}"]
    found = crawled(server, PROJECTS)
    assert (names(found), found.gone) == (["Project 1"], 1)


DAMAGED = [
    ("a page without items", pages({"nextCursor": None})),
    ("an item without an id", pages({"items": [{"name": "x"}], "nextCursor": None})),
    ("an id that is none", pages({"items": [{"id": "../whoami"}], "nextCursor": None})),
    ("a cursor that is no text", pages({"items": [], "nextCursor": 5})),
    ("a page that comes again", pages({"items": [], "nextCursor": "c"}, {"items": [], "nextCursor": "c"})),
    ("empty pages without end", pages(*({"items": [], "nextCursor": f"c{n}"} for n in range(200)))),
    ("one page without end", pages(*({"items": [project(1)], "nextCursor": f"c{n}"} for n in range(9)))),
    ("a page that is no JSON", [raw(b"<html>", "text/html")] * 4),
    ("a listing that is not there", [status(404, "NOT_FOUND")]),
]


@pytest.mark.parametrize("faults", [one[1] for one in DAMAGED], ids=[one[0] for one in DAMAGED])
def test_a_damaged_listing_stops_it(faults: list[Fault | None]) -> None:
    server = world([project(1)])
    server.faults["GET"] = list(faults)
    with pytest.raises(StoppedEarly):
        crawled(server, PROJECTS)
    assert sum("/v1/projects/" in path for _, _, path, _ in server.log) == 0


def test_a_key_that_may_not_read_is_refused() -> None:
    server = world([project(1)])
    server.faults["GET"] = [status(403, "FORBIDDEN_SCOPE")]
    with pytest.raises(ApiRefuses):
        crawled(server, PROJECTS)


def test_C8_a_listing_that_never_ends_stops_it_though_all_of_it_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_PAGES", 50)
    server = world([])
    server.faults["GET"] = list(pages(*({"items": [project(n)], "nextCursor": f"c{n}"} for n in range(60))))
    with pytest.raises(StoppedEarly, match="does not end after 50 pages"):
        crawled(server, PROJECTS)
    assert len(server.log) == 50
