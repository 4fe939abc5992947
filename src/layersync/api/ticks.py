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

    _LONG = 0.05  # of the window: who waits less learns of no end, unless others are known already
    _FEW = 0.02  # of the whole: who takes no more than that is left alone
    _REGAINED = 0.02  # of the whole, in the first window
    _COUNTED = 3.0  # windows: what was sent before is forgotten
    _LONGEST = 2.0  # windows

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._whole = 0
        self._left = math.inf
        self._known_from = 0.0
        self._since, self._sent = -math.inf, 0  # what was sent since then counts

    def sent(self, requests: int) -> None:
        """So many requests left; fewer than none came back without having been counted."""
        self._sent += requests

    def refused(self, whole: int, ours: int, own: Window, asked_s: float, now: float, sharers: int = 1) -> float | None:
        """A request was refused, and the server asks to wait so long; `ours` were sent since that window began.

        `own` are those of this process, one of `sharers`. Gives when others have had what is theirs of what was sent,
        None where nobody shows.
        """
        since_s, theirs = self._window_s - asked_s, whole - ours
        tells = asked_s >= self._window_s * self._LONG or self.left(now) < math.inf
        if not tells or since_s < self._window_s * self._LONG or theirs <= whole * self._FEW:
            return None
        if self._since < now - self._window_s * self._COUNTED:
            self._since, self._sent = own.first_at(now), own.held
        self._whole, self._left = whole, max(whole / 2, whole - theirs * self._window_s / since_s)
        even_at = self._since + self._sent * self._window_s * sharers / self._left
        even_at = min(even_at, now + self._window_s * self._LONGEST)
        self._known_from = max(now + asked_s, even_at)  # nothing shows while nothing is sent
        return even_at

    def left(self, now: float) -> float:
        """Gives the number of requests in a window."""
        passed = min(max(0.0, now - self._known_from) / self._window_s, 64.0)
        left = self._left + self._whole * self._REGAINED * (2.0**passed - 1.0)
        return left if left < self._whole else math.inf
