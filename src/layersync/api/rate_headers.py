"""What the headers of an answer say of the rate limit, in any of the usual spellings; nonsense says nothing.

`X-RateLimit-`, `X-Rate-Limit-` and `RateLimit-` with `Limit`, `Remaining` and `Reset`, and the one field `RateLimit` of
the IETF drafts: `limit=100, remaining=50, reset=30`, later `"minute";r=50;t=30, "day";r=900;t=4000`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from layersync.api.http_date import http_date, server_time

_PREFIXES: Final = ("x-ratelimit", "x-rate-limit", "ratelimit")
_COUNT: Final = re.compile(r"(\d{1,9})(?:\.0+)?(?:\s*[,;].*)?", re.ASCII)
_SECONDS: Final = re.compile(r"(\d{1,14}(?:\.\d{1,9})?)(?:\s*[,;].*)?", re.ASCII)
_NAMES: Final = re.compile(r'"[^"]*"')
_LIMIT: Final = re.compile(r"(?:^|[,;\s])limit=(\d{1,9})(?!\d)", re.ASCII)
_REMAINING: Final = re.compile(r"(?:^|[,;\s])(?:remaining|r)=(\d{1,9})(?!\d)", re.ASCII)
_RESET: Final = re.compile(r"(?:^|[,;\s])(?:reset|t)=(\d{1,9})(?!\d)", re.ASCII)

_LONGEST_S: Final = 2 * 86_400.0  # no limit counts per more than a day
_EPOCH_S, _EPOCH_MS = 1e9, 1e12  # no delta is that long, no moment that early


@dataclass(frozen=True, slots=True)
class Said:
    """How many requests remain, in how many seconds there are more, of how many in all; None where it is not told."""

    remaining: int
    reset_s: float | None = None
    limit: int | None = None


def said_of(headers: Mapping[str, str], now: datetime) -> Said | None:
    """Gives what an answer says of the limit; None where it does not say what remains."""
    remaining = remaining_of(headers)
    return None if remaining is None else Said(remaining, reset_s(headers, now), limit_of(headers))


def limit_of(headers: Mapping[str, str]) -> int | None:
    """Gives the requests that a window allows; None where no header says so."""
    for text in _values(headers, "limit"):
        if (found := _COUNT.fullmatch(text)) is not None:
            return int(found[1])
    found = _LIMIT.search(_NAMES.sub("", headers.get("ratelimit", "")))
    return int(found[1]) if found else None


def remaining_of(headers: Mapping[str, str]) -> int | None:
    """Gives the requests that are left, by the tightest limit; None where no header says so."""
    for text in _values(headers, "remaining"):
        if (found := _COUNT.fullmatch(text)) is not None:
            return int(found[1])
    return min((left for left, _ in _policies(headers)), default=None)


def reset_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Gives the seconds until there is more, told as a delta or as a moment; None where no header says so.

    A moment is taken relative to the `Date` of the same answer, else to `now`.
    """
    for text in _values(headers, "reset"):
        if (seconds := _until(text, server_time(headers, now))) is not None:
            return seconds
    policies = [(left, reset) for left, reset in _policies(headers) if reset is not None]
    return float(min(policies)[1]) if policies else None


def _values(headers: Mapping[str, str], name: str) -> Iterator[str]:
    for prefix in _PREFIXES:
        if text := headers.get(f"{prefix}-{name}", "").strip():
            yield text


def _until(text: str, now: datetime) -> float | None:
    number, moment = _SECONDS.fullmatch(text), _moment(text)
    if number is not None:
        value = float(number[1])
        epoch_s = value / 1000 if value >= _EPOCH_MS else value
        seconds = epoch_s - now.timestamp() if value >= _EPOCH_S else value
    elif moment is not None:
        seconds = (moment - now).total_seconds()
    else:
        return None
    return seconds if 0 <= seconds <= _LONGEST_S else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return http_date(text)
    return moment if moment.tzinfo else None


def _policies(headers: Mapping[str, str]) -> list[tuple[int, int | None]]:
    """What is left by each limit that the one field names, with the seconds until its reset."""
    text = _NAMES.sub("", headers.get("ratelimit", ""))
    # the older form is one limit told in three items, the later one a limit an item
    items = [text] if "remaining=" in text else text.split(",")
    found = ((_REMAINING.search(item), _RESET.search(item)) for item in items)
    return [(int(left[1]), int(reset[1]) if reset else None) for left, reset in found if left]
