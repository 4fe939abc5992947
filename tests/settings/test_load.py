"""Flag over environment over file over default; whatever is wrong is named, nothing secret is shown."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from layersync.errors import UsageError
from layersync.settings.digest import config_digest
from layersync.settings.load import load_settings
from layersync.settings.model import Settings

CONTRACT = """
[api]
base_url = "sandbox"
auth = "bearer"
organization = "org_4f1c"
timeout = "30s"

[jobs.projects]
resource = "projects"
source = "sample_data/projects.csv"
key = "id"
sheet = "Projects"
header_row = 1
encoding = "utf-8"
columns = { "Time zone" = "timezone" }
ignore_columns = ["Notes"]
unknown_columns = "warn"
expect = ["name"]
clear_token = "<clear>"
list_separator = "|"
on_drift = { default = "overwrite", timezone = "keep" }
invalid_rows = "skip"
fetch = "full"
full_every = "7d"
guards = { max_changes = 50 }
default = true
max_rows = 250000
max_bytes = "256MB"

[jobs.influencers]
resource = "influencers"
source = "sample_data/influencers.csv"
key = "influencerId"

[guards]
max_changes = "30%"
min_rows = 10
max_shrink = "20%"
archive = 0
clears = 10
research = 25

[limits]
tier = "custom"
share = 0.9
reads_per_minute = 120
writes_per_minute = 60
writes_per_day = 10000
window = "60s"
max_attempts = 4

[run]
state_dir = ".layersync"
report_dir = "reports"
formats = ["csv", "json", "html"]
keep_runs = 30
report_mode = "0600"
all_or_nothing = false
fail_on = "any"
"""

Load = Callable[..., Settings]
Env = dict[str, str] | None


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.chdir(tmp_path)

    def write_and_load(toml: str, environ: Env = None, flags: dict[str, object] | None = None) -> Settings:
        Path("config.toml").write_text(toml, encoding="utf-8")
        return load_settings(None, flags, environ or {})

    return write_and_load


def refusal(load: Load, toml: str, environ: Env = None) -> str:
    with pytest.raises(UsageError) as refused:
        load(toml, environ)
    return f"{refused.value.message} | {refused.value.what_to_do}"


def test_every_key_of_the_contract_is_accepted(load: Load) -> None:
    settings = load(CONTRACT)
    stated = tomllib.loads(CONTRACT)
    told = settings.model_dump(mode="json")
    for table in ("api", "guards", "limits"):
        assert told[table] == stated[table]
    assert (
        told["jobs"]["projects"].items()
        >= {
            **stated["jobs"]["projects"],
            "source": str(Path("sample_data/projects.csv").absolute()),
            "guards": told["jobs"]["projects"]["guards"],
        }.items()
    )
    assert told["run"].items() >= {"formats": ["csv", "json", "html"], "report_mode": "0600"}.items()


def test_the_defaults_are_those_of_the_contract(load: Load) -> None:
    defaults, stated = load('[jobs.projects]\nsource = "sample_data/projects.csv"'), load(CONTRACT)
    assert defaults.api.base_url == "https://api.layers.com"
    assert defaults.guards == stated.guards
    assert defaults.run == stated.run
    assert defaults.limits.model_dump() == stated.limits.model_dump() | {
        "tier": "auto",
        "reads_per_minute": None,
        "writes_per_minute": None,
        "writes_per_day": None,
    }
    plain = {"sheet", "encoding", "columns", "ignore_columns", "expect", "on_drift", "guards"}
    assert defaults.jobs["projects"].model_dump(exclude=plain) == stated.jobs["projects"].model_dump(exclude=plain)


def test_an_empty_file_is_a_configuration(load: Load) -> None:
    assert load("").jobs == {}


@pytest.mark.parametrize("table", ["projects", "influencers"])
def test_a_job_that_is_named_as_a_resource_needs_neither_resource_nor_key(load: Load, table: str) -> None:
    job = load(f"[jobs.{table}]").jobs[table]
    assert (job.resource, job.key) == (table, "id" if table == "projects" else "influencerId")


LAYERS = [
    ({}, {}, {}, 30.0),
    ({"api": 'timeout = "1s"'}, {}, {}, 1.0),
    ({"api": 'timeout = "1s"'}, {"LAYERSYNC_API__TIMEOUT": "2s"}, {}, 2.0),
    ({"api": 'timeout = "1s"'}, {"LAYERSYNC_API__TIMEOUT": "2s"}, {"api": {"timeout": "3s"}}, 3.0),
    ({}, {"LAYERSYNC_API__TIMEOUT": "2s"}, {}, 2.0),
    ({"api": 'timeout = "1s"'}, {"LAYERSYNC_API__TIMEOUT": ""}, {}, 1.0),
    ({"api": 'timeout = "1s"'}, {"layersync_api__timeout": "2s"}, {}, 2.0),
    ({"api": 'timeout = "1s"'}, {"LAYERSYNC_API": '{"timeout": "2s"}'}, {}, 2.0),
]


@pytest.mark.parametrize(("file", "environ", "flags", "timeout"), LAYERS)
def test_a_flag_wins_over_the_environment_and_this_over_the_file(
    load: Load, file: dict[str, str], environ: dict[str, str], flags: dict[str, object], timeout: float
) -> None:
    toml = "".join(f"[{table}]\n{line}\n" for table, line in file.items())
    assert load(toml, environ, flags).api.timeout == timeout


def test_what_wins_leaves_the_rest_of_its_table_alone(load: Load) -> None:
    settings = load(
        CONTRACT,
        {"LAYERSYNC_JOBS__PROJECTS__GUARDS__ARCHIVE": "3", "LAYERSYNC_JOBS__PROJECTS__DEFAULT": "false"},
        {"api": {"base_url": "http://127.0.0.1:9/"}},
    )
    job = settings.jobs["projects"]
    assert (settings.api.base_url, settings.api.organization) == ("http://127.0.0.1:9", "org_4f1c")
    assert (job.guards.archive, job.guards.max_changes, job.default) == (
        3,
        settings.jobs["projects"].guards.max_changes,
        False,
    )
    assert job.guards.max_changes is not None
    assert job.guards.max_changes.count == 50
    assert set(settings.jobs) == {"projects", "influencers"}


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("EXPECT", "name,timezone", lambda job: job.expect == ("name", "timezone")),
        ("EXPECT", '["name", "timezone"]', lambda job: job.expect == ("name", "timezone")),
        ("COLUMNS", '{"Zone": "timezone"}', lambda job: job.columns["Zone"] == "timezone"),
        ("ON_DRIFT", "keep", lambda job: job.on_drift == {"default": "keep"}),
        ("ON_DRIFT", '{"appName": "hold"}', lambda job: job.on_drift == {"appName": "hold"}),
        ("MAX_BYTES", "1MB", lambda job: job.max_bytes == 1_000_000),
        ("GUARDS__MAX_CHANGES", "5%", lambda job: job.guards.max_changes.share == 0.05),
        ("HEADER_ROW", "3", lambda job: job.header_row == 3),
        ("FULL_EVERY", "1d", lambda job: job.full_every == 86_400),
        ("SOURCE", "-", lambda job: job.source == "-"),
        ("SOURCE", "x.csv", lambda job: job.source == str(Path("x.csv").absolute())),
    ],
)
def test_every_kind_of_key_can_stand_in_the_environment(
    load: Load, name: str, value: str, read: Callable[[object], bool]
) -> None:
    settings = load("[jobs.Mixed-Case]\nresource = 'projects'", {f"LAYERSYNC_JOBS__MIXED-CASE__{name}": value})
    assert read(settings.jobs["Mixed-Case"])


UNKNOWN = [
    ("[api]\ntiemout = 3", "api.tiemout: there is no such key; did you mean api.timeout?"),
    ("[ap]\nx = 1", "config.toml: ap: there is no such key; did you mean api?"),
    ("[jobs.projects]\nsorce = 'x'", "jobs.projects.sorce: there is no such key; did you mean jobs.projects.source?"),
    ("[jobs.projects]\nguards = { archiv = 1 }", "did you mean jobs.projects.guards.archive?"),
    ("max_changes = 3", "max_changes: there is no such key; did you mean guards.max_changes?"),
    ("[run]\nzzzzzz = 3", "run.zzzzzz: there is no such key |"),
]


@pytest.mark.parametrize(("toml", "told"), UNKNOWN)
def test_an_unknown_key_is_refused_by_its_full_name_with_the_nearest_one(load: Load, toml: str, told: str) -> None:
    assert told in refusal(load, toml)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("LAYERSYNC_API_TIMEOUT", "LAYERSYNC_API_TIMEOUT sets nothing; did you mean LAYERSYNC_API__TIMEOUT?"),
        (
            "LAYERSYNC_API__TIEMOUT",
            "TIEMOUT: there is no such key; did you mean LAYERSYNC_API__TIMEOUT?",
        ),
        ("LAYERSYNC_STATE_DIR", "LAYERSYNC_STATE_DIR sets nothing; did you mean LAYERSYNC_RUN__STATE_DIR?"),
        ("LAYERSYNC_JOBS", "LAYERSYNC_JOBS is no JSON table"),
    ],
)
def test_a_variable_that_sets_nothing_is_refused(load: Load, name: str, told: str) -> None:
    assert told in refusal(load, "", {name: "3s"})


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LAYERSYNC_RUN__FORMATS", "csv,pdf", "LAYERSYNC_RUN__FORMATS must be 'csv'"),
        ("LAYERSYNC_JOBS__PROJECTS__ON_DRIFT", "kep", "LAYERSYNC_JOBS__PROJECTS__ON_DRIFT must be 'overwrite'"),
        (
            "LAYERSYNC_JOBS__PROJECTS__ON_DRIFT",
            '{"default": ',
            "LAYERSYNC_JOBS__PROJECTS__ON_DRIFT must be 'overwrite'",
        ),
        ("LAYERSYNC_JOBS__PROJECTS__COLUMNS", "a=b", "LAYERSYNC_JOBS__PROJECTS__COLUMNS is no JSON table"),
        ("LAYERSYNC_GUARDS", "30%", "LAYERSYNC_GUARDS is no JSON table"),
    ],
)
def test_a_variable_that_holds_something_wrong_is_named_and_not_the_file(
    load: Load, name: str, value: str, told: str
) -> None:
    message = refusal(load, "[jobs.projects]\n", {name: value})
    assert message.startswith(told)
    assert "config.toml" not in message


WRONG = [
    ('[api]\ntimeout = "abc"', 'api.timeout is not a duration; write it like "30s"'),
    ("[api]\ntimeout = 0", "api.timeout should be greater than 0"),
    ('[api]\nauth = "baerer"', "api.auth must be 'bearer' or 'x-api-key'; did you mean bearer?"),
    ('[api]\nbase_url = "http://api.layers.com"', "api.base_url is not https"),
    ('[api]\norganization = "two words"', "api.organization holds a character"),
    ('[jobs.projects]\nsource = ""', "jobs.projects.source should have at least 1 character"),
    ("[guards]\nmax_changes = 0.3", "guards.max_changes is neither a share"),
    ("[guards]\narchive = -1", "guards.archive should be greater than or equal to 0"),
    ('[limits]\ntier = "gold"', "limits.tier must be"),
    ("[limits]\nshare = 0", "limits.share is not a part"),
    ("[limits]\nwrites_per_minute = 9", 'limits writes_per_minute needs tier = "custom"'),
    ("[limits]\nmax_attempts = 0", "limits.max_attempts should be greater than or equal to 1"),
    ('[run]\nformats = ["csv", "htm"]', "did you mean html?"),
    ("[run]\nreport_mode = 600", "run.report_mode is not a file mode"),
    ('[run]\nfail_on = "old"', "run.fail_on must be 'any' or 'new'"),
    ("[jobs.p]", "jobs.p.resource is missing (known: projects, influencers)"),
    (
        '[jobs.p]\nresource = "project"',
        "'project' is no resource; did you mean projects? (known: ",
    ),
    ('[jobs.projects]\nkey = "customerId"', "did you mean customerExternalId? (known: id, customerExternalId)"),
    ('[jobs.projects]\non_drift = "kep"', "jobs.projects.on_drift.default must be"),
    (
        '[jobs.projects]\non_drift = { default = "keep", time_zone = "hold" }',
        "jobs.projects.on_drift names 'time_zone', which is no field of projects; did you mean timezone?",
    ),
    ('[jobs.projects]\non_drift = { "name.first" = "hold" }', "names 'name.first', which is no field of projects"),
    ('[jobs.projects]\non_drift = { "metadata." = "hold" }', "names 'metadata.', which is no field of projects"),
    ('[jobs.projects]\non_drift = { timezone = "kep" }', "jobs.projects.on_drift.timezone must be"),
    ("[jobs.projects]\nheader_row = 0", "jobs.projects.header_row should be greater than or equal to 1"),
    ("[jobs.projects]\nsource = 5", "jobs.projects.source should be a valid string"),
    ('[jobs.projects]\nmax_bytes = "many"', "jobs.projects.max_bytes is not a size"),
    ('[jobs."a.b"]\nresource = "projects"', "jobs.a.b is no name for a job: it holds letters, digits, - and _ only"),
    ("jobs = 3", "jobs should be a valid dictionary"),
    ("[jobs]\nprojects = 3", "jobs.projects"),
]


@pytest.mark.parametrize(("toml", "told"), WRONG)
def test_a_wrong_value_is_told_with_its_key_and_the_way_out(load: Load, toml: str, told: str) -> None:
    assert told in refusal(load, toml)


def test_everything_that_is_wrong_is_told_at_once(load: Load) -> None:
    told = refusal(load, '[api]\ntiemout = 3\nauth = "x"\n[run]\nkeep_runs = 0')
    assert all(name in told for name in ("api.tiemout", "api.auth", "run.keep_runs"))


@pytest.mark.parametrize(
    ("toml", "place"),
    [
        ("[api", "line 1, column 5"),
        ("[api]\nx = 1\nx = 2", "line 3"),
        ("[api]\nx =\n", "line 2, column 4"),
        ('[api]\nx = "abc', "line 2, column 9"),
        ("[api]\r\nx = y", "line 2"),
    ],
)
def test_broken_toml_is_told_with_line_and_column(load: Load, toml: str, place: str) -> None:
    assert f"config.toml, {place}" in refusal(load, toml)


def test_a_file_that_is_no_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes(b"[api]\n# caf\xe9\n")
    with pytest.raises(UsageError, match="line 2: this is not UTF-8"):
        load_settings(str(tmp_path / "c.toml"), {}, {})


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes(b"\xef\xbb\xbf[api]\nbase_url='sandbox'\n")
    assert load_settings(str(tmp_path / "c.toml"), {}, {}).api.base_url == "sandbox"


KEY = "lp_canary_0123456789abcdef"


@pytest.mark.parametrize(
    "toml",
    [
        f'key = "{KEY}"',
        f'[api]\nkey = "{KEY}"',
        '[api]\napi_key = "canary"',
        '[api]\nAPI-Key = "canary"',
        '[api]\ntoken = "canary"',
        'layers_api_key = "canary"',
        f'[api]\norganization = "{KEY}"',
        f'[api]\nbase_url = " {KEY}"',
        f'[jobs.projects]\nsource = "{KEY}"',
        '[jobs.projects]\napi_key = "canary"',
        f'[run]\nformats = ["csv", "{KEY}"]',
        f"[api]\n{KEY} = 1",
        f"{KEY} = 1",
    ],
)
def test_a_key_in_the_file_is_an_error_that_says_where_keys_belong_and_does_not_show_it(load: Load, toml: str) -> None:
    told = refusal(load, toml)
    assert "an API key does not belong here" in told
    assert "LAYERS_API_KEY" in told
    assert "canary" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LAYERSYNC_API_KEY", "canary"),
        ("LAYERSYNC_API__KEY", "canary"),
        ("LAYERSYNC_KEY", KEY),
        ("LAYERSYNC_ANYTHING", KEY),
        ("LAYERSYNC_API__ORGANIZATION", KEY),
    ],
)
def test_a_key_in_a_variable_for_settings_is_refused_unseen(load: Load, name: str, value: str) -> None:
    told = refusal(load, "", {name: value})
    assert "LAYERS_API_KEY" in told
    assert "canary" not in told


@pytest.mark.parametrize(
    "toml",
    [
        '[jobs.projects]\nkey = "id"',
        '[jobs.token]\nresource = "projects"',
        '[jobs.projects]\ncolumns = { "lp_landing_page_address" = "name" }',
        '[jobs.projects]\nignore_columns = ["lp_landing_page_address"]',
    ],
)
def test_what_only_resembles_a_key_is_accepted(load: Load, toml: str) -> None:
    assert load(toml).jobs


def test_paths_in_the_file_start_at_the_file_and_others_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    toml = '[jobs.projects]\nsource = "p.csv"\n[jobs.influencers]\nsource = "i.csv"\n[run]\nstate_dir = "state"'
    (home / "c.toml").write_text(toml)
    environ = {"LAYERSYNC_JOBS__INFLUENCERS__SOURCE": "i.csv"}
    settings = load_settings("../home/c.toml", {"run": {"report_dir": "told"}}, environ)
    assert Path(settings.jobs["projects"].source or "").resolve() == home / "p.csv"
    assert settings.jobs["influencers"].source == str(here / "i.csv")
    assert settings.run.state_dir.resolve() == home / "state"
    assert settings.run.report_dir == here / "told"


def test_default_folders_lie_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("")
    run = load_settings(str(tmp_path / "c.toml"), {}, {}).run
    assert (run.state_dir, run.report_dir) == (tmp_path / ".layersync", tmp_path / "reports")


def test_a_tilde_means_the_home_folder(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ops")
    assert load('[run]\nstate_dir = "~/state"').run.state_dir == Path("/home/ops/state")


def test_the_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--config: there is no file"):
        load_settings(str(tmp_path / "none.toml"), {}, {})


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        load_settings(str(tmp_path), {}, {})


def test_config_toml_is_looked_for_in_the_working_directory_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text("")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    with pytest.raises(UsageError, match=r"no config\.toml") as refused:
        load_settings(None, {}, {})
    assert "--config" in refused.value.what_to_do
    assert load_settings(None, {}, {}, file_needed=False).run.state_dir == tmp_path / "below" / ".layersync"


def test_the_digest_names_the_settings_in_force(load: Load) -> None:
    first = config_digest(load(CONTRACT))
    again = config_digest(load(CONTRACT.replace('"30s"', '"0.5m"')))
    other = config_digest(load(CONTRACT, {"LAYERSYNC_GUARDS__ARCHIVE": "1"}))
    assert (first == again, first == other, len(first)) == (True, False, 64)
