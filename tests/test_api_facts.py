"""Every row of the table of contradictions (API facts, section 8) has a test that is named after it."""

import re
from pathlib import Path

ROWS = 23


def test_every_row_of_the_table_has_a_test_of_its_name() -> None:
    tests = (path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    named = {int(number) for text in tests for number in re.findall(r"^def test_8_(\d\d)_", text, re.MULTILINE)}
    assert named == set(range(1, ROWS + 1))
