"""Every kind of usage error ends with 64 and one line on stderr that says what to do, before anything is done."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import PROJECT, Ended, Run

WRONG = [
    ((), "name a command"),
    (("synk",), 'Did you mean "sync"?'),
    (("aply",), "unknown command"),
    (("--dry-run",), "unknown command"),
    (("sync", "--dryrun"), "Did you mean --dry-run?"),
    (("sync", "--no-dry-run"), "unknown option"),
    (("check", "--dry-run"), "unknown option"),
    (("plan", "-y"), "unknown option"),
    (("whoami", "--source", "projects=x"), "unknown option"),
    (("sync", "--config"), "requires an argument"),
    (("sync", "-c", "a", "-c", "b"), "multiple times"),
    (("sync", "--format", "xml"), "text"),
    (("check", "--format", "markdown"), "text"),
    (("sync", "--color", "red"), "auto"),
    (("sync", "--log-format", "xml"), "json"),
    (("whoami", "extra"), "extra"),
    (("apply",), "PLAN"),
    (("apply", "none.json"), "cannot be opened"),
    (("apply", "latest"), "there is no run latest"),
    (("apply", "plan.json", "--key", "a"), "--key"),
    (("plan", "--out", "."), "this is a folder"),
    (("plan", "--out", "none/plan.json"), "there is no folder"),
    (("columns",), "RESOURCE"),
    (("columns", "project"), "did you mean projects?"),
    (("columns", "projects", "--template", "sheet.xlsx"), "must end in .csv"),
    (("columns", "projects", "--template", "projects.csv"), "left alone"),
    (("columns", "projects", "--template", "none/sheet.csv"), "No such file"),
    (("sync", "-c", "none.toml"), "there is no file 'none.toml'"),
    (("sync", "project"), "did you mean projects?"),
    (("check", "project"), "did you mean projects?"),
    (("sync", "--source", "x.csv"), "write it as JOB=PATH"),
    (("sync", "--source", "influencers=x.csv"), "does not run"),
    (("sync", "projects", "influencers", "--source", "projects=-", "--source", "influencers=-"), "once only"),
    (("sync", "--source", "projects=-", "--api-key-file", "-"), "once only"),
    (("sync", "--allow", "archive"), "write it as NAME=N"),
    (("sync", "--allow", "archiv=1"), "did you mean archive?"),
    (("sync", "--allow", "project.archive=1"), "did you mean projects?"),
    (("sync", "--deadline", "25:00"), "write it like 05:30"),
    (("sync", "--max-duration", "soon"), "is not a duration"),
    (("sync", "--wait", "-1"), "--wait"),
    (("sync", "--base-url", "http://api.layers.com"), "--base-url is not https"),
    (("whoami", "--base-url", "https://api.layers.com"), "there is no API key"),
    (("sync", "-n", "--base-url", "https://api.layers.com"), "LAYERS_API_KEY"),
    (("whoami", "--base-url", "https://api.layers.com", "--api-key-file", "none"), "cannot read the key"),
    (("check", "--key", "none"), "none"),
    (("check", "--only-fields", "taglin"), "tagline"),
    (("check", "--only-fields", " ,"), "names no field"),
    (("sync", "-n", "--only-fields", ""), "names no field"),
]


@pytest.mark.parametrize(("words", "told"), WRONG, ids=[" ".join(words) or "(nothing)" for words, _ in WRONG])
def test_a_usage_error_ends_with_64_and_one_line(words: tuple[str, ...], told: str, run: Run, folder: Path) -> None:
    before = sorted(folder.iterdir())
    ended = run(*words)
    assert ended.code == 64
    assert told in ended.err
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("layersync: ")
    assert not ended.out or not words
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[api\n", "config.toml, line 1, column 5"),
        ("[api]\ntiemout = 3\n", "api.tiemout: there is no such key; did you mean api.timeout?"),
        ('[api]\nkey = "lp_canary_0123456789"\n', "an API key does not belong here"),
        ("", "no job to run"),
        ("[jobs.projects]\n", "has no sheet"),
    ],
)
def test_a_configuration_that_cannot_be_used_ends_with_64(toml: str, told: str, run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(toml)
    ended = run("check")
    assert (ended.code, ended.out) == (64, "")
    assert told in ended.err
    assert "canary" not in ended.err


def test_a_folder_without_configuration_is_told_about_the_flag(run: Run, folder: Path) -> None:
    (folder / "config.toml").unlink()
    ended = run("sync")
    assert ended.code == 64
    assert "--config" in ended.err


@pytest.mark.parametrize("word", ["--api-key=lp_canary_0123456789", "--api-key", "--token", "--apikey"])
@pytest.mark.parametrize("command", ["sync", "whoami", "check", "plan"])
def test_no_flag_takes_the_key_and_the_three_ways_are_named(word: str, command: str, run: Run) -> None:
    ended = run(command, word, "lp_canary_0123456789")
    assert ended.code == 64
    assert all(way in ended.err for way in ("LAYERS_API_KEY", "LAYERS_API_KEY_FILE", "--api-key-file"))
    assert "canary" not in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("lp_canary_0123456789",),
        ("sync", "--api-kee=lp_canary_0123456789"),
        ("sync", "--format", "lp_canary_0123456789"),
        ("whoami", "lp_canary_0123456789"),
        ("whoami", "--base-url", "https://api.layers.com", "--api-key-file", "lp_canary_0123456789"),
    ],
)
def test_a_key_in_the_wrong_place_is_not_repeated(words: tuple[str, ...], run: Run) -> None:
    ended = run(*words)
    assert ended.code == 64
    assert "canary" not in ended.err + ended.out


def test_messages_can_be_json(run: Run) -> None:
    ended = run("check", "project", "--log-format", "json")
    assert '"level": "error"' in ended.err
    assert '"what_to_do": "known: projects, influencers"' in ended.err


@pytest.mark.parametrize("flag", ["--log-format=json", "--log-format json"])
@pytest.mark.parametrize(("words", "code"), [("check -q", 3), ("check --nope", 64), ("chek", 64), ("check none", 64)])
def test_F8_every_line_of_a_log_in_json_is_json(words: str, code: int, flag: str, run: Run, folder: Path) -> None:
    (folder / "projects.csv").write_text("id,tagline\nx,y\nz,\n", encoding="utf-8")
    ended = run(*words.split(), *flag.split())
    lines = [json.loads(line) for line in ended.err.splitlines()]
    assert (ended.code, {line["level"] for line in lines}) == (code, {"error"})


@pytest.mark.parametrize("command", ["whoami", "columns projects", "columns projects --format json", "runs", "check"])
def test_quiet_says_nothing_when_all_is_well(command: str, run: Run) -> None:
    assert run(*command.split(), "-q") == Ended(0, "", "")


def test_a_flag_narrows_to_one_row(run: Run) -> None:
    assert run("check", "--key", PROJECT, "--only-fields", "tagline").code == 0
