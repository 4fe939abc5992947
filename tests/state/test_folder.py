"""The state directory is for its owner alone, and a path that will not do is told, not thrown."""

import os
import stat
from pathlib import Path

import pytest

from layersync.errors import StoppedEarly, UsageError
from layersync.state.folder import make_folder, told_of


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    make_folder(tmp_path / "deep" / "state")
    assert mode(tmp_path / "deep" / "state") == 0o700


def test_directory_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o750)
    make_folder(tmp_path / "shared")
    assert mode(tmp_path / "shared") == 0o750


def test_link_to_a_directory_is_a_directory(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    make_folder(tmp_path / "link")


def test_file_in_the_place_of_the_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(UsageError, match="state cannot be used: File exists"):
        make_folder(tmp_path / "state")


@pytest.mark.parametrize(("error", "code"), [(28, 8), (5, 8), (30, 8), (13, 64), (1, 64), (20, 64)])
def test_a_full_or_failing_disk_stops_and_a_wrong_path_is_usage(error: int, code: int, tmp_path: Path) -> None:
    with pytest.raises((StoppedEarly, UsageError), match=os.strerror(error)) as raised, told_of(tmp_path):
        raise OSError(error, os.strerror(error))
    assert raised.value.exit_code == code
