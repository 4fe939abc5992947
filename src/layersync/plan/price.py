"""What carrying a plan out costs."""

from layersync.values.plan import Price
from layersync.values.target import Budget, RateClass


def price_of(writes: int, budget: Budget, writes_today: int) -> Price:
    """Prices so many PATCHes: seconds under an exact window, what is left of today's cap, what will not fit."""
    per_window = budget.per_window(RateClass.WRITE)
    left = max(0, budget.per_day - writes_today)
    today = min(writes, left)
    return Price(
        writes=writes,
        seconds=max(0, today - 1) // per_window * budget.window_s,
        writes_left_today=left,
        carried_over=writes - today,
        writes_per_minute=per_window * 60.0 / budget.window_s,
    )
