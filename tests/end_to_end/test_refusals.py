"""An API that does not want us, or is not the API: nothing more is sent, and nothing to anybody else."""

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.end_to_end.place import Place
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
AVA = "inf_01HXZ9K4T7QW3M8N5B2V6C0DRE"
CHILD = "org_7d1c0f52-3b8e-4a6d-9f24-c1e85b7a0d36"
PIER_NINE = "b1e47d60-5f93-4c2a-8a0d-96d3f7c8e251"
WORKERS = 8

JOBS = """
[guards]
max_changes = 99
[jobs.projects]
source = "projects.csv"
[jobs.influencers]
source = "influencers.csv"
"""


@pytest.fixture
def pending(place: Place, api: Traffic) -> Place:
    """Two jobs with something to send each."""
    place.configure(api.url, JOBS, limits="max_attempts = 2")
    place.table([{"id": ACME, "tagline": "new"}, {"id": HALDEN, "tagline": "new"}])
    place.table([{"influencerId": AVA, "name": "Ava New"}], "influencers.csv")
    return place


def with_key(place: Place, key: str) -> Place:
    return replace(place, environ={**place.environ, "LAYERS_API_KEY": key})


@pytest.mark.every_generation
@pytest.mark.parametrize(
    ("key", "message"),
    [("lp_test_revoked_0123456", "does not know this key"), ("lp_test_killed_01234567", "kill switch")],
)
def test_a_key_that_is_no_good_ends_the_run_at_the_first_answer(
    pending: Place, api: Traffic, key: str, message: str
) -> None:
    for words in (("sync",), ("sync", "-n"), ("whoami",), ("export", "projects", "--to", "all.csv")):
        api.forget()
        ran = with_key(pending, key).call(*words)
        assert ran.code == 6, words
        assert ran.out.startswith(api.url), words
        assert [request["path"] for request in api.requests()] == ["/v1/whoami"]
        assert message in ran.out + ran.err
        assert key not in ran.out + ran.err


@pytest.mark.only_on("seed", "b")
def test_a_key_without_the_scope_ends_the_job_it_hits(pending: Place, api: Traffic) -> None:
    ran = with_key(pending, "lp_test_readonly_012345").call("sync")
    assert ran.code == 6
    assert {job["job"]: job["exit_code"] for job in ran.results["jobs"]} == {"projects": 6, "influencers": 6}
    assert len([one for one in api.requests() if one["status"] == 403]) <= 3
    assert "scope" in ran.out
    assert api.project(ACME)["tagline"] != "new"


@pytest.mark.parametrize("status", [401, 503])
def test_a_refusal_of_the_key_in_the_middle_ends_the_run(pending: Place, api: Traffic, status: int) -> None:
    code = {401: "UNAUTHENTICATED", 503: "KILL_SWITCH"}[status]
    api.faults({"method": "PATCH", "do": {"status": status, "code": code}})
    ran = pending.call("sync")
    assert ran.code == 6
    assert len(api.requests("PATCH")) <= 2, "those of the first job that were on their way together"
    assert {request["path"].split("/")[2] for request in api.requests("PATCH")} == {"projects"}
    assert ran.counts == {"not_attempted": 3}


@pytest.mark.every_generation
def test_the_other_header_for_the_key_works_where_the_api_takes_it_and_is_named_where_not(
    pending: Place, api: Traffic
) -> None:
    pending.configure(api.url, JOBS, api='auth = "x-api-key"')
    ran = pending.call("sync")
    if api.generation == "a":
        assert (ran.code, ran.counts) == (0, {"changed": 3})
    else:
        assert (ran.code, api.paths()) == (6, ["/v1/whoami"])
        assert "check api.auth and the key" in ran.out


@pytest.mark.every_generation
def test_nearly_every_change_refused_ends_the_job(place: Place, api: Traffic) -> None:
    place.configure(api.url, JOBS)
    own = api.project(ACME)["organizationId"]
    ids = [bare for bare, record in api.records("projects").items() if record["organizationId"] == own]
    assert len(ids) == 24
    rows = [{"id": bare, "tagline": "new"} for bare in ids]
    place.table(rows)
    api.faults({"method": "PATCH", "do": {"status": 422}})
    ran = place.call("sync", "projects")
    assert ran.code == 6
    assert 20 <= ran.counts["refused"] <= len(ids)
    assert "were refused" in ran.out


class OtherHost(HTTPServer):
    """A server that nothing should ever come to."""

    visits: list[str]


class _Visit(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, OtherHost)
        self.server.visits.append(f"{self.command} {self.path} {self.headers}")
        self.send_response(200)
        self.end_headers()

    do_PATCH = do_GET  # noqa: N815  the library's name

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def other_host() -> Iterator[OtherHost]:
    server = OtherHost(("127.0.0.1", 0), _Visit)
    server.visits = []
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("rule", [{"path": "/v1/whoami"}, {"method": "PATCH"}], ids=["whoami", "PATCH"])
def test_a_redirect_ends_the_run_and_the_other_host_sees_nothing(
    pending: Place, api: Traffic, other_host: OtherHost, status: int, rule: dict[str, str]
) -> None:
    address = f"http://127.0.0.1:{other_host.server_port}/v1/whoami"
    api.faults({**rule, "do": {"redirect": address, "status": status}})
    ran = pending.call("sync")
    assert ran.code == 6
    assert other_host.visits == []
    assert f"answered {status}" in ran.out
    assert len(api.requests("PATCH")) <= 2
    assert api.project(ACME)["tagline"] != "new"


def test_a_login_page_stops_the_run_before_anything_is_planned(pending: Place, api: Traffic) -> None:
    api.faults({"do": {"garbage": True}})
    ran = pending.call("sync")
    assert ran.code == 8
    assert set(api.methods()) == {"GET"}
    assert "Please sign in" not in ran.out


def test_a_login_page_in_place_of_an_answer_is_no_success(pending: Place, api: Traffic) -> None:
    api.faults({"method": "PATCH", "do": {"garbage": True}})
    ran = pending.call("sync", "influencers")
    assert (ran.code, ran.counts) == (3, {"failed": 1})


def test_a_server_that_is_not_there_stops_the_run(pending: Place, other_host: OtherHost) -> None:
    other_host.server_close()
    pending.configure(f"http://127.0.0.1:{other_host.server_port}", JOBS, limits="max_attempts = 1")
    ran = pending.call("sync")
    assert ran.code == 8
    assert "Traceback" not in ran.out + ran.err


def test_a_request_that_comes_to_nothing_is_counted(pending: Place, api: Traffic) -> None:
    api.faults({"path": "/v1/whoami", "do": {"status": 401, "code": "UNAUTHENTICATED"}})
    ran = pending.call("sync")
    assert ran.code == 6
    assert ran.results["requests"]["read-light"]["sent"] == len(api.requests()) == 1


@pytest.mark.only_on("seed", "b")
def test_the_child_organisation_is_named_on_every_request_and_only_its_records_are_seen(
    place: Place, api: Traffic
) -> None:
    place.configure(api.url, api=f'organization = "{CHILD}"')
    place.table([{"id": PIER_NINE, "tagline": "new", "metadata.a": "1"}, {"id": ACME, "tagline": "new"}])
    ran = place.call("sync")
    assert (ran.code, ran.outcomes) == (3, {2: "changed", 3: "not_found"})
    assert {request["organization"] for request in api.requests()} == {CHILD}
    assert ran.results["run"]["organization_id"] == CHILD
    assert api.project(ACME)["tagline"] != "new"


@pytest.mark.only_on("seed", "b")
def test_the_daily_cap_is_that_of_the_key_whichever_organisation_it_acts_in(place: Place, api: Traffic) -> None:
    cap = 'tier = "custom"\nreads_per_minute = 600\nwrites_per_minute = 600\nwrites_per_day = 2\nshare = 1.0'
    place.configure(api.url, limits=cap)
    place.table([{"id": ACME, "name": "One"}, {"id": HALDEN, "name": "Two"}])
    assert place.call("sync").counts == {"changed": 2}
    place.configure(api.url, limits=cap, api=f'organization = "{CHILD}"')
    place.table([{"id": PIER_NINE, "name": "Three"}])
    ran = place.call("sync")
    assert (ran.code, ran.counts) == (8, {"not_attempted": 1})
    assert "2 written, 0 left" in place.call("whoami").out


@pytest.mark.every_generation
@pytest.mark.only_on("a")
def test_an_api_without_child_organisations_is_not_taken_for_one_that_has_them(pending: Place, api: Traffic) -> None:
    """It would do everything to the parent's records: it does not look at the header."""
    pending.configure(api.url, JOBS, api=f'organization = "{CHILD}"')
    for words in (("sync",), ("sync", "-n"), ("whoami",)):
        ran = pending.call(*words)
        assert ran.code == 6
        assert "knows no child organisations" in ran.out + ran.err
    assert set(api.paths()) == {"/v1/whoami"}


def test_without_a_child_organisation_no_request_names_one(pending: Place, api: Traffic) -> None:
    pending.call("sync")
    assert {request["organization"] for request in api.requests()} == {None}


@pytest.mark.every_generation
def test_an_organisation_that_the_key_may_not_act_in_ends_the_run(pending: Place, api: Traffic) -> None:
    pending.configure(api.url, JOBS, api='organization = "org_00000000-0000-4000-8000-000000000000"')
    ran = pending.call("sync")
    assert ran.code == 6
    advice = "leave out organization" if api.generation == "a" else "check base_url, organization and the key"
    assert advice in ran.out
    assert len(api.requests()) == 1
