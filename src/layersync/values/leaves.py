"""The single values that a change states, so that two ways of stating them can be compared."""

from collections.abc import Iterator, Mapping

from layersync.values.cell import same


def leaves(path: str, before: object, after: object) -> Iterator[tuple[str, object]]:
    """Gives (dotted path, value) for every place inside `path` that goes from `before` to another value in `after`.

    A place that `after` no longer has gets null. So an object stated as a whole and the same keys stated one by one
    come to the same.
    """
    if same(before, after):
        return
    held = before if isinstance(before, Mapping) else {}
    if isinstance(after, Mapping) and (after or held):
        for key in {**held, **after}:
            place, value = f"{path}.{key}", after.get(key)
            only_null = held.get(key) is value is None  # null on one side, no such key on the other
            if only_null and (key in held) != (key in after):
                yield place, None
            yield from leaves(place, held.get(key), value)
    else:
        yield path, after


def overlap(one: str, other: str) -> bool:
    """Tells whether two dotted paths are one, or one leads to the other."""
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")
