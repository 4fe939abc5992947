"""Others on the same budget, from whatever tells of them, and saying once that they slow us down."""

import math
from collections.abc import Callable

from layersync.api.account import Account
from layersync.api.others import Others
from layersync.api.rate_headers import Said
from layersync.api.ticks import Ticks
from layersync.api.window import Window

_WHILE = 1 / 10  # of the window
_LITTLE, _LONGEST = 1 / 20, 2.0  # of the window: how long nobody rests, and how long at most


class Company:
    """What is left to others: by what answers say remains, or by refusals where answers say nothing.

    What was sent before they were known counts, too: it is left to them afterwards.

    `on_others` hears, once, which part of the whole they use, when that slows us down for a while, and whether that is
    certain: of refusals alone a limit that is lower than the tier's may be the cause.
    """

    def __init__(self, window_s: float) -> None:
        self.on_others: Callable[[float, bool], None] = lambda _part, _certain: None
        self._window_s = window_s
        self._others = Others(window_s)
        self._ticks = Ticks(window_s)
        self._account = Account(window_s)
        self._slow_since: float | None = None

    def forget(self) -> None:
        """Who seemed to be another may be of this machine."""
        self._others = Others(self._window_s)
        self._ticks = Ticks(self._window_s)
        self._slow_since = None

    def told(self, whole: int, said: Said, ours: int, now: float) -> None:
        """An answer said what remains of `whole` requests, while at most `ours` were in the window."""
        self._others.told(whole, said, ours, now)

    def refused(self, whole: int, ours: int, own: Window, asked_s: float, now: float, sharers: int) -> float | None:
        """A request was refused, and no answer says what remains (`Ticks.refused`); `own` are those of this process.

        Gives when others will have had what is theirs of what was sent, None where nobody shows.
        """
        if not self._ticks.refused(whole, ours, asked_s, now):
            return None
        even_at = self._account.even_at(self._ticks.left(now) / sharers, own, now)
        even_at = min(even_at, now + self._window_s * _LONGEST)
        self._ticks.rests(even_at)
        return even_at

    def rest_s(self, limit: int, own: Window, now: float) -> float:
        """How long until those whom answers tell of will nearly have had what is theirs of what was sent.

        A bucket lends a burst, which nobody misses.
        """
        left = self._others.left(now)
        if left >= limit or self._others.in_bucket:
            return 0.0
        owed_s = self._account.even_at(left, own, now) - now
        return max(0.0, min(owed_s - self._window_s * _LITTLE, self._window_s))

    def sent(self, requests: int) -> None:
        """So many requests left; fewer than none came back without having been counted."""
        self._account.sent(requests)

    def left(self, now: float) -> float:
        """How many requests of a window leave others what they use; any number without them."""
        return min(self._others.left(now), self._ticks.left(now))

    def slows(self, whole: int, now: float, until: float) -> None:
        """For their sake we are slower until then. It is said of a while: at first they may stop before."""
        if self._slow_since is None:
            self._slow_since = now
        if self._slow_since + self._window_s * _WHILE <= until:
            self._slow_since = math.inf
            shown = self._others.rate(now) * self._window_s
            self.on_others(max(shown, whole - self._ticks.left(now)) / whole, shown > 0)
