"""From the flags of `apply` to an order: the plan is read, and checked as far as that needs no API."""

from collections.abc import Callable
from dataclasses import replace

from layersync.cli.flags import RunFlags
from layersync.cli.ordering import order_of, settings_of_run, somebody_to_ask
from layersync.order import Order
from layersync.saved_plans import find_plan, load_plan


def apply_order(place: str, flags: RunFlags, warn: Callable[[str], None], *, dry_run: bool, yes: bool) -> Order:
    """Gives the order to carry out a saved plan.

    UsageError for a wrong command line, or a plan that is not there; PlanUnusable for one that can't be applied here.
    """
    settings = settings_of_run(flags)
    path, by_run = find_plan(place, settings.run)
    saved = load_plan(path, settings)
    jobs = tuple(plan.job for plan in saved.plans)
    ask = not (dry_run or yes) and somebody_to_ask({})
    order = order_of("apply", jobs, settings, flags, warn, dry_run=dry_run, ask=ask)
    return replace(order, saved=saved, approved=by_run)
