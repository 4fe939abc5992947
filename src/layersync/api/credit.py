"""What the server's answers say is left of the budget, and what that allows."""


class Credit:
    """How many requests may leave at once by the newest word of the server; without a word, any number.

    The server spoke while later requests were on their way, so those are taken off; what it will refill by itself is
    reckoned at `rate` (requests per second). A little is left for others, who may be on their way too. A server that
    says 0 and means nothing by it is asked at that rate all the same.
    """

    _RESERVE = 3
    _RESERVE_SHARE = 0.05

    def __init__(self) -> None:
        self._left: float | None = None
        self._filled_at = 0.0
        self._newest = 0

    @property
    def known(self) -> bool:
        """True once the server has said what is left."""
        return self._left is not None

    def said(self, remaining: int, number: int, last: int, now: float, limit: int, rate: float) -> None:
        """The answer to request `number` said what remains; the requests up to `last` have left by now."""
        if number < self._newest:
            return
        self._newest = number
        self._refill(now, rate)
        reserve = min(self._RESERVE, int(limit * self._RESERVE_SHARE))
        allowed = float(remaining - reserve - (last - number) + 1)
        saved = min(1.0, max(0.0, self._left or 0.0))
        self._left = max(allowed, saved)

    def wait_s(self, now: float, rate: float) -> float:
        """How long until the next request may leave."""
        self._refill(now, rate)
        return 0.0 if self._left is None else max(0.0, (1.0 - self._left) / rate)

    def spent(self) -> None:
        """A request leaves."""
        if self._left is not None:
            self._left -= 1.0

    def returned(self) -> None:
        """The request did not leave after all."""
        if self._left is not None:
            self._left += 1.0

    def _refill(self, now: float, rate: float) -> None:
        if self._left is not None:
            self._left += (now - self._filled_at) * rate
        self._filled_at = now
