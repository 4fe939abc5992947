"""Saved plans on the disk: which file is meant, and whether it may be carried out with these settings."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from layersync import saved_plans
from layersync.errors import PlanUnusable, SyncError, UsageError
from layersync.saved_plans import find_plan, load_plan
from layersync.settings.model import Run, Settings
from tests.plan.test_saved import small_plan, text_of

RUN = "20261121T020003Z-7f3a"
SETTINGS = Settings(api={"base_url": "https://api.example"}, jobs={"projects": {"source": "p.csv"}})


def a_run(reports: Path, run_id: str = RUN, *, with_plan: bool = True) -> Path:
    (reports / run_id).mkdir(parents=True)
    if with_plan:
        (reports / run_id / "plan.json").write_text(text_of(small_plan()), encoding="ascii")
    return reports / run_id / "plan.json"


def of(reports: Path) -> Run:
    return Run(report_dir=reports, state_dir=reports.parent / "state")


def test_a_run_is_meant_by_its_id_and_the_newest_one_by_its_name(tmp_path: Path) -> None:
    plan = a_run(tmp_path)
    (tmp_path / "latest").symlink_to(RUN)
    assert find_plan(RUN, of(tmp_path)) == find_plan("latest", of(tmp_path)) == (plan, True)


def test_everything_else_is_a_file_even_the_plan_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = a_run(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert find_plan(str(plan), of(tmp_path)) == (plan, False)
    assert find_plan(f"{RUN}/plan.json", of(tmp_path)) == (plan, False)
    assert find_plan(RUN[:-1], of(tmp_path)) == (tmp_path / RUN[:-1], False)


def test_a_run_that_is_not_there_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    a_run(tmp_path)
    with pytest.raises(UsageError, match=rf"no run {RUN[:-1]}b in .*did you mean {RUN}\?"):
        find_plan(f"{RUN[:-1]}b", of(tmp_path))
    for nowhere in ("latest", RUN):
        with pytest.raises(UsageError, match="there is no run"):
            find_plan(nowhere, of(tmp_path / "reports"))


def test_a_run_that_sent_everything_kept_no_plan(tmp_path: Path) -> None:
    a_run(tmp_path, with_plan=False)
    with pytest.raises(UsageError, match=f"run {RUN} kept no plan"):
        find_plan(RUN, of(tmp_path))


def test_a_saved_plan_is_read_for_the_settings_that_it_fits(tmp_path: Path) -> None:
    saved = load_plan(a_run(tmp_path), SETTINGS)
    assert [plan.job for plan in saved.plans] == ["projects"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"api": {"base_url": "https://other.example"}}, "is for https://api.example, .* for https://other.example"),
        ({"jobs": {"brands": {"source": "p.csv", "resource": "projects"}}}, "a job 'projects', .* none"),
        (
            {"jobs": {"projects": {"source": "p.csv", "resource": "influencers", "key": "influencerId"}}},
            "is for projects, .* influencers",
        ),
    ],
)
def test_a_plan_for_another_api_or_other_jobs_is_refused(
    settings: dict[str, object], told: str, tmp_path: Path
) -> None:
    here = {"api": {"base_url": "https://api.example"}, "jobs": {"projects": {"source": "p.csv"}}, **settings}
    with pytest.raises(PlanUnusable, match=told):
        load_plan(a_run(tmp_path), Settings(**here))


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def beyond_ascii(path: Path) -> None:
    path.write_text("{}\u00e9", encoding="utf-8")


def a_workbook(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04\x00\xff")


@pytest.mark.parametrize("make", [a_folder, a_pipe, beyond_ascii, a_workbook])
def test_what_is_there_and_is_no_plan_cannot_be_applied(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "plan.json")
    with pytest.raises(PlanUnusable):
        load_plan(tmp_path / "plan.json", SETTINGS)


@pytest.mark.parametrize("path", ["nowhere.json", "no\0thing", "x" * 300])
def test_what_is_not_there_is_a_mistake_of_the_command_line(path: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be opened"):
        load_plan(tmp_path / path, SETTINGS)


def test_a_file_larger_than_any_plan_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = a_run(tmp_path)
    monkeypatch.setattr(saved_plans, "_LARGEST", plan.stat().st_size)
    assert load_plan(plan, SETTINGS)
    monkeypatch.setattr(saved_plans, "_LARGEST", plan.stat().st_size - 1)
    with pytest.raises(SyncError, match="larger than any saved plan"):
        load_plan(plan, SETTINGS)
