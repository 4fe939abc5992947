"""A saved plan on the day it is carried out: held against the limits of that day."""

from dataclasses import replace

from layersync.plan.guards import holds_of
from layersync.resources.resource import Resource
from layersync.values.guards import GuardLimits
from layersync.values.memory import Memory
from layersync.values.plan import Plan


def plan_again(saved: Plan, memory: Memory, form: Resource, limits: GuardLimits | None) -> Plan:
    """Gives the plan to carry out.

    `limits` is None where a person approved the plan's own preview: then its guards hold nothing (contract, section 6).
    """
    open_plan = replace(saved, holds=())
    return replace(saved, holds=holds_of(open_plan, limits, memory, form) if limits is not None else ())
