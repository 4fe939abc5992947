"""What was sent lately, held against what others leave: how long until, on average, it was no more."""

import math

from layersync.api.window import Window


class Account:
    """Counts what this process sends, from the time on when others are known, and a window before that."""

    _COUNTED = 3.0  # windows: what was sent before is forgotten

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._since, self._sent = -math.inf, 0

    def sent(self, requests: int) -> None:
        """So many requests left; fewer than none came back without having been counted."""
        self._sent += requests

    def even_at(self, left: float, own: Window, now: float) -> float:
        """When no more than `left` requests in a window will have been sent on average; `own` are those in it now."""
        if self._since < now - self._window_s * self._COUNTED:
            self._since, self._sent = own.first_at(now), own.held
        return self._since + self._sent * self._window_s / left
