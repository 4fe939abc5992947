"""No output of a command holds the key, whatever is wrong with it and whoever echoes it (reliability 2.G)."""

from pathlib import Path

import pytest

from layersync.cli.unexpected import Unexpected, hiding
from layersync.errors import ApiRefuses
from layersync.settings.secret import HIDDEN, ApiKey
from tests.cli.conftest import Run
from tests.sandbox.server import running_sandbox

BAD = {
    "empty": "",
    "short": "lp_canary",
    "long": "lp_canary_" + "0123456789" * 30,
    "space": "lp_canary_0123456789 abcdef",
    "tab": "lp_canary_0123456789\tabcdef",
    "two newlines": "lp_canary_0123456789abcdef\n\n",
    "not ASCII": "lp_canary_0123456789abcdéf",
    "control": "lp_canary_0123456789\x1babcdef",
    "two keys": "lp_canary_0123456789abcdef\nlp_canary_0123456789abcdef",
}


@pytest.mark.parametrize("key", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("by_file", [True, False], ids=["file", "variable"])
@pytest.mark.parametrize("command", ["whoami", "sync"])
def test_a_bad_key_ends_with_64_unseen(
    key: str, by_file: bool, command: str, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "key").write_text(key)
    (folder / "key").chmod(0o600)
    if not by_file:
        monkeypatch.setenv("LAYERS_API_KEY", key)
    ended = run(command, "--base-url", "http://127.0.0.1:9", *(["--api-key-file", "key"] if by_file else []))
    assert ended.code == 64
    assert "this is no API key" in ended.err
    assert "canary" not in ended.err + ended.out
    assert "0123456789" not in ended.err + ended.out


def test_a_key_that_the_api_refuses_ends_with_6_unseen(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERS_API_KEY", "lp_canary_revoked_0123456789")
    with running_sandbox() as sandbox:
        whoami = run("whoami", "--base-url", sandbox.url, "-v")
        sync = run("sync", "--base-url", sandbox.url, "-v")
    assert (whoami.code, sync.code) == (6, 6)
    told = whoami.err + whoami.out + sync.err + sync.out
    told += "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())
    assert "canary" not in told


def test_whoami_names_the_key_by_its_origin_and_warns_of_an_open_file(run: Run, folder: Path) -> None:
    (folder / "key").write_text("lp_canary_0123456789abcdef\n")
    (folder / "key").chmod(0o644)
    with running_sandbox() as sandbox:
        ended = run("whoami", "--base-url", sandbox.url, "--api-key-file", "key")
    assert ended.code == 0
    assert "from --api-key-file" in ended.out
    assert ended.out.startswith(sandbox.url)
    assert "can be read by other users" in ended.err
    assert "canary" not in ended.out + ended.err


KEY = ApiKey("lp_canary_0123456789abcdef", "test")


def test_an_error_of_ours_is_cleared_of_the_key() -> None:
    with pytest.raises(ApiRefuses) as refused, hiding(KEY):
        raise ApiRefuses(f"said {KEY.reveal()}", f"not {KEY.reveal()}")
    assert (refused.value.message, refused.value.what_to_do) == (f"said {HIDDEN}", f"not {HIDDEN}")
    assert KEY.reveal() not in str(refused.value)


def test_an_unforeseen_error_is_cleared_of_the_key_and_so_is_its_trace() -> None:
    with pytest.raises(Unexpected) as unexpected, hiding(KEY):
        raise RuntimeError(f"bad header {KEY.reveal()}")
    assert str(unexpected.value) == f"RuntimeError: bad header {HIDDEN}"
    assert "RuntimeError" in unexpected.value.trace
    assert KEY.reveal() not in unexpected.value.trace
    assert unexpected.value.__cause__ is None
