"""What carrying out the changes of a job needs: whom it sends through, what it asks, whom it tells."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from layersync.api.client import WriteClient
from layersync.api.clock import Clock
from layersync.api.looks import Looks
from layersync.api.stop import Stop
from layersync.resources.resource import Resource
from layersync.values.change import Change
from layersync.values.intent import Intent
from layersync.values.outcome import Outcome


class Journal(Protocol):
    """Where intents are durable before the first byte leaves, and outcomes follow."""

    def intend(self, change: Change) -> Intent:
        """Writes the change down with its exact bytes and its key; returns when that is on the disk."""
        ...

    def may_send(self, intent: Intent) -> bool:
        """Whether its key is young enough to be sent, or sent again."""
        ...

    def settle(self, intent: Intent, outcome: Outcome) -> None:
        """Writes down how it went."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What carrying out one job needs.

    `writes_left` gives how many PATCHes the daily cap still allows, `cap_ends` when it is over; `count_send` is told of
    every one that leaves, `capped` of how many seconds the server wants none, `done` of every outcome.
    """

    form: Resource
    writer: WriteClient
    looks: Looks
    journal: Journal
    clock: Clock
    stop: Stop
    writes_left: Callable[[], int]
    count_send: Callable[[], None]
    capped: Callable[[float], None]
    cap_ends: Callable[[], datetime]
    done: Callable[[Outcome], None]
