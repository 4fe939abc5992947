"""What is shown of a cell's value: readable, harmless, and no longer than asked for."""

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.report.show import show, unit, visible
from tests.report.texts import EVERY_CHARACTER, HOSTILE, texts, values

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Acme Coffee", "Acme Coffee"),
        ("Café ☕ 東京", "Café ☕ 東京"),
        ("\x1b[31mred", "\\u{1b}[31mred"),
        ("a\r\nb", "a\\u{d}\\u{a}b"),
        ("\u202egnp.exe", "\\u{202e}gnp.exe"),
        ("\ud800", "\\u{d800}"),
        (None, "null"),
        (True, "true"),
        (12000, "12000"),
        ({"b": [1, "é"], "a": None}, '{"a": null, "b": [1, "é"]}'),
    ],
)
def test_text_is_shown_as_it_is_and_anything_else_as_json(value: object, shown: str) -> None:
    assert show(value) == shown


def test_every_character_that_steers_or_hides_is_escaped_and_no_other_is() -> None:
    wrong = [c for c in EVERY_CHARACTER if (unit(c) != c) != (unicodedata.category(c) in HIDDEN)]
    assert not wrong


@given(texts, st.integers(12, 100))
def test_what_is_shown_never_exceeds_the_width(text: str, width: int) -> None:
    assert len(show(text, width)) <= width


@given(texts)
def test_a_cut_text_is_the_beginning_of_the_whole_one_and_an_ellipsis(text: str) -> None:
    shown, whole = show(text, 20), visible(text)
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))


@given(st.text(alphabet=HOSTILE, min_size=20))
def test_an_escape_is_never_cut_in_two(text: str) -> None:
    assert re.fullmatch(r"(\\u\{[0-9a-f]+\})*…", show(text, 20))


@given(values)
def test_no_value_breaks_a_line(value: object) -> None:
    assert len(show(value).splitlines()) <= 1


def test_a_value_of_json_keeps_its_type_apart_from_text() -> None:
    assert json.loads(show(["true"])) != json.loads(show([True]))
