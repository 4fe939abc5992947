"""How fast requests may follow each other once it shows that others use the same budget."""

import math


class Pace:
    """Nothing until others are met; then an even pace, slower after each refusal, and back up to the full rate.

    Somebody else uses the key, or the server's budget is smaller, or of another shape, than ours. A quarter less at
    each refusal and a little more each second (AIMD) finds a fair part of what is there. The pace stays even from then
    on: a server that refused a burst once would refuse the next. Where requests are rare, so is what is regained: a
    refusal is to cost one request in some fifty, at any rate. Rates are requests per second.
    """

    _CUT = 0.75
    _CUT_EVERY_S = 1.0  # the refusals of one moment have one cause
    _REGAINED_PER_S = 0.015  # of the full rate, and at most
    _REGAINED_PER_REQUEST = 0.005
    _SLOWEST = 0.02  # of the full rate
    _PATIENCE = 4  # steps of the pace: so long is a word that nothing remains believed

    def __init__(self) -> None:
        self._rate: float | None = None
        self._rated_at = 0.0
        self._cut_at = 0.0
        self._next_at = 0.0

    def wait_s(self, now: float) -> float:
        """How long until the next request may leave."""
        return max(0.0, self._next_at - now)

    def refill(self, now: float, full_rate: float, most: float) -> float:
        """How fast what the server says remains is reckoned to grow by itself: who was met lately takes most of it."""
        part = self._at_most(now, full_rate, most) / full_rate
        return full_rate * max(part**3, part / self._PATIENCE)

    def passed(self, now: float, full_rate: float, most: float) -> None:
        """A request leaves; `most` leaves others what they are known to use."""
        if self._rate is not None or most < math.inf:
            self._next_at = max(now, self._next_at) + 1.0 / self._at_most(now, full_rate, most)

    def rests(self, until: float) -> None:
        """No request leaves before then."""
        self._next_at = max(self._next_at, until)

    def refused(self, now: float, full_rate: float) -> None:
        """The server refused a request for its rate."""
        if self._rate is None:
            self._cut(full_rate, now, full_rate)
        elif now - self._cut_at >= self._CUT_EVERY_S:
            self._cut(self._regained(self._rate, now, full_rate), now, full_rate)

    def _cut(self, rate: float, now: float, full_rate: float) -> None:
        self._rate = max(rate * self._CUT, full_rate * self._SLOWEST)
        self._rated_at = self._cut_at = now

    def _at_most(self, now: float, full_rate: float, most: float) -> float:
        return min(most, full_rate if self._rate is None else self._regained(self._rate, now, full_rate))

    def _regained(self, rate: float, now: float, full_rate: float) -> float:
        per_s = min(self._REGAINED_PER_S, self._REGAINED_PER_REQUEST * full_rate)
        self._rate = min(full_rate, rate + (now - self._rated_at) * per_s * full_rate)
        self._rated_at = now
        return self._rate
