"""How the live records of a job were read: which way, at what price, and what was remembered instead of read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FullRecord:
    """A record as the API once showed it in full: `body` are the bytes of that answer.

    `id` is normalised; `stamp` is its field that moves with every change, as the API wrote it; `read_at` is when the
    answer came (wall clock, seconds since the epoch).
    """

    id: str
    stamp: str
    read_at: float
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What reading took: pages of listings, single records, lookups by a key, without what had to be tried again.

    `remembered` records were not read: a listing showed that they are as they were when they were read in full, at
    `remembered_since` (wall clock, seconds since the epoch) or later. `one_by_one` is what asking for every row alone
    would have cost. `told` says why everything was read although the job asks for what changed only.
    """

    pages: int = 0
    records: int = 0
    lookups: int = 0
    remembered: int = 0
    remembered_since: float | None = None
    one_by_one: int = 0
    told: str = ""

    @property
    def requests(self) -> int:
        """All that was asked of the API."""
        return self.pages + self.records + self.lookups

    @property
    def way(self) -> str:
        """The way that was taken: `listing`, `one by one`, a `mix` of both, or `none` where nothing was to be read."""
        if self.pages and self.records + self.lookups:
            return "mix"
        if self.pages:
            return "listing"
        return "one by one" if self.requests else "none"
