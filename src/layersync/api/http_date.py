"""Moments in headers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def http_date(text: str) -> datetime | None:
    """Reads an HTTP date; None for anything else."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """The server's clock as the answer tells it (`Date`), so that a wrong local clock does no harm; else `now`."""
    return http_date(headers.get("date", "")) or now
