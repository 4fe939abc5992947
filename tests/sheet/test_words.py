"""Words of a vocabulary: taken exactly, or refused with the word that was meant."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest

from layersync.sheet.zones import zone_names
from layersync.values.problem import Severity
from tests.sheet.build import column, errors, only_problem, states, values

GOOD = [
    ("size", ["small", "middle", "large"]),
    ("contact", ["ops@example.com", "a.b+c@sub.example.co.uk", "o'neil@example.com", "ü@example.com", "a@bücher.de"]),
    ("timezone", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "US/Eastern", "Etc/GMT+3"]),
    ("tongue", ["en", "pt-BR", "zh-Hans-CN", "es-419", "de-CH-1996", "en-us", "x-klingon"]),
]


@pytest.mark.parametrize(("header", "cells"), GOOD)
def test_good_words_are_taken_as_they_are(header: str, cells: list[str]) -> None:
    desired = column(header, *cells)
    assert values(desired, header) == cells
    assert desired.problems == ()


MEANT = [
    ("size", "Small", "small"),
    ("size", "LARGE", "large"),
    ("size", "mіddle", "middle"),  # a Cyrillic letter
    ("size", "lagre", "large"),
    ("size", "‘small’", "small"),
    ("timezone", "America/New_Yrok", "America/New_York"),
    ("timezone", "europe/berlin", "Europe/Berlin"),
    ("timezone", "America/New York", "America/New_York"),
    ("timezone", "New York", "America/New_York"),
    ("timezone", "Kolkata", "Asia/Kolkata"),
    ("tongue", "english", "en"),
    ("tongue", "German", "de"),
    ("tongue", "en_US", "en-US"),
    ("tongue", "pt_br", "pt-BR"),
    ("contact", "<ops@example.com>", "ops@example.com"),
    ("contact", "mailto:ops@example.com", "ops@example.com"),
]


@pytest.mark.parametrize(("header", "cell", "meant"), MEANT)
def test_a_near_word_is_refused_with_the_one_that_was_meant(header: str, cell: str, meant: str) -> None:
    desired = column(header, cell)
    assert values(desired, header) == [None]
    assert only_problem(desired).what_to_do == f"did you mean {meant}?"
    assert states(desired) == ["invalid"]


FAR = [
    ("size", "gigantic"),
    ("size", "1"),
    ("size", "=A1"),
    ("timezone", "Mars/Olympus"),
    ("timezone", "../etc/passwd"),
    ("timezone", "Factory"),
    ("timezone", "GMT+25"),
    ("timezone", "Pacific Time"),
    ("timezone", "W. Europe Standard Time"),
    ("tongue", "klingonese"),
    ("tongue", "xx"),
    ("tongue", "e"),
    ("tongue", "日本語"),
    ("tongue", "en-"),
    ("contact", "ops"),
    ("contact", "ops@localhost"),
    ("contact", "a@example.com, b@example.com"),
    ("contact", "ops@@example.com"),
    ("contact", "a b@example.com"),
    ("contact", "a..b@example.com"),
    ("contact", "@example.com"),
]


@pytest.mark.parametrize(("header", "cell"), FAR)
def test_a_word_far_from_all_is_refused_with_an_example(header: str, cell: str) -> None:
    problem = only_problem(column(header, cell))
    assert problem.severity is Severity.ERROR
    assert problem.what_to_do.startswith("write ")


@pytest.mark.parametrize(
    ("cell", "zone"),
    [
        ("UTC+1", "Etc/GMT-1"),
        ("utc +01:00", "Etc/GMT-1"),
        ("GMT-5", "Etc/GMT+5"),
        ("+0200", "Etc/GMT-2"),
        ("\u221203:00", "Etc/GMT+3"),
        ("UTC+5:30", None),
        ("GMT+25", None),
    ],
)
def test_an_offset_is_no_zone_and_like_none(cell: str, zone: str | None) -> None:
    problem = only_problem(column("timezone", cell))
    assert problem.what_to_do.startswith("write a name such as Europe/Berlin: an offset is no time zone")
    assert problem.what_to_do.partition(" all year write ")[2] == (
        f"{zone}, whose sign is the other way round" if zone else ""
    )
    if zone:
        east = cell.strip("utcUTCGM ").startswith("+")
        shift = zoneinfo.ZoneInfo(zone).utcoffset(datetime(2026, 1, 1, tzinfo=UTC))
        assert shift is not None
        assert (shift > timedelta(0)) is east


@pytest.mark.parametrize(("header", "word"), [(header, cells[0]) for header, cells in GOOD])
def test_B4_space_around_a_word_is_removed_with_a_notice(header: str, word: str) -> None:
    desired = column(header, f" {word}\u00a0", word)
    assert values(desired, header) == [word, word]
    assert [(problem.cell, problem.severity) for problem in desired.problems] == [("B2", Severity.NOTICE)]


@pytest.mark.parametrize("char", ["\u200b", "\ufeff", "\u00ad", "\u200d", "\u2060", "\u202e"])
def test_B4_an_invisible_character_in_a_word_is_named(char: str) -> None:
    problem = only_problem(column("size", f"sm{char}all"))
    assert f"U+{ord(char):04X}" in problem.message


def test_a_value_in_a_message_is_cut_and_printable() -> None:
    (problem,) = errors(column("size", "x\u2028" + "y" * 100))
    assert "\u2028" not in problem.message
    long = only_problem(column("size", "y" * 100)).message
    assert long.startswith('"' + "y" * 39 + '…" is not one of small')


def test_only_the_first_wrong_words_get_a_suggestion() -> None:
    problems = column("size", *(f"smal{number}" for number in range(300))).problems
    assert len(problems) == 300
    assert problems[0].what_to_do == "did you mean small?"
    assert problems[-1].what_to_do == "write one of these words"


def test_the_zone_names_are_those_of_the_database() -> None:
    assert zone_names() <= zoneinfo.available_timezones()
    assert len(zone_names()) > 500


def test_B5_words_are_given_in_nfc() -> None:
    assert values(column("contact", "u\u0308@example.com"), "contact") == ["\u00fc@example.com"]
    assert values(column("contact", "u\u0308@example.com", expect=("contact",)), "contact") == ["\u00fc@example.com"]
