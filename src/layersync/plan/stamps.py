"""The stamps of records: when two are one moment, and when one says enough about whether a record changed."""

import re
from datetime import UTC, datetime, timedelta

_RFC_3339 = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_COARSE_S = 2.0


def same_moment(one: str, other: str) -> bool:
    """Tells whether two stamps name one moment, however they are written (API facts, 7.3); nonsense names none."""
    moment = _moment(one)
    return moment is not None and (one == other or moment == _moment(other))


def is_settled(stamp: str, seen_at: datetime) -> bool:
    """Tells whether a record that shows this stamp at `seen_at` can't change again under the very same one.

    A stamp in whole seconds can, as long as its second lasts.
    """
    moment = _moment(stamp)
    if moment is None:
        return False
    second, fraction = moment
    return bool(fraction) or seen_at - second >= timedelta(seconds=_COARSE_S)


def seconds_of(stamp: str) -> float | None:
    """The moment in seconds since the epoch, for reckoning only; None for nonsense."""
    moment = _moment(stamp)
    return None if moment is None else moment[0].timestamp() + float(f"0.{moment[1] or 0}")


def _moment(stamp: str) -> tuple[datetime, str] | None:
    """The second in UTC, and the digits of its fraction: a datetime holds no more than six."""
    found = _RFC_3339.fullmatch(stamp)
    if found is None:
        return None
    day, time, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time}{zone.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment, (fraction or "").rstrip("0")
