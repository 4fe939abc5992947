"""What the rooms below receive: jobs, reading rules, limits."""

from pathlib import Path

import pytest

from layersync.errors import UsageError
from layersync.settings.allow import allowances
from layersync.settings.jobs import (
    drift_rules,
    guard_limits,
    jobs_to_run,
    read_sources,
    refuse_two_stdins,
    sheet_rules,
    source_of,
)
from layersync.settings.model import Settings
from layersync.values.drift import DriftRules, OnDrift
from layersync.values.guards import Guard, GuardLimits, Limit

SETTINGS = Settings(
    jobs={
        "projects": {"source": "/sheets/p.csv", "guards": {"max_changes": 50, "archive": 3}},
        "influencers": {"source": "-", "guards": {"max_shrink": "5%"}},
        "mistakes": {"resource": "projects", "default": False},
    },
    guards={"clears": 7, "archive": 1},
)


@pytest.mark.parametrize(
    ("named", "run"),
    [
        ((), ("projects", "influencers")),
        (("mistakes",), ("mistakes",)),
        (("influencers", "projects", "influencers"), ("influencers", "projects")),
    ],
)
def test_named_jobs_run_or_else_every_default_one(named: tuple[str, ...], run: tuple[str, ...]) -> None:
    assert jobs_to_run(SETTINGS, named) == run


def test_an_unknown_job_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="'project'; did you mean projects") as refused:
        jobs_to_run(SETTINGS, ["project"])
    assert "influencers" in refused.value.what_to_do


def test_a_configuration_without_jobs_has_nothing_to_run() -> None:
    with pytest.raises(UsageError, match="no job to run") as refused:
        jobs_to_run(Settings(), [])
    assert refused.value.what_to_do == "there is none"


@pytest.mark.parametrize(
    ("text", "job", "source"),
    [
        ("projects=a.csv", "projects", "/here/a.csv"),
        ("projects=/abs/a.csv", "projects", "/abs/a.csv"),
        ("projects=-", "projects", "-"),
        ("projects=a=b.csv", "projects", "/here/a=b.csv"),
        ("projects=https://sheets.example/x?y=1", "projects", "https://sheets.example/x?y=1"),
    ],
)
def test_a_source_by_flag_is_relative_to_the_working_directory(text: str, job: str, source: str) -> None:
    assert read_sources([text], ["projects"], Path("/here")) == {job: source}


def test_a_job_that_is_given_two_sheets_reads_neither() -> None:
    with pytest.raises(UsageError, match="projects is given two sheets"):
        read_sources(["projects=a.csv", "projects=b.csv"], ["projects"], Path("/here"))


@pytest.mark.parametrize("text", ["a.csv", "projects=", "=a.csv", "mistakes=a.csv", "projets=a.csv", ""])
def test_a_source_in_another_form_or_for_a_job_that_does_not_run_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--source"):
        read_sources([text], ["projects"], Path("/here"))


@pytest.mark.parametrize(
    "text",
    [
        "projets=https://sheets.example/x?t0p=t0p",
        "https://sheets.example/x?key=t0p",
        "projects=http://sheets.example/x?t0p=t0p",
        "projects=https://t0p:t0p@sheets.example/x",
        "=https://sheets.example/?t0p",
    ],
)
def test_a_source_that_is_refused_is_not_repeated_since_it_may_hold_a_secret(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_sources([text], ["projects"], Path("/here"))
    assert "t0p" not in refused.value.message + refused.value.what_to_do


def test_a_job_without_a_sheet_is_told_how_to_get_one() -> None:
    with pytest.raises(UsageError, match="mistakes has no sheet") as refused:
        source_of(SETTINGS, "mistakes", {})
    assert "--source mistakes=PATH" in refused.value.what_to_do


@pytest.mark.parametrize(
    ("sources", "key_file", "refused"),
    [
        ({"a": "-", "b": "x"}, None, False),
        ({"a": "-", "b": "-"}, None, True),
        ({"a": "-"}, "-", True),
        ({"a": "x"}, "-", False),
    ],
)
def test_stdin_is_read_once(sources: dict[str, str], key_file: str | None, refused: bool) -> None:
    if not refused:
        refuse_two_stdins(sources, key_file)
        return
    with pytest.raises(UsageError, match="once"):
        refuse_two_stdins(sources, key_file)


def test_reading_rules_hold_what_the_job_and_the_flags_say() -> None:
    settings = Settings(
        jobs={
            "p": {
                "resource": "projects",
                "source": "/a.csv",
                "key": "customerExternalId",
                "sheet": "Tab",
                "header_row": 2,
                "encoding": "cp1252",
                "columns": {"Time zone": "timezone"},
                "ignore_columns": ["Notes"],
                "unknown_columns": "error",
                "expect": ["name"],
                "clear_token": "NULL",
                "list_separator": ";",
                "max_rows": 7,
                "max_bytes": "1kB",
            }
        }
    )
    rules = sheet_rules(settings, "p", sources={"p": "/b.csv"}, only_keys=["x"], only_fields=["name"])
    assert (rules.job, rules.source, rules.key, rules.tab) == ("p", "/b.csv", "customerExternalId", "Tab")
    assert (rules.header_row, rules.encoding, rules.max_rows, rules.max_bytes) == (2, "cp1252", 7, 1000)
    assert (rules.columns, rules.ignore_columns, rules.expect) == ({"Time zone": "timezone"}, ("Notes",), ("name",))
    assert (rules.clear_token, rules.list_separator, rules.unknown_columns_are_errors) == ("NULL", ";", True)
    assert (rules.only_keys, rules.only_fields) == (("x",), ("name",))


@pytest.mark.parametrize(
    ("on_drift", "rules"),
    [
        (None, DriftRules()),
        ("keep", DriftRules(OnDrift.KEEP)),
        ({"timezone": "hold"}, DriftRules(OnDrift.OVERWRITE, {"timezone": OnDrift.HOLD})),
        (
            {"default": "hold", "metadata.crm_id": "keep", "metadata": "overwrite"},
            DriftRules(OnDrift.HOLD, {"metadata.crm_id": OnDrift.KEEP, "metadata": OnDrift.OVERWRITE}),
        ),
    ],
)
def test_what_a_job_does_about_drift_is_one_word_or_a_table(on_drift: object, rules: DriftRules) -> None:
    settings = Settings(jobs={"projects": {"on_drift": on_drift} if on_drift else {}})
    assert drift_rules(settings, "projects") == rules


def test_limits_of_a_job_win_over_those_of_all_jobs_and_these_over_the_defaults() -> None:
    assert guard_limits(SETTINGS, "projects") == GuardLimits(max_changes=Limit(count=50), archive=3, clears=7)
    assert guard_limits(SETTINGS, "influencers") == GuardLimits(max_shrink=Limit(share=0.05), archive=1, clears=7)


@pytest.mark.parametrize(
    ("flags", "allowed"),
    [
        ([], {}),
        (["changes=9"], {Guard.CHANGES: 9}),
        (["projects.archive=3"], {Guard.ARCHIVE: 3}),
        (["influencers.archive=3"], {}),
        (["projects.clears=5", "clears=9"], {Guard.CLEARS: 5}),
        (["clears=9", "clears=4"], {Guard.CLEARS: 4}),
        (["research=1", "shrink=2"], {Guard.RESEARCH: 1, Guard.SHRINK: 2}),
        (["archive=0"], {Guard.ARCHIVE: 0}),
    ],
)
def test_allow_without_a_job_means_every_job_and_with_one_wins(flags: list[str], allowed: dict[Guard, int]) -> None:
    assert dict(guard_limits(SETTINGS, "projects", allowances(flags, SETTINGS.jobs)).allowed) == allowed


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("archive", "write it as"),
        ("archive=", "write it as"),
        ("archive=-1", "write it as"),
        ("archive=3%", "write it as"),
        ("archive=٣", "write it as"),
        ("a.b.archive=3", "write it as"),
        ("max_changes=3", "did you mean changes"),
        ("archiv=3", "did you mean archive"),
        ("project.archive=3", "did you mean projects"),
    ],
)
def test_an_allowance_that_lifts_nothing_is_refused(flag: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        allowances([flag], SETTINGS.jobs)
