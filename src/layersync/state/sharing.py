"""This process among others that use the same budgets: it joins them through the state file, and leaves at its end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from layersync.errors import SyncError
from layersync.state.clocks import Clocks
from layersync.state.shared_budget import PATIENCE_S, SharedBudget, Sharing
from layersync.state.store import Store

Pools = Callable[[str, float], SharedBudget]


@contextmanager
def shared_budgets(
    state_dir: Path, *, sharer: str, longest_s: float, tell: Callable[[str], None], clocks: Clocks | None = None
) -> Iterator[Pools | None]:
    """Gives what makes pools, by name and window in seconds; None where the state file can't be used, which is told.

    `sharer`, `longest_s` and `tell` are those of `Sharing`.
    """
    try:
        store = Store.open(state_dir, patience_s=PATIENCE_S)
    except SyncError as error:
        tell(f"{error.message} Other runs with the same key are not taken into account.")
        yield None
        return
    with store:
        sharing = Sharing(store=store, clocks=clocks or Clocks(), sharer=sharer, longest_s=longest_s, tell=tell)
        pools: list[SharedBudget] = []

        def pool(name: str, window_s: float) -> SharedBudget:
            pools.append(SharedBudget(sharing, name, window_s))
            return pools[-1]

        try:
            yield pool
        finally:
            for one in pools:
                one.leave()
