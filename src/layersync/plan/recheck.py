"""What to do with a change when its record has been read again, right before the PATCH."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from layersync.plan.patch import base_of, patch_of, value_at
from layersync.resources.field import Write
from layersync.resources.resource import Resource
from layersync.values.cell import same
from layersync.values.change import Change, Edit

_FRESH_S = 60.0


class Verdict(Enum):
    """`SEND` the change as rebuilt; `CONVERGED`: the record is as desired; `MOVED`: somebody else changed it."""

    SEND = auto()
    CONVERGED = auto()
    MOVED = auto()


@dataclass(frozen=True, slots=True)
class Recheck:
    """The verdict, the change to send (rebuilt on the fresh record), and what moved: (edit, live value now)."""

    verdict: Verdict
    change: Change
    moved: tuple[tuple[Edit, object], ...] = ()


def must_be_fresh(change: Change, age_s: float, form: Resource) -> bool:
    """Tells whether the record must be read again before its PATCH (contract, section 7); `age_s` is that of its read.

    So it must when it was read long ago, or never in this run, or when an object in it is about to be replaced: the
    whole field, or what stands at a key of a merged one, of which the sheet names a part.
    """
    replaces = any(form.field(name).write is Write.REPLACE for name in change.patch)
    replaces = replaces or any(len(edit.keys) > 1 for edit in change.edits)
    return replaces or change.read_at is None or age_s > _FRESH_S


def recheck(change: Change, record: Mapping[str, object], form: Resource) -> Recheck:
    """Compares the paths of a change with the fresh record; other paths may have moved, metadata is built on them."""
    now = [(edit, value_at(record, edit.field, edit.keys)) for edit in change.edits]
    open_edits = [(edit, value) for edit, value in now if not same(value, edit.after)]
    if not open_edits:
        return Recheck(Verdict.CONVERGED, change)
    moved = tuple((edit, value) for edit, value in open_edits if not same(value, edit.before))
    if moved:
        return Recheck(Verdict.MOVED, change, moved)
    patch = patch_of([edit for edit, _ in open_edits], record, form)
    kept = _kept(patch, record, form)
    return Recheck(Verdict.SEND, replace(change, patch=patch, base=base_of(patch, record), kept=kept))


def _kept(patch: Mapping[str, object], record: Mapping[str, object], form: Resource) -> dict[str, object]:
    held = (name for field in patch for name in form.field(field).may_hold)
    return {name: record[name] for name in held if name in record and name not in patch}
