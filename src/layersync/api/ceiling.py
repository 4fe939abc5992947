"""How many of our own requests a window may hold, once the server has refused one that the budget allowed."""

import math


class Ceiling:
    """The whole limit until the first refusal; then as many as were held when it came, and slowly more.

    Who is refused while he holds so many has met others that hold the rest. Until some of ours have left the window
    there is nothing for us, and whoever asks all the same finds what somebody else has just given back, or is refused.
    So the ceiling stays near the number that was refused. An answer to a request above that number shows that there is
    more, and doubles what is regained: others that went away, and a server that counts in another way (a bucket, the
    minutes of a clock), are found out within seconds.
    """

    _KEPT = 0.99  # of what was held
    _LEAST = 0.05  # of the limit, and one at least
    _REGAINED = 0.055  # of the limit in a window
    _MUCH = 0.3  # of the limit: who is refused with less may have met a bucket that holds little at a time
    _FEWEST = 4.0  # requests in a window that are regained at least
    _FASTEST = 50.0  # times as many are regained at most

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._refused: float | None = None
        self._at = 0.0
        self._rated_at = 0.0
        self._times = 1.0  # as much is regained as at first

    def wait_s(self, held: int, now: float, limit: int) -> float:
        """How long until it has grown beyond `held`, if none of those leaves the window before."""
        if self._refused is None:
            return 0.0
        return max(0.0, held + 1 - self._grown(now, limit)) / self._per_s(limit)

    def refused(self, held: int, now: float, limit: int) -> None:
        """The server refused a request for its rate, while `held` others of ours were in the window."""
        at = held if self._refused is None else min(held, self._grown(now, limit))
        self._refused = self._at = max(1.0, at * self._KEPT, limit * self._LEAST)
        self._rated_at, self._times = now, 1.0

    def answered(self, held: int, now: float, limit: int) -> None:
        """The server took a request, while `held` of ours were in the window."""
        if self._refused is not None and held > self._refused:
            self._at, self._rated_at = self._grown(now, limit), now
            self._times = min(self._FASTEST, 2.0 * self._times)

    def even(self, now: float, limit: int) -> float:
        """How many requests are to leave in a window, at an even pace; any number while no refusal says so.

        Whoever sends all of his part at once takes what he could have had later besides.
        """
        unknown = self._refused is None or self._refused <= max(1.0, limit * self._MUCH)
        return math.inf if unknown else self._grown(now, limit)

    def _grown(self, now: float, limit: int) -> float:
        return min(limit, self._at + (now - self._rated_at) * self._per_s(limit))

    def _per_s(self, limit: int) -> float:
        return self._times * max(self._FEWEST, limit * self._REGAINED) / self._window_s
