"""Two long texts shortened around their first difference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from layersync.report.show import visible
from layersync.report.terminal.excerpt import excerpts
from tests.report.texts import texts

LONG = "Daily ritual coffee for runners and night-shift workers, roasted weekly and shipped as you actually drink it."


def marked(one: str, other: str, width: int) -> list[str]:
    return [f"{e.text[: e.start]}<{e.text[e.start : e.end]}>{e.text[e.end :]}" for e in excerpts(one, other, width)]


@pytest.mark.parametrize(
    ("one", "other", "width", "shown"),
    [
        ("America/New_York", "America/Chicago", 40, ["America/<New_York>", "America/<Chicago>"]),
        ("Acme", "Acme Fit", 40, ["Acme<>", "Acme< Fit>"]),
        (
            LONG,
            LONG.replace("workers", "nurses"),
            40,
            ["…night-shift <workers>, roasted weekly an…", "…night-shift <nurses>, roasted weekly and…"],
        ),
        (
            LONG,
            LONG.replace("Daily", "Weekly"),
            30,
            ["<Daily> ritual coffee for runne…", "<Weekly> ritual coffee for runn…"],
        ),
        (
            LONG,
            LONG.replace("it.", "them."),
            30,
            ["…d as you actually drink <it>.", "…d as you actually drink <them>."],
        ),
        ("a" * 60 + "b", "a" * 60 + "c", 20, ["…aaaaaaaaaaaaaaaaaa<b>", "…aaaaaaaaaaaaaaaaaa<c>"]),
        ("Acme", LONG, 20, ["<Acme>", "<Daily ritual coffee>…"]),
    ],
)
def test_both_begin_at_the_same_place_and_mark_the_words_that_differ(
    one: str, other: str, width: int, shown: list[str]
) -> None:
    assert marked(one, other, width) == shown


def test_a_difference_that_is_not_shown_is_told() -> None:
    far = LONG.replace("Daily", "Weekly").replace("drink it", "drink them")
    assert [excerpt.more for excerpt in excerpts(LONG, far, 40)] == [True, True]
    assert [excerpt.more for excerpt in excerpts(LONG, LONG.replace("Daily", "Weekly"), 40)] == [False, False]


@given(texts, texts, st.integers(30, 90))
def test_no_excerpt_is_wider_than_asked_for(one: str, other: str, width: int) -> None:
    assert all(cell_len(excerpt.text) <= width for excerpt in excerpts(one, other, width))


@given(
    st.text("ab \u6771", min_size=40, max_size=200),
    st.integers(0, 199),
    st.sampled_from("xy\u00e9"),
    st.integers(30, 60),
)
def test_one_changed_character_is_seen_on_both_sides(text: str, at: int, new: str, width: int) -> None:
    at %= len(text)
    other = text[:at] + new + text[at + 1 :]
    first, second = excerpts(text, other, width)
    assert new in second.text
    assert first.text != second.text
    assert new in second.text[second.start : second.end]


@given(texts, texts)
def test_short_texts_are_shown_whole(one: str, other: str) -> None:
    first, second = excerpts(one, other, 10_000)
    assert (first.text, second.text) == (visible(one), visible(other))
    assert [first.cut, first.more, second.cut, second.more] == [False] * 4
