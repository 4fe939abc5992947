"""Reads out of the sandbox's log whether a client waited for as long as it was told to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.sandbox.server import JsonObject

# a request may leave before the client has read the 429 that is on its way to it
ON_ITS_WAY_S = 0.5


@dataclass(frozen=True)
class Throttled:
    """One 429: when it was answered, how long it asked to wait, and what came of the same client meanwhile."""

    at: float
    wait_s: float
    on_their_way: tuple[JsonObject, ...]
    too_early: tuple[JsonObject, ...]


def throttled(entries: Sequence[JsonObject], mine: Callable[[JsonObject], bool]) -> Iterator[Throttled]:
    """Every 429 that the client got, for the entries of one rate class.

    `mine` tells its requests from those of others with the same key.
    """
    for number, entry in enumerate(entries):
        if entry["status"] != 429 or not mine(entry):
            continue
        at, wait_s = moment(entry), float(entry["retry_after"])
        later = [other for other in entries[number + 1 :] if mine(other) and moment(other) < at + wait_s]
        yield Throttled(
            at,
            wait_s,
            on_their_way=tuple(other for other in later if moment(other) <= at + ON_ITS_WAY_S),
            too_early=tuple(other for other in later if moment(other) > at + ON_ITS_WAY_S),
        )


def moment(entry: JsonObject) -> float:
    """When the sandbox got the request, in seconds."""
    return datetime.fromisoformat(entry["time"]).timestamp()
