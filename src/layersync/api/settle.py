"""Settles what a dead run left open, by reading: found as desired, still at its base, or moved on (contract, 7)."""

from collections.abc import Mapping

from layersync.api.client import ReadClient
from layersync.api.clock import Clock
from layersync.api.fetch import read_record
from layersync.plan.patch import value_at
from layersync.resources.resource import Resource
from layersync.values.cell import same
from layersync.values.memory import OpenChange
from layersync.values.outcome import Outcome, Word


async def settle(change: OpenChange, form: Resource, reader: ReadClient, clock: Clock) -> Outcome | None:
    """Gives how an open change ended; None while it stands at its base, where it may be sent again.

    Raises StoppedEarly when the record can't be read: then nothing else of the job may go on.
    """
    record = await read_record(form, change.id, reader)
    if record is not None and _holds(record, change.base) and not _holds(record, change.desired):
        return None
    return closed(change, *_found(record, change, form), clock)


def closed(change: OpenChange, word: Word, message: str, clock: Clock) -> Outcome:
    """The outcome that closes an open change of a dead run."""
    return Outcome(
        job=change.job,
        row=change.row,
        word=word,
        message=message,
        idempotency_key=change.idempotency_key,
        finished_at=clock.wall(),
    )


def _found(record: Mapping[str, object] | None, change: OpenChange, form: Resource) -> tuple[Word, str]:
    if record is None:
        return Word.CONFLICT, f"the {form.noun} is gone since the change was sent"
    if _holds(record, change.desired):
        return Word.CHANGED, "the answer was never seen; the record shows the change"
    return Word.CONFLICT, "the record was changed elsewhere since the change was sent"


def _holds(record: Mapping[str, object], values: Mapping[str, object]) -> bool:
    return all(same(_at(record, path), value) for path, value in values.items())


def _at(record: Mapping[str, object], path: str) -> object:
    field, *keys = path.split(".")
    return value_at(record, field, keys)
