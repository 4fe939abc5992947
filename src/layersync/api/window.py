"""Our own requests in the window: never more of them than are allowed, wherever the server counts them."""

import math
from collections import deque
from itertools import takewhile


class Window:
    """At most `limit` requests in any stretch of `span_s` seconds.

    A slot is held from the send until `span_s` after its answer: the server counts a request somewhere between the
    two, so neither jitter nor a slow server can put more than `limit` of them into one window of its own.
    """

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self.in_flight = 0
        self._ageing: deque[float] = deque()  # when each answered request leaves the window, oldest first

    def wait_s(self, now: float, limit: int) -> float:
        """How long until there is room; infinite while only an answer can make some."""
        leaves_s = self.leaves_s(now)
        return 0.0 if self.held < limit else leaves_s

    def leaves_s(self, now: float) -> float:
        """How long until the next one leaves the window; infinite while only an answer can make one."""
        while self._ageing and self._ageing[0] <= now:
            self._ageing.popleft()
        return self._ageing[0] - now if self._ageing else math.inf

    @property
    def held(self) -> int:
        """The slots that are taken."""
        return self.in_flight + len(self._ageing)

    def since(self, began: float) -> int:
        """How many have left since then, as far as their answers tell."""
        late = began + self._span_s
        return self.in_flight + sum(1 for _ in takewhile(lambda leaves: leaves >= late, reversed(self._ageing)))

    def first_at(self, now: float) -> float:
        """When the oldest that is in the window was answered; now, if none was."""
        leaves_s = self.leaves_s(now)
        return now if leaves_s == math.inf else now + leaves_s - self._span_s

    def left(self) -> None:
        """A request leaves."""
        self.in_flight += 1

    def counted(self, now: float) -> None:
        """Its answer is here; the server counted it, or may have."""
        self.in_flight -= 1
        self._ageing.append(now + self._span_s)

    def returned(self) -> None:
        """It was not counted."""
        self.in_flight -= 1
