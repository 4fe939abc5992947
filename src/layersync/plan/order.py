"""The order in which changes are sent."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from layersync.plan.effects import count_effects
from layersync.plan.moves import behind, links, moves_of
from layersync.resources.resource import Resource
from layersync.values.change import Change
from layersync.values.guards import Guard


def in_order(changes: Iterable[Change], form: Resource) -> tuple[Change, ...]:
    """Keeps the order of the sheet as far as three rules allow, and tells each change what it has to wait for.

    A value is freed before it is claimed. Archivals come last: what cannot be taken back waits until the rest is done.
    Where a row claims a value that an archival frees, both come after everything else, and archivals that nobody waits
    for come after them. Changes that wait for nothing come before those that wait, so that many can be under way at
    once. The changes must hold no cycle.
    """
    changes = tuple(changes)
    waits = links(moves_of(changes, form))
    linked = [replace(one, after=waits[one.row]) if one.row in waits else one for one in changes]
    archivals = {one.row for one in linked if count_effects(one.edits, Guard.ARCHIVE, form)}
    awaited = {row for rows in waits.values() for row in rows}
    late = behind(archivals, waits).keys() | (archivals & awaited)
    depths = _depths(linked)

    def place(change: Change) -> tuple[int, int]:
        last = change.row in archivals and change.row not in awaited
        return 2 if last else int(change.row in late), depths[change.row]

    return tuple(sorted(linked, key=place))


def _depths(changes: Sequence[Change]) -> dict[int, int]:
    """Gives how many changes each has to wait for one after another, by row."""
    followers: defaultdict[int, list[int]] = defaultdict(list)
    for change in changes:
        for row in change.after:
            followers[row].append(change.row)
    waiting = {change.row: len(change.after) for change in changes}
    depths = {row: 0 for row, count in waiting.items() if not count}
    queue = list(depths)
    for row in queue:
        for follower in followers[row]:
            waiting[follower] -= 1
            if not waiting[follower]:
                depths[follower] = depths[row] + 1
                queue.append(follower)
    return depths
