"""Several jobs in one run: all are prepared before the first write of any, and one that fails stops no other."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest

from layersync.state.lock import Holder, hold
from tests.end_to_end.place import Place
from tests.end_to_end.test_interruption import wait_for_folders
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
AVA = "inf_01HXZ9K4T7QW3M8N5B2V6C0DRE"

JOBS = """
[run]
all_or_nothing = {}
[jobs.broken]
resource = "projects"
source = "broken.csv"
[jobs.projects]
source = "projects.csv"
[jobs.influencers]
source = "influencers.csv"
"""


@pytest.fixture
def jobs(place: Place, api: Traffic) -> Place:
    place.configure(api.url, JOBS.format("false"))
    place.table([{"name": "no key"}], "broken.csv")
    place.table([{"id": ACME, "tagline": "new"}, {"id": HALDEN, "timezone": "Europe/Berlyn"}])
    place.table([{"influencerId": AVA, "name": "Ava New"}], "influencers.csv")
    return place


def test_a_sheet_that_cannot_be_used_ends_its_job_alone(jobs: Place, api: Traffic) -> None:
    ran = jobs.call("sync")
    assert ran.code == 4
    codes = {job["job"]: job["exit_code"] for job in ran.results["jobs"]}
    assert codes == {"broken": 4, "projects": 3, "influencers": 0}
    assert ran.counts == {"changed": 2, "invalid": 1}
    assert {line["job"] for line in ran.lines} == {"projects", "influencers"}


def test_a_key_that_one_job_has_leaves_the_others_nothing_to_do(jobs: Place, api: Traffic) -> None:
    api.forget()
    ran = jobs.call("sync", "projects", "influencers", "--key", AVA)
    assert (ran.code, ran.counts) == (0, {"changed": 1})
    assert {request["path"] for request in api.requests()} == {"/v1/whoami", f"/v1/influencers/{AVA}"}
    assert jobs.call("check", "projects", "influencers", "--key", AVA).code == 0


def test_a_key_that_no_job_has_is_a_mistake_and_nothing_is_asked(jobs: Place, api: Traffic) -> None:
    api.forget()
    ran = jobs.call("sync", "projects", "influencers", "--key", AVA, "--key", "nobody")
    assert (ran.code, ran.counts, api.requests()) == (64, {}, [])
    assert "no row of any sheet has this key" in ran.out
    assert jobs.call("check", "projects", "influencers", "--key", "nobody").code == 64
    broken_too = jobs.call("sync", "--key", "nobody")
    assert broken_too.code == 4, "the key may be in the sheet that cannot be read"


def test_what_one_job_writes_today_is_not_left_for_the_next_and_that_is_said_before_the_first_write(
    jobs: Place, api: Traffic
) -> None:
    jobs.configure(api.url, JOBS.format("false"), limits='tier = "custom"\nwrites_per_day = 1')
    told = "1 of 1 changes do not fit into today's writes: the next run carries on"
    preview = jobs.call("sync", "-n", "projects", "influencers", "--format", "markdown")
    prices = [preview.job(name)["price"] for name in ("projects", "influencers")]
    assert [(one["writes"], one["writes_left_today"], one["carried_over"]) for one in prices] == [(1, 1, 0), (1, 0, 1)]
    assert preview.out.count(told) == 1
    assert "1 write, 0 reads: about 1 s at" in preview.out

    ran = jobs.call("sync", "projects", "influencers")
    assert (ran.code, ran.counts) == (8, {"changed": 1, "invalid": 1, "not_attempted": 1})
    assert f"influencers: {told}" in ran.err


def test_whoever_waits_for_one_lock_holds_none_that_another_run_may_wait_for(jobs: Place, api: Traffic) -> None:
    def taken(job: str) -> AbstractContextManager[None]:
        return hold(jobs.folder / ".layersync", api.url, "", job, Holder("run-1", 1, "crow", datetime.now(UTC)))

    words = ("sync", "projects", "influencers", "--wait", "10m")
    with taken("influencers"), jobs.started(*words):
        wait_for_folders(jobs, 1)
        with taken("projects"):
            pass  # it is free: locks are taken in the order of the jobs' names


def test_all_jobs_are_read_before_the_first_write_of_any(jobs: Place, api: Traffic) -> None:
    jobs.call("sync")
    methods = [request["method"] for request in api.requests()]
    assert methods == sorted(methods), "every GET stands before every PATCH"
    assert methods.count("PATCH") == 2


@pytest.mark.parametrize("words", [("sync",), ("sync", "projects", "broken")])
def test_all_or_nothing_sends_nothing_where_one_job_cannot(jobs: Place, api: Traffic, words: tuple[str, ...]) -> None:
    jobs.configure(api.url, JOBS.format("true"))
    ran = jobs.call(*words)
    assert ran.code == 4
    assert api.requests("PATCH") == []
    assert "changed" not in ran.counts
    assert ran.counts["not_attempted"] == (1 if len(words) > 1 else 2)


def test_a_preview_says_that_all_or_nothing_would_hold_back_the_whole_run(jobs: Place, api: Traffic) -> None:
    jobs.configure(api.url, JOBS.format("true"))
    told = "broken cannot be sent, and all_or_nothing is set: a run that is no preview would send nothing"
    ran = jobs.call("sync", "-n")
    assert (ran.code, told in ran.err) == (4, True)
    assert "all_or_nothing" not in jobs.call("sync", "-n", "projects", "influencers").err


def test_all_or_nothing_sends_everything_where_all_can(jobs: Place, api: Traffic) -> None:
    jobs.configure(api.url, JOBS.format("true"))
    ran = jobs.call("sync", "projects", "influencers")
    assert (ran.code, ran.counts) == (3, {"changed": 2, "invalid": 1})


def test_an_invalid_row_ends_a_job_that_says_abort(jobs: Place, api: Traffic) -> None:
    jobs.configure(api.url, "[jobs.projects]\nsource = 'projects.csv'\ninvalid_rows = 'abort'")
    ran = jobs.call("sync")
    assert (ran.code, ran.counts) == (4, {"invalid": 1, "not_attempted": 1})
    assert api.requests("PATCH") == []


def test_a_guard_that_holds_one_job_lets_the_others_go(jobs: Place, api: Traffic) -> None:
    jobs.table([{"id": ACME, "status": "archived"}])
    ran = jobs.call("sync", "projects", "influencers")
    assert (ran.code, ran.counts) == (5, {"held": 1, "changed": 1})


def test_fields_that_one_job_has_leave_the_others_nothing_to_do(jobs: Place, api: Traffic) -> None:
    api.forget()
    ran = jobs.call("sync", "projects", "influencers", "--only-fields", "Tagline")
    assert (ran.code, ran.counts) == (0, {"changed": 1, "unchanged": 1})
    assert {request["path"] for request in api.requests() if "influencers" in request["path"]} == set()
    assert jobs.call("check", "projects", "influencers", "--only-fields", "tagline").code == 0
    both = jobs.call("sync", "projects", "influencers", "--only-fields", "tagline,name")
    assert (both.code, both.counts) == (0, {"changed": 1, "unchanged": 2})


def test_a_field_that_no_job_has_is_a_mistake_and_nothing_is_asked(jobs: Place, api: Traffic) -> None:
    api.forget()
    ran = jobs.call("sync", "projects", "influencers", "--only-fields", "tagline,nme")
    assert (ran.code, ran.counts, api.requests()) == (64, {}, [])
    assert 'no sheet has a column for "nme"' in ran.out
    assert jobs.call("check", "projects", "influencers", "--only-fields", "tagline,nme").code == 64


def test_a_job_marked_default_false_runs_only_when_it_is_named(jobs: Place, api: Traffic) -> None:
    jobs.configure(api.url, JOBS.format("false").replace('"broken.csv"', '"broken.csv"\ndefault = false'))
    assert jobs.call("sync").code == 3
    assert jobs.call("sync", "broken").code == 4


def test_jobs_that_contradict_each_other_send_neither_value_and_name_each_other(place: Place, api: Traffic) -> None:
    second = '[jobs.second]\nresource = "projects"\nsource = "second.csv"\nkey = "customerExternalId"\n'
    place.configure(api.url, second + '[jobs.projects]\nsource = "projects.csv"')
    place.table([{"id": ACME, "timezone": "Asia/Tokyo"}, {"id": HALDEN, "timezone": "Asia/Tokyo"}])
    place.table([{"customerExternalId": "acme-coffee", "timezone": "Europe/Paris"}], "second.csv")
    api.forget()
    for words in (["sync", "-n"], ["sync"]):
        ran = place.call(*words)
        assert ran.code == 3
        outcomes = [(line["job"], line["row"], line["outcome"], line["message"]) for line in ran.lines]
        assert sorted(outcomes) == [
            ("projects", "2", "invalid", "row 2 of the job second contradicts it: neither is sent"),
            ("projects", "3", "would_change" if "-n" in words else "changed", ""),
            ("second", "2", "invalid", "row 2 of the job projects contradicts it: neither is sent"),
        ]
    assert api.paths("PATCH") == [f"/v1/projects/{HALDEN}"]
    assert place.call("sync", "second").counts == {"changed": 1}, "alone it contradicts nobody"
