"""How much of a budget others use, by what the server says is left and what is known to be ours."""

import math


class Others:
    """Requests per second of others, as the newest answer shows them; 0 where it shows none.

    What is lacking beyond our own requests of a whole window was taken by others since the server's window began, and
    its word on the reset tells when that was. In a sliding window it is all that they took; in the minutes of a clock
    at least that, shortly before the tick nearly all, just after it nothing. So when there is suddenly more, what was
    known just before is kept for another window.

    A server that never says that much of the budget remains has no such windows: a bucket that holds little at a time.
    """

    _FEW = 0.02  # of the budget: who takes no more than that is left alone
    _MUCH = 0.2  # of the budget
    _SUDDEN = 0.1  # of the budget
    _SHORTEST = 0.25  # of the window: what shows at the very beginning of one is mostly chance
    _KEPT = 1.02  # windows
    _WHOLE_SECONDS = 1.0  # a reset is told in these, rounded up

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._most_left = 0
        self._for_us = 0
        self._newest = self._kept = 0.0
        self._newest_until = self._kept_until = -math.inf

    def told(self, whole: int, remaining: int, reset_s: float | None, ours: int, now: float) -> None:
        """An answer said what remains of `whole` requests, and when there is more; at most `ours` are in the window."""
        if reset_s is not None and reset_s > self._window_s * self._KEPT:
            return  # a word on a longer window than this one
        self._most_left = max(self._most_left, remaining)
        if self._most_left < whole * self._MUCH:
            return
        until = now + self._window_s * self._KEPT
        if remaining + ours - self._for_us >= whole * self._SUDDEN:
            self._kept, self._kept_until = self.rate(now), until
        self._for_us = remaining + ours
        theirs, took_s = whole - remaining - ours, self._since_s(whole - remaining, whole, reset_s)
        self._newest, self._newest_until = theirs / took_s if theirs > whole * self._FEW else 0.0, until

    def rate(self, now: float) -> float:
        """Gives the requests per second."""
        newest = self._newest if now < self._newest_until else 0.0
        return max(newest, self._kept if now < self._kept_until else 0.0)

    def _since_s(self, lacking: int, whole: int, reset_s: float | None) -> float:
        """How long ago the server's window began."""
        fills_s = lacking * self._window_s / whole
        if reset_s is None or abs(reset_s - fills_s) <= self._WHOLE_SECONDS:
            return self._window_s  # a bucket says when it will be full
        began_s = self._window_s - reset_s + self._WHOLE_SECONDS
        return min(max(began_s, self._window_s * self._SHORTEST), self._window_s)
