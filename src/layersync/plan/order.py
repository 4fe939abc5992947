"""The order in which changes are sent."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from math import inf
from types import MappingProxyType

from layersync.plan.effects import count_effects
from layersync.plan.moves import behind, depths, links, moves_of
from layersync.resources.resource import Resource
from layersync.values.change import Change
from layersync.values.guards import Guard

_NOBODY: Mapping[str, datetime] = MappingProxyType({})


def in_order(
    changes: Iterable[Change], form: Resource, waiting: Mapping[str, datetime] = _NOBODY
) -> tuple[Change, ...]:
    """Keeps the order of the sheet as far as four rules allow, and tells each change what it has to wait for.

    A value is freed before it is claimed. Archivals come last: what cannot be taken back waits until the rest is done.
    Where a row claims a value that an archival frees, both come after everything else, and archivals that nobody waits
    for come after them. Changes that wait for nothing come before those that wait, so that many can be under way at
    once. Among these, what waits for longest (`waiting`: since when, by key) comes first, so that no row is forever
    behind others where a day's writes are not enough for all. The changes must hold no cycle.
    """
    changes = tuple(changes)
    waits = links(moves_of(changes, form))
    linked = [replace(one, after=waits[one.row]) if one.row in waits else one for one in changes]
    archivals = {one.row for one in linked if count_effects(one.edits, Guard.ARCHIVE, form)}
    awaited = {row for rows in waits.values() for row in rows}
    late = behind(archivals, waits).keys() | (archivals & awaited)
    deep = depths((one.row for one in linked), waits)

    def place(change: Change) -> tuple[int, int, float]:
        last = change.row in archivals and change.row not in awaited
        since = waiting.get(change.key)
        return 2 if last else int(change.row in late), deep[change.row], since.timestamp() if since else inf

    return tuple(sorted(linked, key=place))
