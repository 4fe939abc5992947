"""A clock that tests turn by hand."""

from datetime import UTC, datetime, timedelta

from layersync.sandbox.clock import Clock


class TurnedClock:
    """Both clocks of the sandbox, moving together and only when told."""

    def __init__(self, start: str = "2026-11-21T12:00:00") -> None:
        self.seconds = 0.0
        self._start = datetime.fromisoformat(start).replace(tzinfo=UTC)

    def turn(self, seconds: float) -> None:
        self.seconds += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, lambda: self._start + timedelta(seconds=self.seconds))
