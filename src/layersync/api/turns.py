"""Whose turn it is: a change that claims a value waits until the change that frees it has its outcome."""

import asyncio
from collections.abc import Iterable, Mapping

from layersync.api.looks import Settled
from layersync.values.change import Change
from layersync.values.outcome import DONE, Word


class Turns:
    """The outcomes that other changes of the same plan wait for.

    Changes are begun in the order of the plan, each after those that it waits for: so whoever waits here waits for
    something under way.
    """

    def __init__(self, changes: Iterable[Change], earlier: Mapping[int, Word] | None = None) -> None:
        """`earlier` are the outcomes that rows of the same plan have from a run before this one."""
        changes = tuple(changes)
        awaited = {row for change in changes for row in change.after}
        self._over = {change.row: asyncio.Event() for change in changes if change.row in awaited}
        self._words = dict(earlier or {})

    async def obstacle(self, change: Change) -> Settled | None:
        """Waits; gives how the change ends without being sent, None where its turn has come.

        A row that is not part of this sending is not waited for: what it came to is known, or it is not in the plan.
        """
        for row in change.after:
            if row in self._over:
                await self._over[row].wait()
            if (word := self._words.get(row, Word.CHANGED)) not in DONE:
                return _stuck(row, word)
        return None

    def over(self, row: int, word: Word) -> None:
        """Says how a change came to its end."""
        self._words[row] = word
        if row in self._over:
            self._over[row].set()


def _stuck(row: int, word: Word) -> Settled:
    told = f"not sent: row {row} was to give up the value first, and is {word.replace('_', ' ')}"
    return Settled(Word.HELD, told, f"see to row {row}, then run again")
