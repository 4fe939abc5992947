"""Lengths of time as a person says them."""

import pytest

from layersync.report.terminal.duration import duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.42, "0.4 s"),
        (1, "1 s"),
        (9.96, "10 s"),
        (18.4, "18 s"),
        (59.6, "1 min 00 s"),
        (250, "4 min 10 s"),
        (3600, "1 h 00 min"),
        (7530, "2 h 05 min"),
    ],
)
def test_a_duration_is_said_in_the_units_that_matter(seconds: float, said: str) -> None:
    assert duration(seconds) == said
