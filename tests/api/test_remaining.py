"""What remains, in every spelling that servers use, and nothing where they say nothing sensible."""

import pytest

from layersync.api.remaining import remaining_of


@pytest.mark.parametrize(
    ("headers", "remaining"),
    [
        ({"x-ratelimit-remaining": "57"}, 57),
        ({"x-rate-limit-remaining": " 0 "}, 0),
        ({"ratelimit-remaining": "12"}, 12),
        ({"x-ratelimit-remaining": "12, 12;w=60"}, 12),
        ({"x-ratelimit-remaining": "57.0"}, 57),
        ({"ratelimit": "limit=100, remaining=50, reset=30"}, 50),
        ({"ratelimit": '"default";r=7;t=30'}, 7),
        ({}, None),
        ({"x-ratelimit-remaining": ""}, None),
        ({"x-ratelimit-remaining": "-1"}, None),
        ({"x-ratelimit-remaining": "many"}, None),
        ({"x-ratelimit-remaining": "99999999999"}, None),
        ({"x-ratelimit-remaining": "٣"}, None),
        ({"ratelimit": "limit=100"}, None),
    ],
)
def test_what_remains_is_read(headers: dict[str, str], remaining: int | None) -> None:
    assert remaining_of(headers) == remaining
