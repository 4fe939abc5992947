"""How much of a budget others use, by refusals alone: of a server that counts in minutes of its own."""

import math

from layersync.api.window import Window


class Ticks:
    """How many requests of a window leave others what they use; any number while nothing tells of them.

    A refusal that asks to wait for long says when the window of the server ends, and so when it began. What it allows
    and we have not sent since then was taken by others. They are left that, half of the whole at most. In such windows
    nothing shows before they are full, so that word is kept: each window that passes without another one lets a little
    more leave, and the next one twice as much, for they may have stopped.

    What we sent before we knew of them counts, too: it is left to them afterwards.
    """

    _LONG = 0.05  # of the window: who waits less learns of no end
    _FEW = 0.02  # of the whole: who takes no more than that is left alone
    _REGAINED = 0.02  # of the whole, in the first window
    _COUNTED = 3.0  # windows: what was sent before is forgotten

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._left = math.inf
        self._whole = 0
        self._at = 0.0
        self._since = -math.inf  # what was sent since then counts
        self._sent = 0

    def sent(self, requests: int) -> None:
        """So many requests left; fewer than none came back without having been counted."""
        self._sent += requests

    def refused(self, whole: int, ours: Window, wait_s: float, now: float) -> float:
        """A request was refused for so long. Gives when others have had what is theirs of what we sent so far."""
        since_s = self._window_s - wait_s
        theirs = whole - ours.since(now - since_s)
        if min(wait_s, since_s) < self._window_s * self._LONG or theirs <= whole * self._FEW:
            return now
        if self._since < now - self._COUNTED * self._window_s:
            self._since, self._sent = ours.first_at(now), ours.held
        self._left = max(whole / 2, whole - theirs * self._window_s / since_s)
        self._whole, self._at = whole, now + wait_s
        return min(self._since + self._sent * self._window_s / self._left, now + 2.0 * self._window_s)

    def left(self, now: float) -> float:
        """Gives that number."""
        passed = max(0.0, now - self._at) / self._window_s
        left = self._left + self._whole * self._REGAINED * (2.0 ** min(passed, 64.0) - 1.0)
        return left if left < self._whole else math.inf
