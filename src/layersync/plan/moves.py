"""Moves of unique values: which change takes a value that another one gives up, and so has to wait for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from layersync.resources.resource import Resource
from layersync.values.cell import normal
from layersync.values.change import Change


@dataclass(frozen=True, slots=True)
class Move:
    """One record's way from one value of a unique field to another; None where there is none.

    Values are compared as the API does: exact text in NFC.
    """

    row: int
    field: str
    gives: str | None
    takes: str | None


def moves_of(changes: Iterable[Change], form: Resource) -> Iterator[Move]:
    """Gives the moves that the changes make, in their order."""
    unique = {field.name for field in form.fields if field.unique}
    if not unique:
        return
    for change in changes:
        for edit in change.edits:
            if edit.field in unique and not edit.keys:
                yield Move(change.row, edit.field, _value(edit.before), _value(edit.after))


def links(moves: Iterable[Move]) -> dict[int, tuple[int, ...]]:
    """Gives the rows that a row has to wait for, by row: those that give up a value which it takes."""
    moves = tuple(moves)
    givers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for move in moves:
        if move.gives is not None:
            givers[move.field, move.gives].append(move.row)
    waits: defaultdict[int, dict[int, None]] = defaultdict(dict)
    for move in moves:
        if move.takes is not None:
            waits[move.row].update((row, None) for row in givers[move.field, move.takes] if row != move.row)
    return {row: tuple(others) for row, others in waits.items() if others}


def behind(rows: Iterable[int], waits: Mapping[int, Iterable[int]]) -> dict[int, int]:
    """Gives the rows that wait for one of `rows`, at whatever remove, each with the row that it waits for."""
    followers: defaultdict[int, list[int]] = defaultdict(list)
    for row, others in waits.items():
        for other in others:
            followers[other].append(row)
    found: dict[int, int] = {}
    known = set(rows)
    queue = list(known)
    while queue:
        row = queue.pop()
        fresh = [follower for follower in followers[row] if follower not in known]
        known.update(fresh)
        queue.extend(fresh)
        found.update(dict.fromkeys(fresh, row))
    return found


def depths(rows: Iterable[int], waits: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Gives how many rows each of `rows` has to wait for one after another; none for those in or behind a circle."""
    followers: defaultdict[int, list[int]] = defaultdict(list)
    for row, others in waits.items():
        for other in others:
            followers[other].append(row)
    open_waits = {row: len(waits.get(row, ())) for row in rows}
    found = {row: 0 for row, count in open_waits.items() if not count}
    queue = list(found)
    for row in queue:
        for follower in followers[row]:
            open_waits[follower] -= 1
            if not open_waits[follower]:
                found[follower] = found[row] + 1
                queue.append(follower)
    return found


def circles(waits: Mapping[int, Sequence[int]]) -> list[tuple[int, ...]]:
    """Gives the rows that wait for each other in circles; every other row without a depth is behind one of them."""
    stuck = waits.keys() - depths({*waits, *(other for others in waits.values() for other in others)}, waits).keys()
    seen: set[int] = set()
    found = []
    for start in sorted(stuck):
        path: dict[int, None] = {}
        row = start
        while row not in seen:
            seen.add(row)
            path[row] = None
            row = next(other for other in waits[row] if other in stuck)
        if row in path:
            way = list(path)
            found.append(tuple(way[way.index(row) :]))
    return found


def _value(value: object) -> str | None:
    return str(normal(value)) if isinstance(value, str) else None
