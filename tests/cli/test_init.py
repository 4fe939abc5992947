"""`init`: a configuration in which every key stands with its default, and snippets that work as they are."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from layersync.resources import RESOURCES
from layersync.settings.environment import variable
from layersync.settings.load import load_settings
from layersync.settings.model import Settings
from layersync.settings.names import ANY_JOB, all_names
from layersync.settings.secret import CREDENTIAL, MOUNTED
from tests.cli.conftest import Run

_EXAMPLES = {"organization", "sheet", "columns", "ignore_columns", "expect", "guards", "encoding"}
_FIGURES = {"reads_per_minute", "writes_per_minute", "writes_per_day"}
ODD = '100% of Ada\'s "sheets" & $HOME'


def written(run: Run) -> str:
    assert run("init", "-c", "new.toml").code == 0
    return Path("new.toml").read_text(encoding="utf-8")


def lines_of(text: str) -> Iterator[tuple[str, str, str]]:
    """Every key of the file, in use or not: the table, its name, and its line without the `#`."""
    table = ""
    for line in text.splitlines():
        if header := re.fullmatch(r"(?:# )?\[([\w.]+)\](?: +#.*)?", line):
            table = header[1]
        elif key := re.match(r"(?:# )?(\w+) = ", line):
            yield table, key[1], line.removeprefix("# ")


@pytest.mark.usefixtures("folder")
def test_what_is_written_is_a_configuration_and_is_never_written_over(run: Run) -> None:
    text = written(run)
    settings = load_settings("new.toml")
    assert (settings.api.base_url, [*settings.jobs]) == ("sandbox", ["projects"])
    assert run("check", "-c", "new.toml").code == 0
    again = run("init", "-c", "new.toml")
    assert (again.code, Path("new.toml").read_text(encoding="utf-8")) == (64, text)
    assert "new.toml is there already" in again.err


def test_a_preview_with_it_needs_nothing_but_the_sheet_that_export_writes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    begun = run("init")
    assert begun.code == 0
    (command,) = re.findall(r"`layersync (.*?)`", begun.err)
    assert run(*shlex.split(command)).code == 0
    previewed = run("sync", "-n", "--detailed-exitcode")
    assert (previewed.code, "0 to change" in previewed.out) == (0, True)


@pytest.mark.usefixtures("folder")
def test_every_key_stands_in_it(run: Run) -> None:
    told = {(table.replace("jobs.projects", f"jobs.{ANY_JOB}"), key) for table, key, _ in lines_of(written(run))}
    known = {(".".join(name[:-1]), name[-1]) for name in all_names() if name[:3] != ("jobs", ANY_JOB, "guards")}
    assert known <= told


@pytest.mark.usefixtures("folder")
def test_what_stands_behind_a_mark_can_be_put_into_use_and_is_the_default_or_an_example(run: Run) -> None:
    told = [*lines_of(written(run))]
    assert len(told) > 40
    for table, key, line in told:
        more = 'tier = "custom"\n' if key in _FIGURES else ""
        source = 'source = "x.csv"\n' if table.startswith("jobs.") and key != "source" else ""
        settings = Settings(**tomllib.loads(f"[{table}]\n{source}{more}{line}"))
        given = tomllib.loads(line)[key]
        if key in _EXAMPLES | {"source", "base_url"}:
            assert given
        elif key in _FIGURES:
            assert given == {"reads_per_minute": 120, "writes_per_minute": 60, "writes_per_day": 10_000}[key]
        else:
            assert at(settings, table, key) == default(table, key), line


def at(settings: Settings, table: str, key: str) -> Any:
    value: Any = settings.model_dump(mode="json")
    for part in (*table.split("."), key):
        value = value[part]
    return value


def default(table: str, key: str) -> Any:
    jobs = {name: {"source": "x.csv"} for name in RESOURCES}
    return at(Settings(jobs=jobs), table, key)


def moved(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Goes to a folder of that name which holds all that there was."""
    inside = [*folder.iterdir()]
    (folder / name).mkdir()
    for path in inside:
        path.rename(folder / name / path.name)
    monkeypatch.chdir(folder / name)
    return folder / name


def cron_line(text: str) -> str:
    """What cron gives to the shell: the line from its command on, up to a bare `%`."""
    (line,) = [line for line in text.splitlines() if line.startswith("15 2 * * *")]
    command = re.split(r"(?<!\\)%", line.removeprefix("15 2 * * *"))[0]
    return command.strip().replace(r"\%", "%")


def test_the_line_for_crontab_works_in_any_folder_and_says_nothing(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = moved(folder, ODD, monkeypatch)
    command = cron_line(run("init", "--cron").out)
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd="/", env={"HOME": "/", "PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert len([*(place / "reports").glob("2*/results.json")]) == 1
    (place / "config.toml").rename(place / "night 1%.toml")
    named = cron_line(run("init", "--cron", "-c", "night 1%.toml").out)
    assert shlex.split(named)[-2:] == ["--config", "night 1%.toml"]


def test_the_units_for_systemd_name_this_folder_and_program(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = moved(folder, ODD, monkeypatch)
    units = dict(re.findall(r"^(\w+)=(.*)$", run("init", "--systemd", "--config", "$a.toml").out, re.M))
    assert units["WorkingDirectory"] == str(place).replace("%", "%%")
    assert unquoted(units["ReadWritePaths"]) == [str(place)]
    program, *words = unquoted(units["ExecStart"])
    assert Path(program).is_file()
    assert words == ["sync", "-q", "--config", "$$a.toml"]
    assert units["LoadCredential"].startswith(f"{CREDENTIAL}:/")
    assert (units["Type"], units["Persistent"]) == ("oneshot", "true")


def unquoted(words: str) -> list[str]:
    """The words of a line of a unit file."""
    return [word.replace("%%", "%") for word in shlex.split(words)]


@pytest.mark.usefixtures("folder")
def test_the_job_for_kubernetes_runs_alone_and_knows_where_key_and_state_are(run: Run) -> None:
    text = run("init", "--kubernetes").out
    assert "concurrencyPolicy: Forbid" in text
    assert f"mountPath: {MOUNTED}\n" in text
    names = {*re.findall(r"name: (LAYERSYNC_\w+)", text)}
    assert names == {variable(("run", "state_dir")), variable(("run", "report_dir"))}
    assert "{" not in text.replace("emptyDir: {}", "")


@pytest.mark.usefixtures("folder")
def test_snippets_are_printed_and_nothing_is_written(run: Run, folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    told = run("init", "--ci", "github", "--cron", "--systemd", "--kubernetes")
    assert (told.code, told.err) == (0, "")
    assert [told.out.count(mark) for mark in ("runs-on:", "15 2 * * *  cd", "[Timer]", "kind: CronJob")] == [3, 1, 1, 1]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_folder_whose_name_would_break_a_snippet_is_refused(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(folder, "two\nlines", monkeypatch)
    refused = run("init", "--cron")
    assert (refused.code, refused.out) == (64, "")
