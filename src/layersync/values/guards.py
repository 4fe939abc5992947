"""The limits that a plan is held against, and what a person allowed beyond them."""

from dataclasses import dataclass
from enum import StrEnum


class Guard(StrEnum):
    """The guards of contract section 6, by the name that `--allow` takes."""

    CHANGES = "changes"
    SHRINK = "shrink"
    ARCHIVE = "archive"
    CLEARS = "clears"
    RESEARCH = "research"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as a share of something (`0.3`) or as a plain count."""

    share: float | None = None
    count: int | None = None

    def of(self, whole: int) -> int:
        """The greatest number that passes; a share is rounded down."""
        if self.count is not None:
            return self.count
        # 0.1 + 0.2 style dust must not turn 30 % of 10 into 2
        return int((self.share or 0.0) * whole + 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLimits:
    """The limits of one job: defaults, `[guards]`, the job's own `guards`, in this order.

    `allowed` holds the ceilings of `--allow [JOB.]NAME=N` that apply to this job.
    """

    max_changes: Limit = Limit(share=0.30)
    min_rows: int = 10
    max_shrink: Limit = Limit(share=0.20)
    archive: int = 0
    clears: int = 10
    research: int = 25
    allowed: tuple[tuple[Guard, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A guard that tripped: how many against how many, and which rows stay put.

    `rows` is None when the whole job is held. `behind` are those of them that are not counted: they only claim a value
    that a counted row frees. `override` is the exact flag that admits this number.
    """

    guard: Guard
    counted: int
    limit: int
    message: str
    override: str
    rows: frozenset[int] | None = None
    behind: frozenset[int] = frozenset()
