"""How many requests should be under way at once: enough to use the budget, and few more (Little's law)."""

import math

FEWEST, MOST = 8, 32


class Hands:
    """Allowed rate x measured time that a request takes, with room for the slower ones.

    Never fewer than `FEWEST`, so that a short list is done in one go; never more than `MOST`: what is under way when
    the server says stop is wasted.
    """

    _ROOM = 1.5
    _NEWEST = 0.1  # the part of the newest measurement in the mean

    def __init__(self) -> None:
        self._took_s: float | None = None

    def took(self, seconds: float) -> None:
        """A request took this long, from its slot to its answer."""
        self._took_s = seconds if self._took_s is None else self._took_s + self._NEWEST * (seconds - self._took_s)

    def enough(self, rate: float) -> int:
        """Gives the number for a rate of requests per second."""
        return max(FEWEST, min(MOST, math.ceil(rate * (self._took_s or 0.0) * self._ROOM)))
