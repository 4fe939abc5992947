"""How much of a budget others use, by what the server says is left and what is known to be ours."""

import math

from layersync.api.rate_headers import Said


class Others:
    """Requests per second of others, as the newest answer shows them; 0 where it shows none.

    What is lacking beyond our own requests of a whole window was taken by others: all that they took of a sliding
    window; in the minutes of a clock at least that, shortly before the tick nearly all, just after it nothing. So when
    there is suddenly more, what was known just before is kept for another window.

    The word on the reset tells since when they took it. Whether they go on shows within seconds: where that is not long
    ago, and what is lacking does not grow, they have stopped.

    A server that never says that much of the budget remains has no windows: a bucket that holds little at a time.
    """

    _FEW = 0.02  # of the budget: who takes no more than that is left alone
    _MUCH = 0.2  # of the budget
    _SUDDEN = 0.1  # of the budget
    _SHORTEST = 0.25  # of the window: what shows at the very beginning of one is mostly chance
    _SOON, _LONG = 1 / 15, 0.75  # of the window
    _ENOUGH = 4.0  # requests: fewer may not come by chance
    _KEPT = 1.02  # windows
    _WHOLE_SECONDS = 1.0  # a reset is told in these, rounded up

    def __init__(self, window_s: float) -> None:
        self.in_bucket = False  # by what answers say of the reset
        self._window_s = window_s
        self._whole = 0
        self._most_left = 0
        self._for_us = 0
        self._seen_at, self._seen = math.inf, 0  # when something was lacking first, and how much
        self._newest = self._kept = 0.0
        self._newest_until = self._kept_until = -math.inf
        self._go_on = True

    def told(self, whole: int, said: Said, ours: int, now: float) -> None:
        """An answer said what remains of `whole` requests, while at most `ours` were in the window."""
        if said.reset_s is not None and said.reset_s > self._window_s * self._KEPT:
            return  # a word on a longer window than this one
        self._most_left = max(self._most_left, said.remaining)
        if self._most_left < whole * self._MUCH:
            return
        self._whole, until = whole, now + self._window_s * self._KEPT
        if said.remaining + ours - self._for_us >= whole * self._SUDDEN:
            self._kept, self._kept_until = self._newest_at(now), until
            self._seen_at = math.inf
        self._for_us = said.remaining + ours
        self._newest, self._newest_until = self._shown(whole, said, now), until

    def rate(self, now: float) -> float:
        """Gives the requests per second."""
        return max(self._newest_at(now), self._kept if now < self._kept_until else 0.0)

    def left(self, now: float) -> float:
        """How many requests of a window leave them what they use: half of all at least, any number without them."""
        rate = self.rate(now)
        return max(self._whole / 2, self._whole - rate * self._window_s) if rate else math.inf

    def _newest_at(self, now: float) -> float:
        return self._newest if now < self._newest_until else 0.0

    def _shown(self, whole: int, said: Said, now: float) -> float:
        theirs = whole - self._for_us
        if theirs <= whole * self._FEW:
            self._seen_at = math.inf
            return 0.0
        if self._seen_at == math.inf:
            self._seen_at, self._seen, self._go_on = now, theirs, True
        since_s, passed_s = self._since_s(whole, said), now - self._seen_at
        rate = theirs / since_s
        if since_s < self._window_s * self._LONG:  # later as much leaves a window as comes
            expected = rate * passed_s
            too_soon = passed_s < self._window_s * self._SOON or expected < self._ENOUGH
            self._go_on = too_soon or theirs - self._seen >= expected / 2
        return rate if self._go_on else 0.0

    def _since_s(self, whole: int, said: Said) -> float:
        """How long ago the server's window began."""
        fills_s = (whole - said.remaining) * self._window_s / whole
        if said.reset_s is None or abs(said.reset_s - fills_s) <= self._WHOLE_SECONDS:
            self.in_bucket = True
            return self._window_s  # a bucket says when it will be full
        self.in_bucket = False
        began_s = self._window_s - said.reset_s + self._WHOLE_SECONDS
        return min(max(began_s, self._window_s * self._SHORTEST), self._window_s)
