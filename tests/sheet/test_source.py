"""Opening the input: one regular file or standard input, nothing else, and never half of it."""

import os
import sys
import threading
from pathlib import Path

import pytest

from layersync.errors import InputUnusable
from layersync.sheet.source import read_source

LIMIT = 100


def refusal(source: Path | str) -> InputUnusable:
    with pytest.raises(InputUnusable) as caught:
        read_source(str(source), LIMIT)
    return caught.value


def test_A6_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"plain")
    (tmp_path / "[a]*?.csv").write_bytes(b"odd")
    assert read_source(str(tmp_path / "[a]*?.csv"), LIMIT) == b"odd"
    assert "there is no file" in refusal(tmp_path / "*.csv").message


@pytest.mark.parametrize("url", ["s3://bucket/a.csv", "hf://a/b.csv", "file:///etc/hostname", "~/a.csv"])
def test_A6_other_schemes_are_paths_that_do_not_exist(url: str) -> None:
    assert "there is no file" in refusal(url).message


def test_A6_a_directory_is_refused(tmp_path: Path) -> None:
    assert "not a regular file" in refusal(tmp_path).message


def test_A6_a_pipe_that_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    reader = threading.Thread(target=lambda: refusal(tmp_path / "pipe.csv"), daemon=True)
    reader.start()
    reader.join(10)
    assert not reader.is_alive()


def test_a_path_with_NUL_is_refused_in_words() -> None:
    assert "cannot be opened" in refusal("a\0b").message


def test_a_missing_file_is_told_with_the_name_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "projects.csv").touch()
    assert refusal(tmp_path / "project.csv").what_to_do == "did you mean projects.csv?"


def test_a_link_that_leads_nowhere_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "projects.csv").symlink_to("gone.csv")
    told = refusal(tmp_path / "projects.csv")
    assert told.message.endswith("projects.csv is a link to a file that is not there")
    assert told.what_to_do == "check where the link leads"


@pytest.mark.parametrize(("size", "passes"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
def test_A7_the_cap_on_bytes_is_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, passes: bool) -> None:
    raw = b"x" * size
    (tmp_path / "a.csv").write_bytes(raw)
    for source in (str(tmp_path / "a.csv"), "-"):
        with (tmp_path / "a.csv").open() as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            if passes:
                assert read_source(source, LIMIT) == raw
            else:
                assert "larger than 100 bytes" in refusal(source).message


def test_a_standard_input_that_cannot_be_read_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "a.csv").open("w") as only_written:
        monkeypatch.setattr(sys, "stdin", only_written)
        assert "standard input cannot be read" in refusal("-").message


def changing_while_read(monkeypatch: pytest.MonkeyPatch, path: Path, contents: list[bytes]) -> None:
    """Lets another writer give the file these contents, one after each read of it."""
    read, left = os.read, list(contents)

    def read_and_lose(descriptor: int, size: int) -> bytes:
        piece = read(descriptor, size)
        if left:
            path.write_bytes(left.pop(0))
            os.utime(path, ns=(0, len(left)))
        return piece

    monkeypatch.setattr(os, "read", read_and_lose)


@pytest.mark.parametrize("content", [b"longer than before\n", b"short", b"other\n"])
def test_A22_a_file_that_changed_while_it_was_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"first\n")
    changing_while_read(monkeypatch, path, [content])
    assert read_source(str(path), LIMIT) == content


def test_A22_a_file_that_keeps_changing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"first\n")
    changing_while_read(monkeypatch, path, [b"other\n", b"third\n", b"again\n"] * 3)
    assert "changed while it was read" in refusal(path).message
