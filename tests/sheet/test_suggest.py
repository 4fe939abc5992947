"""The word that was probably meant, or none."""

import pytest

from layersync.sheet.suggest import nearest, one_slip, shown

NAMES = ["name", "status", "ownerEmail", "timezone", "id", "tagline", "vibe"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("stauts", "status"),
        ("OWNER_EMAIL", "ownerEmail"),
        ("owner e-mail", "ownerEmail"),
        ("nmae", "name"),
        ("Tag line", "tagline"),
        ("I D", "id"),
        ("ia", None),
        ("email", None),
        ("notes", None),
        ("", None),
        ("—", None),
    ],
)
def test_nearest(word: str, meant: str | None) -> None:
    assert nearest(word, NAMES) == meant


@pytest.mark.parametrize(
    ("one", "other", "is_slip"),
    [
        ("abc", "abc", True),
        ("abc", "ab", True),
        ("abc", "abcd", True),
        ("abc", "axc", True),
        ("abc", "acb", True),
        ("abc", "cba", False),
        ("abc", "abcde", False),
        ("abcd", "badc", False),
        ("", "a", True),
    ],
)
def test_one_slip(one: str, other: str, is_slip: bool) -> None:
    assert one_slip(one, other) is is_slip
    assert one_slip(other, one) is is_slip


def test_shown_is_short_and_printable() -> None:
    assert shown("a\x1b[31m\u202e") == '"a\\u{1b}[31m\\u{202e}"'
    assert len(shown("x" * 1000)) == 42
