"""What carrying a plan out costs."""

from collections.abc import Sequence

from layersync.plan.recheck import must_be_fresh
from layersync.resources.resource import Resource
from layersync.values.change import Change
from layersync.values.plan import Price
from layersync.values.target import Budget, RateClass


def price_of(
    changes: Sequence[Change], form: Resource, budget: Budget, writes_today: int, *, now: float = 0.0, behind: int = 0
) -> Price:
    """Prices PATCHes in the order of sending: requests by class, seconds, and what will not fit into today.

    A record is read again right before its PATCH where that comes long after its last read; `now` is the moment at
    which sending begins, on the clock of those reads. `behind` are the writes that this run sends before these, and
    `writes_today` they and those of this key that were sent today. The seconds are those of these writes alone.
    """
    left = max(0, budget.per_day - writes_today)
    today = changes[:left]
    waits = [_wait_s(behind + place, RateClass.WRITE, budget) for place in range(len(today))]
    reads = sum(
        must_be_fresh(change, wait + now - (change.read_at or 0.0), form)
        for change, wait in zip(today, waits, strict=True)
    )
    begun_s = _wait_s(behind - 1, RateClass.WRITE, budget)
    return Price(
        writes=len(changes),
        reads=reads,
        seconds=max(0.0, *(wait - begun_s for wait in waits[-1:]), _wait_s(reads - 1, RateClass.READ, budget)),
        writes_left_today=left,
        carried_over=len(changes) - len(today),
        writes_per_minute=budget.per_window(RateClass.WRITE) * 60.0 / budget.window_s,
    )


def _wait_s(place: int, rate_class: RateClass, budget: Budget) -> float:
    """How long a request waits for its turn under an exact window; `place` counts from 0."""
    return max(0, place) // budget.per_window(rate_class) * budget.window_s
