"""From the flags of `undo` to an order: the run is found, and checked as far as that needs no API."""

from collections.abc import Callable
from dataclasses import replace

from layersync.cli.flags import RunFlags
from layersync.cli.ordering import order_of, settings_of_run, somebody_to_ask
from layersync.order import Order
from layersync.past_runs import find_run_to_undo, jobs_to_undo
from layersync.state.store import Store


def undo_order(place: str, flags: RunFlags, warn: Callable[[str], None], *, dry_run: bool, yes: bool) -> Order:
    """Gives the order to undo a run.

    UsageError for a wrong command line, or a run that is not known; PlanUnusable for one that can't be undone here.
    """
    settings = settings_of_run(flags)
    with Store.open(settings.run.state_dir) as store:
        run = find_run_to_undo(store, place, settings)
        jobs = jobs_to_undo(store, run, settings)
    ask = not (dry_run or yes) and somebody_to_ask({})
    return replace(order_of("undo", jobs, settings, flags, warn, dry_run=dry_run, ask=ask), undoes=run)
