"""The first words with the API: who we are there, and so what budgets this key has."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from layersync.api.breaker import PAUSE_S, breakers_of
from layersync.api.client import ReadClient, WriteClient
from layersync.api.clock import Clock
from layersync.api.conditions import Conditions, Tally
from layersync.api.lots import Pools
from layersync.api.pacer import gates_of
from layersync.api.stop import Stop
from layersync.api.whoami import who_am_i
from layersync.api.wire import Transport
from layersync.values.target import Budget, RateClass, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A target that answered, and the clients for it."""

    target: Target
    reader: ReadClient
    conditions: Conditions
    transport: Transport

    def writer(self) -> WriteClient:
        """A client that can write: asked for by `carry_out` alone, and useless on a transport that only reads."""
        return WriteClient(self.transport, self.conditions)


async def connect(
    transport: Transport,
    base_url: str,
    label: str,
    budget_for: Callable[[str], Budget],
    *,
    clock: Clock,
    stop: Stop,
    rng: random.Random,
    max_attempts: int,
    pools: Pools | None = None,
    organization: str = "",
    tally: Tally | None = None,
    tell: Callable[[str], None] | None = None,
) -> Link:
    """Asks who we are. `budget_for` gives the budget of a tier, `pools` what other processes share of it.

    `organization` is the child one to act in, if any. `tally` counts the requests, those that come to nothing, too.
    `tell` hears why the run goes slowly, where others use the same key.
    Raises ApiRefuses for a key that is no good, StoppedEarly when the API can't be reached.
    """
    first = budget_for("standard")
    gates = gates_of(first, clock)
    conditions = Conditions(
        gates=gates,
        clock=clock,
        stop=stop,
        rng=rng,
        tally=tally or Tally(),
        max_attempts=max_attempts,
        breakers=breakers_of(min(PAUSE_S, first.window_s / 2)),
    )
    reader = ReadClient(transport, conditions)
    identity = await who_am_i(reader, organization)
    budget = budget_for(identity.tier)
    target = Target(
        base_url=base_url,
        label=label,
        organization_id=identity.organization_id,
        organization_name=identity.organization_name,
        budget=budget,
        scopes=identity.scopes,
        key_id=identity.key_id,
    )
    for rate_class, gate in gates.items():
        gate.allow(budget.per_window(rate_class), budget.whole(rate_class))
        if tell is not None:
            gate.company.on_others = partial(_tell_of_others, tell, rate_class)
        if pools is not None:
            gate.share(pools(f"{base_url} {target.spender} {rate_class}", budget.window_s))
    return Link(target=target, reader=reader, conditions=conditions, transport=transport)


def _tell_of_others(tell: Callable[[str], None], rate_class: RateClass, part: float, certain: bool) -> None:
    what = "reads" if rate_class is RateClass.READ else "writes"
    seems = "uses" if certain else "seems to use"
    doubt = "" if certain else ", or the API allows less than the tier"
    tell(
        f"Something else {seems} this key, too: about {min(part, 1.0):.0%} of the {what} that its tier allows (another "
        f"machine or folder, perhaps an earlier run{doubt}). It keeps that, up to half, so this takes longer."
    )
