"""The full records of one reading: those of earlier runs, to be recalled, and those of this one, to be kept."""

from collections.abc import Mapping

from layersync.api.body import Unreadable
from layersync.api.clock import Clock
from layersync.api.excerpts import ANSWER, RECORD, record_parser
from layersync.api.http_date import http_date
from layersync.api.wire import Answer
from layersync.plan.excerpt import Cut
from layersync.plan.slots import Excerpt
from layersync.plan.stamps import is_settled
from layersync.resources.ident import ANY_ID, normal_id
from layersync.values.reads import FullRecord

_MOST_BYTES = 256 * 2**20  # of answers that one run keeps: beyond that, records are simply read again


class FullRecords:
    """`kept` are those of earlier runs by normalised id; `new` those of this one; `recalled` those that were used."""

    def __init__(self, kept: Mapping[str, FullRecord], cut: Cut, clock: Clock) -> None:
        self._kept = kept
        self._cut = cut
        self._clock = clock
        self._parse = record_parser(cut)
        self._room = _MOST_BYTES
        self.new: list[FullRecord] = []
        self.recalled: list[FullRecord] = []

    def recall(self, record_id: str) -> Excerpt | None:
        """The record as it was read before; None where what was kept can't be read."""
        kept = self._kept[record_id]
        try:
            record = self._parse(Answer(200, {"content-type": "application/json"}, kept.body))[RECORD]
        except Unreadable:
            return None
        self.recalled.append(kept)
        return record if isinstance(record, Excerpt) else None

    def keep(self, told: Mapping[str, object]) -> None:
        """Keeps a record that was just read (`told` is what `record_parser` made of the answer), if it has a stamp."""
        record, answer = told[RECORD], told[ANSWER]
        if not isinstance(record, Excerpt) or not isinstance(answer, Answer):
            return
        stamp, id_ = self._cut.stamp_of(record), normal_id(self._cut.id_of(record) or "", ANY_ID)
        now = self._clock.wall()
        if stamp is None or id_ is None or not is_settled(stamp, http_date(answer.headers.get("date", "")) or now):
            return
        self._room -= len(answer.body)
        if self._room >= 0:
            self.new.append(FullRecord(id=id_, stamp=stamp, read_at=now.timestamp(), body=answer.body))
