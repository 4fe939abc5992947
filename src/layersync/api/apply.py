"""Carries out the changes of a plan: the only place that sends PATCH.

Each change goes the same way: a slot of the gate, a fresh look at the record where the last one is old, the intent in
the journal, the send, and the outcome in the journal. What the answer leaves open is settled by reading.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from layersync.api.client import Withdrawn, ending_of
from layersync.api.crowd import each
from layersync.api.desk import Desk
from layersync.api.judge import Judgement
from layersync.api.looks import Settled
from layersync.api.meaning import Kind
from layersync.api.paths import item_path
from layersync.api.rebuffs import Rebuffs
from layersync.api.retry import Tries
from layersync.api.stop import Stopped
from layersync.api.turns import Turns
from layersync.api.wire import Request
from layersync.errors import ApiRefuses, StoppedEarly, SyncError
from layersync.values.change import Change
from layersync.values.intent import Intent
from layersync.values.outcome import Outcome, Word

_UNSEEN = frozenset({Kind.REFUSED, Kind.NOT_SENT})  # settled without a look at the record
_EARLIER = Settled(Word.CHANGED, "an earlier try of the same change was carried out")
_SEEN = Settled(Word.CHANGED, "the answer was lost; the record shows the change")
_TOO_OLD = Settled(Word.FAILED, "gave up: the change waited for a day; the record is as before", "run again")

T = TypeVar("T")


@dataclass(slots=True)
class _Errand:
    """One change on its way: what is to be sent, its intent once there is one, its tries, the sends counted so far."""

    change: Change
    tries: Tries
    intent: Intent | None = None
    counted: int = 0


class _Ended(Withdrawn):
    """A change that ended before it was sent."""

    def __init__(self, settled: Settled) -> None:
        super().__init__(settled.message)
        self.settled = settled


class Apply:
    """Carries out the changes of one job, in order, a few at a time.

    `ended` is why the job stopped before its changes were done, None where it did not.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rebuffs = Rebuffs()
        self._turns = Turns(())
        self.ended: SyncError | None = None

    async def __call__(self, changes: Sequence[Change], earlier: Mapping[int, Word] | None = None) -> None:
        """Sends the changes and tells `Desk.done` of each outcome; a change that it never reached has none.

        `earlier` are the outcomes that other changes of the same plan have from a run before this one.

        When the end of the run is asked for, what is in flight gets five seconds to finish.
        """
        self._turns = Turns(changes, earlier)
        work = asyncio.ensure_future(each(changes, self._one, self._desk.writer.workers))
        grace = asyncio.ensure_future(self._desk.stop.grace(self._desk.clock))
        await asyncio.wait({work, grace}, return_when=asyncio.FIRST_COMPLETED)
        grace.cancel()
        if not work.done():
            work.cancel()
        await asyncio.gather(work, return_exceptions=not work.done())

    async def _one(self, change: Change) -> None:
        word = Word.NOT_ATTEMPTED
        try:
            word = await self._carry_out(change)
        finally:
            self._turns.over(change.row, word)

    async def _carry_out(self, change: Change) -> Word:
        """Carries out one change when its turn has come, and gives its outcome; there is none where the job ended."""
        obstacle = await self._turns.obstacle(change)
        if self._desk.stop.asked or self.ended is not None:
            return Word.NOT_ATTEMPTED
        errand = _Errand(change, Tries())
        if obstacle is not None:
            return self._close(errand, None, obstacle)
        return await self._send(errand)

    async def _send(self, errand: _Errand) -> Word:
        judgement = None
        try:
            judgement = await self._desk.writer.patch(lambda: self._prepare(errand), errand.tries)
            settled = await self._settle(errand, judgement)
        except _Ended as ended:
            settled = ended.settled
        except (Stopped, asyncio.CancelledError) as stopped:
            word = self._close(errand, judgement, self._interrupted(errand))
            if isinstance(stopped, asyncio.CancelledError):
                raise
            return word
        self._close(errand, judgement, settled)
        rebuff = self._rebuffs.after(judgement, settled.word) if judgement is not None else None
        if rebuff is not None:
            self._end(rebuff)
        return settled.word

    async def _prepare(self, errand: _Errand) -> Request:
        """Called when a slot is granted. A change that may have been carried out keeps its bytes and its key."""
        if not errand.tries.perhaps or errand.intent is None:
            await self._look(errand)
        elif not self._desk.journal.may_send(errand.intent):
            raise _Ended(await self._desk.looks.after(errand.change, at_base=_TOO_OLD, done=_SEEN))
        assert errand.intent is not None  # noqa: S101  looking ends with one
        if errand.counted == errand.tries.sent:
            self._keep_daily_cap()
            self._kept(self._desk.count_send)
            errand.counted += 1
        return Request(
            method="PATCH",
            path=item_path(self._desk.form, errand.change.id),
            body=errand.intent.body,
            idempotency_key=errand.intent.idempotency_key,
        )

    async def _look(self, errand: _Errand) -> None:
        """Looks at a record that nothing has been done to yet, as long ago as that may be, and writes the intent.

        Raises _Ended where there is nothing to send.
        """
        self._refuse_after_end()
        self._keep_daily_cap()
        try:
            looked = await self._desk.looks.before(errand.change)
        except SyncError as error:
            self._end(error)
            raise Stopped from None
        if isinstance(looked, Settled):
            raise _Ended(looked)
        # once more: while this one was looked at, the end may have been asked for, or others may have been sent
        self._refuse_after_end()
        self._keep_daily_cap()
        if not self._intends(errand, looked):
            self._withdraw(errand)
            errand.intent = self._kept(partial(self._desk.journal.intend, looked))
        errand.change = looked

    def _intends(self, errand: _Errand, looked: Change) -> bool:
        """Whether the intent that there is will do for what a look has shown."""
        if errand.intent is None or looked.patch != errand.change.patch:
            return False
        return self._desk.journal.may_send(errand.intent)

    def _withdraw(self, errand: _Errand) -> None:
        """Closes an intent that will not be sent: the record has moved on, or its key is too old."""
        if errand.intent is not None:
            gone = Settled(Word.NOT_ATTEMPTED, "made anew on the record as it is now")
            self._journal_outcome(errand.intent, self._outcome(errand, None, gone))

    def _keep_daily_cap(self) -> None:
        if self._kept(self._desk.writes_left) <= 0:
            told = "today's writes are used up: this key's share of the daily cap"
            when = f"{self._kept(self._desk.cap_ends):%Y-%m-%d %H:%M} UTC"
            self._end(StoppedEarly(told, f"run again after {when}: the rest is carried over"))
            raise Stopped

    def _kept(self, keep: Callable[[], T]) -> T:
        """What cannot be written down is not sent, and nothing after it either."""
        try:
            return keep()
        except SyncError as error:
            self._not_kept(error)
            raise Stopped from error

    def _refuse_after_end(self) -> None:
        if self.ended is not None or self._desk.stop.asked:
            raise Stopped

    async def _settle(self, errand: _Errand, judgement: Judgement) -> Settled:
        ending = ending_of(judgement)
        if ending is not None:
            self._remember_cap(judgement)
            self._end(ending)
            return self._interrupted(errand)
        settled = await self._meaning(errand, judgement)
        if errand.tries.perhaps and judgement.kind in _UNSEEN:
            return await self._desk.looks.after(errand.change, at_base=settled, done=_EARLIER)
        return settled

    def _remember_cap(self, judgement: Judgement) -> None:
        if judgement.kind is Kind.CAPPED and judgement.wait_s is not None:
            try:
                self._desk.capped(judgement.wait_s)
            except SyncError as error:
                self._not_kept(error)

    async def _meaning(self, errand: _Errand, judgement: Judgement) -> Settled:  # noqa: PLR0911  a table
        looks, change = self._desk.looks, errand.change
        match judgement.kind:
            case Kind.DONE if (
                judgement.body and not _is_earlier(errand, judgement) and looks.shows(change, judgement.body)
            ):
                return Settled(Word.CHANGED)
            case Kind.DONE:
                return await looks.read_back(change, is_earlier=_is_earlier(errand, judgement))
            case Kind.REFUSED:
                return Settled(Word.REFUSED, judgement.message, "correct the row, or ask Layers with the request id")
            case Kind.CONTESTED:
                refused = Settled(Word.REFUSED, judgement.message, "correct the row: the value is in use elsewhere")
                done = _EARLIER if errand.tries.perhaps else Settled(Word.CONVERGED)
                found = await looks.after(change, at_base=refused, done=done)
                is_told = found.word is not Word.UNKNOWN or errand.tries.perhaps
                return found if is_told else refused  # whatever the record holds: the answer was no
            case Kind.IN_FLIGHT:
                return await self._with_new_key(errand)
            case Kind.NOT_SENT:
                return Settled(Word.FAILED, f"could not be sent: {judgement.message}", "run again")
            case _:
                gave_up = Settled(Word.FAILED, f"gave up: {judgement.message}; the record is as before", "run again")
                taken_on = judgement.status is not None and judgement.status < 300
                return await looks.after(change, at_base=gave_up, done=_SEEN, patiently=taken_on)

    async def _with_new_key(self, errand: _Errand) -> Settled:
        """The key is held by another request for longer than that may take: read, and once more with a new key."""
        again = Settled(Word.NOT_ATTEMPTED)
        settled = await self._desk.looks.after(errand.change, at_base=again, done=_EARLIER)
        if settled is not again:
            return settled
        assert errand.intent is not None  # noqa: S101  it was sent
        self._journal_outcome(errand.intent, self._outcome(errand, None, settled))
        errand.intent = None
        judgement = await self._desk.writer.patch(lambda: self._prepare(errand), errand.tries)
        if judgement.kind is Kind.IN_FLIGHT:
            return Settled(Word.CONFLICT, "the API keeps answering that the key is in use", "run again later")
        return await self._settle(errand, judgement)

    def _interrupted(self, errand: _Errand) -> Settled:
        if errand.tries.perhaps:
            return Settled(Word.UNKNOWN, "sent, and stopped before the answer came", "the next run settles it")
        reason = self._desk.stop.reason or self.ended
        return Settled(Word.NOT_ATTEMPTED, reason.message if reason else "", "run again")

    def _close(self, errand: _Errand, judgement: Judgement | None, settled: Settled) -> Word:
        """Journals and tells the outcome; a change whose fate is unknown stays open for the next run to settle."""
        outcome = self._outcome(errand, judgement, settled)
        self._desk.done(outcome)
        if errand.intent is not None and settled.word is not Word.UNKNOWN:
            self._journal_outcome(errand.intent, outcome)
        return settled.word

    def _journal_outcome(self, intent: Intent, outcome: Outcome) -> None:
        try:
            self._desk.journal.settle(intent, outcome)
        except SyncError as error:
            self._not_kept(error)

    def _outcome(self, errand: _Errand, judgement: Judgement | None, settled: Settled) -> Outcome:
        return Outcome(
            job=errand.change.job,
            row=errand.change.row,
            word=settled.word,
            message=settled.message,
            what_to_do=settled.what_to_do,
            patch=errand.change.patch if errand.intent else None,
            error_code=judgement.code if judgement else None,
            http_status=judgement.status if judgement else None,
            request_id=judgement.request_id if judgement else None,
            attempts=errand.tries.counted,
            waited_s=round(errand.tries.waited_s, 3),
            idempotency_key=errand.intent.idempotency_key if errand.intent else None,
            finished_at=self._desk.clock.wall(),
        )

    def _not_kept(self, error: SyncError) -> None:
        """Ends run and job: even if it was the last change, the next run has something to settle."""
        self.ended = self.ended or error
        self._desk.stop.ask(error)

    def _end(self, error: SyncError) -> None:
        if isinstance(error, ApiRefuses) and not error.whole_run:
            self.ended = self.ended or error
        else:
            self._desk.stop.ask(error)


def _is_earlier(errand: _Errand, judgement: Judgement) -> bool:
    """Whether an answer may be that to an earlier send: the record may have been changed since, and not by this one."""
    return judgement.replayed or (errand.intent is not None and errand.intent.resumed)
