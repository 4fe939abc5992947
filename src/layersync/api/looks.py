"""Looking at a record around its PATCH: right before it, and after an answer that leaves something open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from layersync.api.client import ReadClient
from layersync.api.clock import Clock
from layersync.api.fetch import is_same_id, read_record
from layersync.errors import ApiRefuses, SyncError
from layersync.plan.patch import value_at
from layersync.plan.recheck import Recheck, Verdict, must_be_fresh, recheck
from layersync.resources.resource import Resource
from layersync.values.cell import same
from layersync.values.change import Change, Edit
from layersync.values.outcome import Word
from layersync.values.words import in_words

_READ_BACK_S = (0.0, 3.0, 7.0)  # three looks over ten seconds: a replica may lag behind
_TAKEN_ON_S = (3.0, 7.0)  # what was taken on is hardly done at once


@dataclass(frozen=True, slots=True)
class Settled:
    """How a change ended without, or after, being sent; `what_to_do` is empty where nothing is to be done."""

    word: Word
    message: str = ""
    what_to_do: str = ""


class Looks:
    """The reads that belong to one job's writes; `in_doubt` tells when none is made that can be spared."""

    def __init__(self, form: Resource, reader: ReadClient, clock: Clock, in_doubt: Callable[[], bool]) -> None:
        self._form = form
        self._reader = reader
        self._clock = clock
        self._in_doubt = in_doubt

    async def before(self, change: Change) -> Change | Settled:
        """Gives the change to send, rebuilt where its record was read again, or how it ended without a send.

        A record is read again when its read is more than a minute old, or an object in it is about to be replaced.
        Raises the error that ends the run or the job.
        """
        if not self._is_due(change):
            return change
        try:
            record = await read_record(self._form, change.id, self._reader)
        except SyncError as error:
            self._raise_if_ending(error)
            return Settled(Word.FAILED, f"not sent: the record could not be read first: {error.message}", "run again")
        if record is None:
            return Settled(Word.NOT_FOUND, f"the {self._form.noun} is gone since it was planned", "look for it")
        looked = recheck(change, record, self._form)
        if looked.verdict is Verdict.SEND:
            return replace(looked.change, read_at=self._clock.now())
        return _unsent(looked)

    async def after(self, change: Change, at_base: Settled, done: Settled, *, patiently: bool = False) -> Settled:
        """Settles by reading what an answer left open: `done` at the desired values, `at_base` at the planned ones.

        `patiently` waits where the server seems to have taken the change on: the last look decides, an earlier one
        spares waiting for it, and is itself spared while the API does not seem to take any change.
        """
        *early, last = _TAKEN_ON_S if patiently else (0.0,)
        for pause in early:
            await self._clock.sleep(pause)
            if self._in_doubt():
                continue
            settled = await self._look(change, at_base, done)
            if settled is not at_base:
                return settled
        await self._clock.sleep(last)
        return await self._look(change, at_base, done)

    async def _look(self, change: Change, at_base: Settled, done: Settled) -> Settled:
        try:
            record = await read_record(self._form, change.id, self._reader)
        except SyncError as error:
            return Settled(
                Word.UNKNOWN, f"sent, the answer was lost, and then: {error.message}", "the next run settles it"
            )
        if record is None:
            return Settled(Word.UNKNOWN, f"sent, the answer was lost, and the {self._form.noun} is gone", "look for it")
        looked = recheck(change, record, self._form)
        if looked.verdict is Verdict.CONVERGED:
            return _otherwise(change, record) if _lost(change, record) else done
        return at_base if looked.verdict is Verdict.SEND else _unsent(looked)

    async def read_back(self, change: Change, *, is_earlier: bool = False) -> Settled:
        """Looks whether the record shows what a 200 did not; in the end says what the server holds instead.

        `is_earlier` says that the 200 may be the answer to a send of long ago.
        """
        record: Mapping[str, object] | None = None
        for pause in _READ_BACK_S:
            await self._clock.sleep(pause)
            try:
                record = await read_record(self._form, change.id, self._reader)
            except SyncError as error:
                return Settled(Word.UNKNOWN, f"accepted, but could not be read back: {error.message}", "run again")
            if self.shows(change, record or {}):
                return Settled(Word.CHANGED)
        return _otherwise(change, record or {}, is_earlier=is_earlier)

    def shows(self, change: Change, record: Mapping[str, object]) -> bool:
        """Tells that a record is that of a change, shows all its edits, and lost nothing of what it must keep."""
        record = self._form.completed(record)
        return (
            is_same_id(record.get(self._form.id_field), change.id, self._form)
            and not _unshown(change, record)
            and not _lost(change, record)
        )

    def _is_due(self, change: Change) -> bool:
        age_s = self._clock.now() - change.read_at if change.read_at is not None else 0.0
        return must_be_fresh(change, age_s, self._form)

    def _raise_if_ending(self, error: SyncError) -> None:
        if self._reader.stop.asked or isinstance(error, ApiRefuses):
            raise error


def _unshown(change: Change, record: Mapping[str, object]) -> tuple[tuple[Edit, object], ...]:
    """Gives the edits that a record does not show, with what it holds instead; an absent field reads as null."""
    held = ((edit, value_at(record, edit.field, edit.keys)) for edit in change.edits)
    return tuple((edit, value) for edit, value in held if not same(value, edit.after))


def _lost(change: Change, record: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name, value in change.kept.items() if not same(record.get(name), value))


def _otherwise(change: Change, record: Mapping[str, object], *, is_earlier: bool = False) -> Settled:
    held = _unshown(change, record)
    stored = "; ".join(f"{edit.path} is {in_words(value)}, not {in_words(edit.after)}" for edit, value in held)
    if stored and is_earlier:
        told = f"the API gave an earlier answer again: {stored}"
        return Settled(Word.FAILED, told, "run again: it is sent under a new key then")
    if stored:
        told = f"the API said yes but holds something else: {stored}"
        return Settled(Word.FAILED, told, "ask Layers, or correct the cell")
    name = _lost(change, record)[0]
    told = (
        f"changed, but {name} was lost with it: it was {in_words(change.kept[name])}, is {in_words(record.get(name))}"
    )
    return Settled(Word.FAILED, told, f"set {name} again, and tell Layers")


def _unsent(looked: Recheck) -> Settled:
    if looked.verdict is Verdict.CONVERGED:
        return Settled(Word.CONVERGED, "somebody else made the same change in the meantime")
    moved = "; ".join(
        f"{edit.path} was {in_words(edit.before)}, is now {in_words(value)}, the plan says {in_words(edit.after)}"
        for edit, value in looked.moved
    )
    return Settled(
        Word.CONFLICT, f"changed elsewhere since it was planned: {moved}", "decide which is right, then run again"
    )
