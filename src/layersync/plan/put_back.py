"""The edits that take back what was sent: as few places as say it exactly."""

from collections.abc import Iterator, Mapping

from layersync.resources.field import Write
from layersync.resources.resource import Resource
from layersync.values.cell import normal, same
from layersync.values.change import Edit
from layersync.values.sent import Sent

_Keys = tuple[str, ...]


def edits_back(sent: Sent, form: Resource) -> Iterator[Edit]:
    """Gives the edits that lead from the values that were sent (`before` of each) to those before them (`after`).

    Objects are taken back key by key, so that what somebody else wrote beside them stays.
    """
    held = sent.before or {}
    for name, ours in sent.body.items():
        was, write = held.get(name), form.field(name).write
        if write is Write.MERGE and isinstance(ours, Mapping):
            inside = was if isinstance(was, Mapping) else {}
            for key, value in ours.items():
                yield from _places(name, (key,), inside.get(key), value)
        elif write is Write.REPLACE and isinstance(ours, Mapping):
            yield from _places(name, (), {} if was is None else was, ours)
        else:
            yield Edit(name, (), before=ours, after=was)


def _places(name: str, keys: _Keys, was: object, ours: object) -> Iterator[Edit]:
    if same(was, ours):
        return
    if isinstance(was, Mapping) and isinstance(ours, Mapping) and _told_by_keys(was, ours):
        for key in {**was, **ours}:
            yield from _places(name, (*keys, key), was.get(key), ours.get(key))
    else:
        yield Edit(name, keys, before=ours, after=was)


def _told_by_keys(was: Mapping[str, object], ours: Mapping[str, object]) -> bool:
    """Tells whether edits of single keys lead from one object exactly to the other.

    They can't tell null from absent, nor two Unicode forms of one key, nor a dot inside a key from one between two.
    """
    keys = {**was, **ours}
    if len({normal(key) for key in keys}) < len(keys):
        return False
    for key in keys:
        differs = (key in was) != (key in ours) or not same(was.get(key), ours.get(key))
        null = (key in was and was[key] is None) or (key in ours and ours[key] is None and key not in was)
        if differs and (null or not key or "." in key):
            return False
    return True
