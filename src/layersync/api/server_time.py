"""What time it is by the API's own clock: one more witness of how old an idempotency key is."""

from collections.abc import Mapping

from layersync.api.http_date import http_date


class ServerTime:
    """Keeps the latest `Date` that the API sent."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    def heard(self, headers: Mapping[str, str]) -> None:
        """Takes note of an answer; one without a `Date` that can be read says nothing."""
        date = http_date(headers.get("date", ""))
        if date is not None:
            self._seconds = date.timestamp()

    def seconds(self) -> float | None:
        """Seconds since the epoch; None before any answer."""
        return self._seconds
