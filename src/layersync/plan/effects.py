"""The side effects that the edits of a change have, as the forms declare them."""

from collections.abc import Iterable

from layersync.resources.field import Effect
from layersync.resources.resource import Resource
from layersync.values.change import Edit
from layersync.values.guards import Guard


def effects_of(edits: Iterable[Edit], form: Resource) -> list[Effect]:
    """Gives the effects of setting whole fields; a key inside an object has none."""
    whole = ((form.field(edit.field).effects, edit.after) for edit in edits if not edit.keys)
    return [effect for effects, after in whole for effect in effects if effect.follows(after)]


def count_effects(edits: Iterable[Edit], guard: Guard, form: Resource) -> int:
    """Counts the effects that a guard counts."""
    return sum(effect.guard is guard for effect in effects_of(edits, form))
