"""How much of a budget others use, by refusals alone: of a server that counts in minutes of its own."""

import math


class Ticks:
    """How many requests of a window leave others what they use; any number while nothing tells of them.

    A refusal that asks to wait for long says when the window of the server ends, and so when it began. What it allows
    and we have not sent since then was taken by others. They are left that, half of the whole at most. In such windows
    nothing shows before they are full, so that word is kept: each window that passes without another one lets a little
    more leave, and the next one twice as much, for they may have stopped.
    """

    _LONG = 0.05  # of the window: who waits less learns of no end, unless others are known already
    _FEW = 0.02  # of the whole: who takes no more than that is left alone
    _REGAINED = 0.02  # of the whole, in the first window

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._whole = 0
        self._left = math.inf
        self._known_from = 0.0

    def refused(self, whole: int, ours: int, asked_s: float, now: float) -> bool:
        """A request was refused, and the server asks to wait so long; `ours` were sent since that window began.

        Tells if others show.
        """
        since_s, theirs = self._window_s - asked_s, whole - ours
        tells = asked_s >= self._window_s * self._LONG or self.left(now) < math.inf
        if not tells or since_s < self._window_s * self._LONG or theirs <= whole * self._FEW:
            return False
        self._whole, self._left = whole, max(whole / 2, whole - theirs * self._window_s / since_s)
        self._known_from = now + asked_s
        return True

    def rests(self, until: float) -> None:
        """Nothing is sent until then, and so nothing can show."""
        self._known_from = max(self._known_from, until)

    def left(self, now: float) -> float:
        """Gives the number of requests in a window."""
        passed = min(max(0.0, now - self._known_from) / self._window_s, 64.0)
        left = self._left + self._whole * self._REGAINED * (2.0**passed - 1.0)
        return left if left < self._whole else math.inf
