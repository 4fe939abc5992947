"""How far a listing is from the records that are sought, reckoned by when records were made: the newest come first.

A large organisation may hold a few rows of a sheet anywhere. Where the first pages brought less than they cost, some of
these rows are asked for by themselves, which answers them in any case; when they were made, and how closely the last
page's records follow each other, tells about how many pages away they are. That is an estimate: it may end a listing
early, of which a few rows are sought, and never prolongs one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from layersync.plan.excerpt import Cut
from layersync.plan.slots import Excerpt
from layersync.plan.stamps import seconds_of

_MOST_PROBES = 10
_WORTH = 2.0  # rows that a page has to promise: reading on may cost as much as twice the fewest requests


@dataclass(slots=True, kw_only=True)
class Reach:
    """What the last page tells, and the probes: when the records were made that were asked for by themselves.

    `page_s` is how much time a page covers, `listed_s` when the last record of it was made (seconds since the epoch).
    """

    cut: Cut
    page_limit: int
    page_s: float | None = None
    listed_s: float | None = None
    asked: int = 0
    made_s: list[float] = field(default_factory=list)

    def see_page(self, items: Iterable[Excerpt]) -> None:
        """Notes when the records of a page were made."""
        made = self._made(items)
        gaps = [newer - older for newer, older in pairwise(made)]
        self.page_s = median(gaps) * self.page_limit if gaps else None
        self.listed_s = made[-1] if made else None

    def see_record(self, record: Excerpt) -> None:
        """Notes when one of the rows was made."""
        self.made_s += self._made([record])

    def probes(self, pages: int, spared: int) -> int:
        """How many more rows to ask for by themselves before the next page is read; none while pages pay.

        So few that they cost no more than the pages which are read by then, or than those that they seem away.
        """
        if pages <= spared or not self.page_s:
            return 0
        return max(0, min(_MOST_PROBES, pages + 1 + int(max(self._pages_away(), default=0.0))) - self.asked)

    def is_far(self, rows: int) -> bool:
        """Tells that reading on would cost more than so many rows one by one."""
        away = self._pages_away()
        promised = ((rows * number / len(away), pages) for number, pages in enumerate(away, start=1))
        return bool(away) and not any(found >= _WORTH * pages for found, pages in list(promised)[len(away) // 2 :])

    def _pages_away(self) -> list[float]:
        """How many pages there are to each of the probes, the nearest first."""
        if not self.page_s or self.listed_s is None:
            return []
        return sorted(max(0.0, self.listed_s - made) / self.page_s for made in self.made_s)

    def _made(self, records: Iterable[Excerpt]) -> list[float]:
        told = (self.cut.made_of(one) for one in records)
        moments = (seconds_of(text) for text in told if text is not None)
        return [moment for moment in moments if moment is not None]
