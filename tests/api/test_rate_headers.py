"""What remains and until when, in every spelling that servers use; nothing where they say nothing sensible."""

from datetime import UTC, datetime

import pytest

from layersync.api.judge import judge
from layersync.api.meaning import Kind
from layersync.api.rate_headers import Said, limit_of, remaining_of, reset_s, said_of
from tests.api.server import json_answer

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


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
        ({"ratelimit": "default;r=7;t=30"}, 7),
        ({"ratelimit": '"minute";r=50;t=30, "day";r=9;t=40000'}, 9),
        ({"ratelimit": '"odd;r=1,";r=50;t=30'}, 50),
        ({"x-ratelimit-remaining": "soon", "ratelimit-remaining": "5"}, 5),
        ({"ratelimit-policy": '"default";q=100;w=60'}, None),
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


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({"x-ratelimit-limit": "600"}, 600),
        ({"ratelimit-limit": "100, 100;w=60"}, 100),
        ({"ratelimit": "limit=100, remaining=50, reset=30"}, 100),
        ({"ratelimit": '"limit=9";r=7;t=30'}, None),
        ({"x-ratelimit-limit": "none"}, None),
        ({}, None),
    ],
)
def test_the_limit_is_read(headers: dict[str, str], limit: int | None) -> None:
    assert limit_of(headers) == limit


def test_an_answer_that_does_not_say_what_remains_says_nothing() -> None:
    told = {"x-ratelimit-limit": "600", "x-ratelimit-reset": "30"}
    assert said_of(told, NOW) is None
    assert said_of({**told, "x-ratelimit-remaining": "57"}, NOW) == Said(57, 30.0, 600)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "30"}, 30.0),
        ({"x-rate-limit-reset": "0"}, 0.0),
        ({"ratelimit-reset": "1.5"}, 1.5),
        ({"x-ratelimit-reset": "30, 30;w=60"}, 30.0),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 40)}, 40.0),
        ({"x-ratelimit-reset": f"{NOW.timestamp() + 40.25:.2f}"}, 40.25),
        ({"x-ratelimit-reset": str(int(NOW.timestamp() + 40) * 1000)}, 40.0),
        ({"x-ratelimit-reset": "2026-11-21T02:00:40Z"}, 40.0),
        ({"x-ratelimit-reset": "Sat, 21 Nov 2026 02:00:40 GMT"}, 40.0),
        (
            # our clock is an hour wrong, the server's is right by itself
            {"x-ratelimit-reset": str(int(NOW.timestamp()) + 3640), "date": "Sat, 21 Nov 2026 03:00:00 GMT"},
            40.0,
        ),
        ({"ratelimit": "limit=100, remaining=50, reset=30"}, 30.0),
        ({"ratelimit": '"minute";r=50;t=30, "day";r=9;t=40000'}, 40000.0),
        ({"ratelimit": '"default";r=7'}, None),
        ({}, None),
        ({"x-ratelimit-reset": ""}, None),
        ({"x-ratelimit-reset": "-5"}, None),
        ({"x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-reset": "999999"}, None),
        ({"x-ratelimit-reset": "1000000000"}, None),
        ({"x-ratelimit-reset": "99999999999999999"}, None),
        ({"x-ratelimit-reset": "2026-11-21T02:00:40"}, None),
        ({"x-ratelimit-reset": "٣"}, None),
    ],
)
def test_the_reset_is_read_as_delta_or_moment(headers: dict[str, str], seconds: float | None) -> None:
    assert reset_s(headers, NOW) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "kind", "wait_s"),
    [
        ({"x-ratelimit-reset": "7"}, Kind.THROTTLED, 7.0),
        ({"x-ratelimit-reset": "7", "retry-after": "3"}, Kind.THROTTLED, 3.0),
        ({"x-ratelimit-reset": "40000"}, Kind.CAPPED, 40000.0),
        ({"x-ratelimit-reset": "nonsense"}, Kind.THROTTLED, 5.0),
    ],
)
def test_a_429_without_retry_after_is_waited_for_until_the_reset(
    headers: dict[str, str], kind: Kind, wait_s: float
) -> None:
    judgement = judge(json_answer(429, {}, headers), NOW)
    assert (judgement.kind, judgement.wait_s) == (kind, wait_s)
