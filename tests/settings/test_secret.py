"""The key: where it is found, what it must look like, and that no output holds it (reliability 2.G)."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from layersync.errors import UsageError
from layersync.settings.secret import ApiKey, find_key
from layersync.values.hidden import HIDDEN

GOOD = "lp_live_0123456789abcdef"

BAD = {
    "empty": b"",
    "short": b"lp_canary_short",
    "long": b"lp_canary_" + b"x" * 300,
    "space inside": b"lp_canary_0123456789 abcdef",
    "space before": b" lp_canary_0123456789abcdef",
    "two newlines": b"lp_canary_0123456789abcdef\n\n",
    "NUL": b"lp_canary_0123456789\0abcdef",
    "not ASCII": "lp_canary_0123456789abcdéf".encode(),
    "quoted": "“lp_canary_0123456789abcdef”".encode(),
    "two lines": b"lp_canary_0123456789abcdef\nlp_canary_fedcba9876543210\n",
}


@pytest.fixture
def key_file(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        path.chmod(0o600)
        return path

    return write


def found(
    flag: str | None, environ: dict[str, str], mounted: Path = Path("/nowhere"), stdin: bytes = b""
) -> ApiKey | None:
    return find_key(flag, environ, warn=pytest.fail, read_stdin=lambda: stdin, mounted=mounted)


def test_nobody_gave_a_key() -> None:
    assert found(None, {}) is None


def test_each_place_loses_against_the_one_before(tmp_path: Path, key_file: Callable[[str, bytes], Path]) -> None:
    def key(letter: str) -> bytes:
        return letter.encode() * 20

    flag, named, mounted = key_file("flag", key("a")), key_file("named", key("c")), key_file("mounted", key("e"))
    key_file("layers_api_key", key("d"))
    places = [
        {"LAYERS_API_KEY": key("b").decode()},
        {"LAYERS_API_KEY_FILE": str(named)},
        {"CREDENTIALS_DIRECTORY": str(tmp_path)},
        {},
    ]
    winners = []
    for at in range(len(places)):
        environ = {name: value for place in places[at:] for name, value in place.items()}
        winner = found(None, environ, mounted)
        winners.append(winner.reveal()[0] if winner else None)
    everything = {name: value for place in places for name, value in place.items()}
    flagged, piped = found(str(flag), everything, mounted), found("-", everything, mounted, stdin=key("f"))
    assert flagged is not None
    assert piped is not None
    assert (winners, flagged.reveal()[0], piped.reveal()[0]) == (["b", "c", "d", "e"], "a", "f")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_one_newline_at_the_end_is_no_part_of_the_key(end: str) -> None:
    key = found("-", {}, stdin=(GOOD + end).encode())
    assert key is not None
    assert key.reveal() == GOOD


def by_flag(content: bytes, path: Path) -> ApiKey | None:
    path.write_bytes(content)
    path.chmod(0o600)
    return found(str(path), {})


def by_variable(content: bytes, _: Path) -> ApiKey | None:
    return found(None, {"LAYERS_API_KEY": content.decode(errors="surrogateescape")})


def by_stdin(content: bytes, _: Path) -> ApiKey | None:
    return found("-", {}, stdin=content)


def by_mount(content: bytes, path: Path) -> ApiKey | None:
    path.write_bytes(content)
    return found(None, {}, mounted=path)


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("give", [by_flag, by_variable, by_stdin, by_mount])
def test_a_bad_key_is_refused_without_showing_it(
    content: bytes, give: Callable[[bytes, Path], ApiKey | None], tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as refused:
        give(content, tmp_path / "key")
    told = f"{refused.value!r} {refused.value.message} {refused.value.what_to_do} {refused.value.__cause__!r}"
    assert "canary" not in told
    assert "0123456789" not in told


def test_the_place_of_an_illegal_character_is_told() -> None:
    with pytest.raises(UsageError, match="position 21"):
        found("-", {}, stdin=BAD["space inside"])


def test_a_key_where_a_path_is_meant_is_not_repeated() -> None:
    with pytest.raises(UsageError) as refused:
        found("lp_canary_0123456789abcdef", {})
    assert "canary" not in f"{refused.value.message} {refused.value.what_to_do}"


def test_a_key_file_that_is_missing_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--api-key-file: cannot read"):
        found(str(tmp_path / "none"), {})


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
@pytest.mark.parametrize("place", ["flag", "variable"])
def test_a_key_file_that_others_may_read_is_warned_about(tmp_path: Path, mode: int, warned: bool, place: str) -> None:
    path = tmp_path / "key"
    path.write_text(GOOD)
    path.chmod(mode)
    told: list[str] = []
    flag = str(path) if place == "flag" else None
    find_key(flag, {"LAYERS_API_KEY_FILE": str(path)}, warn=told.append, mounted=Path("/nowhere"))
    assert bool(told) is warned
    assert GOOD not in "".join(told)


def test_a_mounted_secret_may_be_readable_by_all(tmp_path: Path) -> None:
    path = tmp_path / "mounted"
    path.write_text(GOOD)
    path.chmod(0o444)
    assert found(None, {}, mounted=path) is not None


def test_the_key_object_shows_nothing_of_the_key() -> None:
    key = ApiKey(GOOD, "test")
    assert GOOD not in f"{key!r} {key} {[key]}"


@pytest.mark.parametrize(
    "form",
    [
        lambda key: key,
        lambda key: json.dumps(key)[1:-1],
        lambda key: quote(key, safe=""),
        lambda key: base64.b64encode(key.encode()).decode(),
        lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    ],
)
def test_every_form_of_the_key_is_taken_out_of_a_text(form: Callable[[str], str]) -> None:
    key = 'lp_"\\/+?key~0123456789'
    told = ApiKey(key, "test").redact(f"before {form(key)} after")
    assert told == f"before {HIDDEN} after"


@pytest.mark.parametrize("length", [24, 25, 26])
@pytest.mark.parametrize("before", ["", "u:", "api:", "Bearer "])
@pytest.mark.parametrize("after", ["", ":", "\n"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_key_is_found_in_base64_whatever_stands_around_it(
    encode: Callable[[bytes], bytes], after: str, before: str, length: int
) -> None:
    """A header as a whole, a name and a password, and with or without the signs that fill up the end."""
    key = 'lp_?~"0123456789>?abcdefgh'[:length]
    coded = encode(f"{before}{key}{after}".encode()).decode()
    for written in (coded, coded.rstrip("=")):
        told = ApiKey(key, "test").redact(f"no: {written}!")
        left = told.replace(HIDDEN, "")
        assert HIDDEN in told
        assert len(left) <= len("no: !") + len(written) - (length - 2) * 8 // 6
