"""Every row of the table of contradictions (API facts, section 8) has a test of its name, and the sandbox plays it."""

import re
from pathlib import Path

from layersync.sandbox.generations import GENERATIONS

ROWS = 23

# the difference between the sandbox's generations that plays a row
PLAYED = {
    1: "narrow",
    2: "narrow",
    3: "narrow",
    4: "nests_brand",
    5: "validation_status",
    6: "auth",
    7: "project_prefix",
    11: "project_name",
    14: "whoami_tells_suspension",
    15: "has_scopes",
    17: "has_strangers",
    21: "has_strangers",
}
NOT_PLAYED = {
    8: "that an API lets two projects share a value is set up by editing one elsewhere",
    9: "a loss of the partner key is a fault, not a generation",
    10: "about resources that are not synced",
    12: "both readings end in the same for a client that never sends such a field",
    13: "about resources that are not synced",
    16: "nothing may hang on what a test key is",
    18: "nothing may hang on how long an answer is kept",
    19: "the stricter reading is played by all",
    20: "the tables are the same",
    22: "all pages ask for the scope to write influencers",
    23: "about a path that is not called",
}


def test_every_row_of_the_table_has_a_test_of_its_name() -> None:
    tests = (path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    named = {int(number) for text in tests for number in re.findall(r"^def test_8_(\d\d)_", text, re.MULTILINE)}
    assert named == set(range(1, ROWS + 1))


def test_every_row_is_played_by_a_difference_of_the_generations_or_says_why_not() -> None:
    assert PLAYED.keys() | NOT_PLAYED.keys() == set(range(1, ROWS + 1))
    assert not PLAYED.keys() & NOT_PLAYED.keys()
    for difference in PLAYED.values():
        assert len({repr(getattr(one, difference)) for one in GENERATIONS.values()}) > 1
