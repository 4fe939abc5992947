"""The folder of a run is removed with what layersync wrote there, and nothing else ever is."""

from pathlib import Path

import pytest

from layersync.files import drop_folder

RUN = "20261121T020003Z-7f3a"
OURS = [
    "results.csv",
    "changes.csv",
    "results.json",
    "results.xlsx",
    "report.html",
    "summary.md",
    "junit.xml",
    "plan.json",
    "retry.csv",
    "retry-my_job.csv",
    ".results.csv.0a1b2c3d",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / RUN
    made.mkdir()
    for name in OURS:
        (made / name).write_text("ours", encoding="utf-8")
    return made


def test_a_folder_with_nothing_but_our_files_goes(folder: Path) -> None:
    drop_folder(folder, RUN)
    assert not folder.exists()


@pytest.mark.parametrize("name", ["notes.txt", "results.csv.bak", "retry of mine.csv", ".git"])
def test_what_somebody_put_there_stays_and_the_folder_with_it(folder: Path, name: str) -> None:
    (folder / name).write_text("theirs", encoding="utf-8")
    drop_folder(folder, RUN)
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_folder_of_another_name_and_one_behind_a_link_are_left_alone(folder: Path, tmp_path: Path) -> None:
    drop_folder(folder, "20200101T000000Z-0000")
    link = tmp_path / "other" / RUN
    link.parent.mkdir()
    link.symlink_to(folder)
    drop_folder(link, RUN)
    drop_folder(tmp_path / "nowhere" / RUN, RUN)
    assert len(list(folder.iterdir())) == len(OURS)


def test_a_link_or_a_folder_inside_is_no_file_of_ours(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("theirs", encoding="utf-8")
    (folder / "results.csv").unlink()
    (folder / "results.csv").symlink_to(outside)
    (folder / "plan.json").unlink()
    (folder / "plan.json").mkdir()
    drop_folder(folder, RUN)
    assert outside.read_text(encoding="utf-8") == "theirs"
    assert (folder / "plan.json").is_dir()
