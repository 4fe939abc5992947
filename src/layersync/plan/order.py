"""The order in which changes are sent."""

from collections.abc import Iterable

from layersync.plan.effects import count_effects
from layersync.resources.resource import Resource
from layersync.values.change import Change
from layersync.values.guards import Guard


def in_order(changes: Iterable[Change], form: Resource) -> tuple[Change, ...]:
    """Keeps the order of the sheet, archivals last: what cannot be taken back waits until the rest is done."""
    return tuple(sorted(changes, key=lambda change: count_effects(change.edits, Guard.ARCHIVE, form)))
