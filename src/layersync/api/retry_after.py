"""Retry-After, as servers really write it (reliability C10)."""

import re
from collections.abc import Mapping
from datetime import datetime

from layersync.api.http_date import http_date, server_time


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Gives the seconds to wait, never negative; None where the header is absent or makes no sense.

    An HTTP date is taken relative to the `Date` of the same answer.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,6})?", text, re.ASCII):
        return float(text)
    moment = http_date(text)
    if moment is None:
        return None
    return max(0.0, (moment - server_time(headers, now)).total_seconds())
