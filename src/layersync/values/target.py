"""A target: where a run goes, and the budgets that its key has there."""

from dataclasses import dataclass
from enum import StrEnum


class RateClass(StrEnum):
    """The rate-limit classes of the API that this tool meets (API facts, section 2)."""

    READ = "read-light"
    WRITE = "write-light"


@dataclass(frozen=True, slots=True)
class Budget:
    """What the key's tier gives: requests per window of `window_s` seconds and class, and writes per UTC day."""

    tier: str
    reads: int
    writes: int
    writes_per_day: int
    window_s: float = 60.0
    share: float = 0.9

    def per_window(self, rate_class: RateClass) -> int:
        """The requests per window that this key's jobs may use: the share of the tier, at least one."""
        return max(1, int(self.whole(rate_class) * self.share))

    def whole(self, rate_class: RateClass) -> int:
        """The requests per window that the tier allows the key, whoever uses it."""
        return self.reads if rate_class is RateClass.READ else self.writes

    @property
    def per_day(self) -> int:
        """The writes per UTC day that this key's jobs may use."""
        return max(1, int(self.writes_per_day * self.share))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One base URL, organisation and key. The key itself is held by the transport alone.

    `label` is how outputs name it: `SANDBOX`, or the base URL.
    """

    base_url: str
    label: str
    organization_id: str
    organization_name: str
    budget: Budget
    scopes: tuple[str, ...] = ()
    key_id: str | None = None

    @property
    def spender(self) -> str:
        """Whose limits count: the key's, whichever organisation it acts in (API facts, section 2).

        The organisation stands for a key that the API does not name.
        """
        return self.key_id or self.organization_id
