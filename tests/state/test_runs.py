"""Runs begin and end, and a job's last good row count is kept per target."""

from layersync.state.memory import unfinished_runs
from layersync.state.runs import begin, finish, last_rows, set_last_rows
from layersync.state.store import Store
from tests.state.samples import JOB, NOON, ORG, URL, a_run


def test_run_is_unfinished_until_it_ends(store: Store) -> None:
    assert unfinished_runs(store, URL, ORG, JOB) == ("run-1",)
    finish(store, "run-1", 3, NOON)
    assert unfinished_runs(store, URL, ORG, JOB) == ()
    (row,) = store.rows("SELECT * FROM runs")
    assert (row["exit_code"], row["finished_at"]) == (3, "2026-11-21T12:00:00+00:00")


def test_run_is_written_as_it_began(store: Store) -> None:
    (row,) = store.rows("SELECT * FROM runs JOIN run_jobs USING (run_id)")
    assert dict(row) == {
        "run_id": "run-1",
        "command": "sync",
        "base_url": URL,
        "organization_id": ORG,
        "started_at": "2026-11-21T12:00:00+00:00",
        "finished_at": None,
        "exit_code": None,
        "tool_version": "0.1.0",
        "host": "crow",
        "pid": 4711,
        "user": "ada",
        "plan_digest": "d1",
        "dry_run": 0,
        "folder": None,
        "job": JOB,
        "settled_by": None,
        "settled_at": None,
    }


def test_user_name_that_is_no_text_is_stored_all_the_same(store: Store) -> None:
    run = a_run("run-2")
    begin(store, type(run)(**{field: getattr(run, field) for field in run.__slots__} | {"user": "j\udcfcrgen"}))
    assert store.rows("SELECT user FROM runs WHERE run_id = 'run-2'")[0]["user"] == "j\\udcfcrgen"


def test_last_rows_is_nothing_before_the_first_good_run_and_then_the_latest(store: Store) -> None:
    assert last_rows(store, URL, ORG, JOB) is None
    set_last_rows(store, URL, ORG, JOB, 31)
    set_last_rows(store, URL, ORG, JOB, 30)
    assert last_rows(store, URL, ORG, JOB) == 30


def test_last_rows_belongs_to_base_url_organisation_and_job(store: Store) -> None:
    set_last_rows(store, URL, ORG, JOB, 31)
    for other in (("https://other.example", ORG, JOB), (URL, "org_2", JOB), (URL, ORG, "influencers")):
        assert last_rows(store, *other) is None
