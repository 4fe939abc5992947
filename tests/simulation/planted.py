"""Bugs to plant in the real code: each a place, what stands there, and what a tired person might have written."""

from typing import NamedTuple


class Planted(NamedTuple):
    """One bug; `file` is below the package."""

    name: str
    file: str
    right: str
    wrong: str


BUGS = (
    Planted(
        "the key is a hash of the content",
        "state/journal.py",
        "return _Key(self._new_key(), now)",
        'return _Key(__import__("hashlib").sha256(change.id.encode() + body).hexdigest(), now)',
    ),
    Planted(
        "a new key for every try",
        "api/apply.py",
        "        if not errand.tries.perhaps or errand.intent is None:\n",
        "        errand.intent = None\n        if True:\n",
    ),
    Planted(
        "the intent is written after the send",
        "state/journal.py",
        "        with self._store.transaction() as connection:\n            key = self._key(connection, change, body)",
        "        with self._store.transaction(durable=False) as connection:\n"
        "            key = self._key(connection, change, body)",
    ),
    Planted("nothing waits for the disk", "state/store.py", '("synchronous = FULL",', '("synchronous = OFF",'),
    Planted(
        "no second look before a write",
        "api/looks.py",
        "        if not self._is_due(change):\n            return change\n",
        "        if True:\n            return change\n",
    ),
    Planted(
        "what the second look shows does not matter",
        "plan/recheck.py",
        "    if moved:\n        return Recheck(Verdict.MOVED",
        "    if False:\n        return Recheck(Verdict.MOVED",
    ),
    Planted("an old read is young enough", "plan/recheck.py", "age_s > _FRESH_S", "age_s > 1e9 * _FRESH_S"),
    Planted(
        "an object is replaced by what was read a while ago",
        "plan/recheck.py",
        "return replaces or change.read_at",
        "return change.read_at",
    ),
    Planted(
        "an object is replaced by what the sheet names of it",
        "plan/patch.py",
        "_with_path(patch.get(edit.field, record.get(edit.field)), edit.keys",
        "_with_path(patch.get(edit.field), edit.keys",
    ),
    Planted(
        "Retry-After is shortened",
        "api/pacer.py",
        "max(self._closed_until, now + wait_s)",
        "max(self._closed_until, now + wait_s / 2)",
    ),
    Planted(
        "a 429 stops only the row that it met",
        "api/pacer.py",
        "self._closed_until = max(self._closed_until, now + wait_s)",
        "pass",
    ),
    Planted("a key lives for ever", "state/journal.py", "23 * 3600.0", "23 * 3600.0 * 365"),
    Planted(
        "a clock that was put back makes keys young",
        "state/clocks.py",
        "None if min(passed) < 0 else max(passed)",
        "min(passed)",
    ),
    Planted(
        "the API's own clock is not asked",
        "session.py",
        "replace(self.clocks, server=link.conditions.server_time.seconds)",
        "self.clocks",
    ),
    Planted(
        "whatever was answered 200 is reported changed",
        "api/apply.py",
        "case Kind.DONE if (\n"
        "                judgement.body and not _is_earlier(errand, judgement) "
        "and looks.shows(change, judgement.body)\n"
        "            ):",
        "case Kind.DONE:",
    ),
    Planted(
        "a lost answer is reported changed",
        "api/looks.py",
        "        return at_base if looked.verdict is Verdict.SEND else _unsent(looked)",
        "        return done if looked.verdict is Verdict.SEND else _unsent(looked)",
    ),
    Planted(
        "what was sent and never answered is reported as not attempted",
        "api/apply.py",
        "        if errand.tries.perhaps:\n            return Settled(Word.UNKNOWN",
        "        if False:\n            return Settled(Word.UNKNOWN",
    ),
    Planted(
        "a dead run is not looked for",
        "bookkeeping.py",
        "    dead = unfinished_runs(session.store, *where)",
        "    dead = unfinished_runs(session.store, *where)[:0]",
    ),
    Planted(
        "two runs at once",
        "steps.py",
        "            session.locks.enter_context(hold(*where, holder))",
        "            pass",
    ),
    Planted(
        "the end waits for every answer",
        "api/apply.py",
        "await asyncio.wait({work, grace}, return_when=asyncio.FIRST_COMPLETED)",
        "await asyncio.wait({work})",
    ),
    Planted(
        "the end is not heard while something waits",
        "api/stop.py",
        "        return await _unless(self._asked.wait(), waiting)",
        "        return await waiting",
    ),
    Planted(
        "what was not attempted is left out of the report",
        "report/rows.py",
        "    for row, line, key, id_, name, state, cell, message, what_to_do in frame.select(_FRAME).iter_rows():\n",
        "    for row, line, key, id_, name, state, cell, message, what_to_do in frame.select(_FRAME).iter_rows():\n"
        "        if state == PlanState.CHANGE and row not in job.outcomes:\n            continue\n",
    ),
    Planted(
        "that a run stopped early does not count",
        "report/exit_code.py",
        "    return _first(found, detailed=detailed)\n\n\ndef worse_of",
        "    return _first(found - {STOPPED_EARLY}, detailed=detailed)\n\n\ndef worse_of",
    ),
    Planted(
        "a refusal is reported as done",
        "api/apply.py",
        '                return Settled(Word.REFUSED, judgement.message, "correct the row, or ask',
        '                return Settled(Word.CHANGED, judgement.message, "correct the row, or ask',
    ),
    Planted(
        "an answer that cannot be read means yes",
        "api/apply.py",
        "return await looks.after(change, at_base=gave_up, done=_SEEN, patiently=taken_on)",
        "return _SEEN if taken_on else await looks.after(change, at_base=gave_up, done=_SEEN)",
    ),
)
