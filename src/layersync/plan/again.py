"""A saved plan on the day it is carried out: held against the limits of that day, and priced anew."""

from collections.abc import Container
from dataclasses import replace

from layersync.plan.guards import holds_of
from layersync.plan.price import price_of
from layersync.resources.resource import Resource
from layersync.values.guards import GuardLimits
from layersync.values.memory import Memory
from layersync.values.plan import Plan
from layersync.values.target import Budget


def plan_again(
    saved: Plan, done: Container[int], memory: Memory, form: Resource, limits: GuardLimits | None, budget: Budget
) -> Plan:
    """Gives the plan to carry out; `done` are the rows that have their outcome already.

    `limits` is None where a person approved the plan's own preview: then its guards hold nothing (contract, section 6).
    """
    open_plan = replace(saved, holds=())
    holds = holds_of(open_plan, limits, memory.last_rows, form) if limits is not None else ()
    plan = replace(saved, holds=holds)
    writes = sum(change.row not in done for change in plan.to_send)
    return replace(plan, price=price_of(writes, budget, memory.writes_today))
