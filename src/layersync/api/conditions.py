"""What the clients of one run share."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from layersync.api.breaker import PAUSE_S, Breaker, breakers_of
from layersync.api.clock import Clock
from layersync.api.pacer import Gate
from layersync.api.retry_budget import RetryBudget
from layersync.api.server_time import ServerTime
from layersync.api.stop import Stop
from layersync.values.report import RequestCount
from layersync.values.target import RateClass


@dataclass(slots=True)
class Tally:
    """The requests of one run, by rate class."""

    sent: Counter[RateClass] = field(default_factory=Counter)
    throttled: Counter[RateClass] = field(default_factory=Counter)
    retried: Counter[RateClass] = field(default_factory=Counter)

    def counts(self) -> dict[str, RequestCount]:
        """What a report says of them."""
        return {
            one.value: RequestCount(sent=self.sent[one], throttled=self.throttled[one], retried=self.retried[one])
            for one in RateClass
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the clients of one run share: gates, breakers, time, chance, the end of the run, the count."""

    gates: Mapping[RateClass, Gate]
    clock: Clock
    stop: Stop
    rng: random.Random
    tally: Tally
    max_attempts: int
    server_time: ServerTime = field(default_factory=ServerTime)
    breakers: Mapping[RateClass, Breaker] = field(default_factory=lambda: breakers_of(PAUSE_S))
    retry_budgets: Mapping[RateClass, RetryBudget] = field(
        default_factory=lambda: {one: RetryBudget() for one in RateClass}
    )
