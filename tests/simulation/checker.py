"""Holds what really happened against what was said and promised. It knows nothing of layersync but its contract."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from tests.simulation.history import Applied, Edited, History, Record, Sent

GOOD = {"unchanged", "changed", "converged", "skipped"}
NOT_SENT = {"not_attempted", "held", "invalid", "refused", "skipped", "not_found", "unchanged"}
SIGNALLED = {130, 143}
LAST_WORDS_S = 6.0  # what is under way may take five seconds more; writing takes no time here
FRESH_S, JUST_NOW_S = 60.5, 0.5
KEY_LIFE_S = 24 * 3600.0

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One run as it looked from outside: `report` is its results.json, None where it was killed.

    `ordered` is when it was told to end (true time), None = never. `disk_failed` says that something could not be
    written: then it may have done everything and still end with 8, because that is not written down. `told_all` says
    of one that was killed that its report was written by then.
    """

    run: str
    sheet: Sequence[Row]
    began: float
    ended: float
    report: Mapping[str, Any] | None
    ordered: float | None = None
    error: str = ""
    disk_failed: bool = False
    told_all: bool = False


def violations(history: History, runs: Sequence[Ended]) -> Iterator[str]:
    """Everything that must never be, in words."""
    for sent in history.sent:
        if sent.method == "PATCH" and sent.base is None:
            yield f"{sent.run}: a PATCH at {sent.at:.1f} left before the disk held its intent"
    yield from _keys(history)
    yield from _pauses(history)
    yield from _together(history, runs)
    for run in runs:
        if run.error:
            yield f"{run.run}: it ended with {run.error}"
        if run.ordered is not None and run.ended > run.ordered + LAST_WORDS_S:
            yield f"{run.run}: told to end at {run.ordered:.1f}, it ended at {run.ended:.1f}"
        yield from _overwrites(history, run)
        yield from _stale(history, run)
        if run.report is not None:
            yield from _report(history, run, run.report)
    yield from _resumes(history, runs)


def is_quiet(history: History, run: Ended) -> bool:
    """Whether a run found nothing to do."""
    wrote = any(sent.run == run.run and sent.method == "PATCH" for sent in history.sent)
    return not wrote and run.report is not None and run.report["run"]["exit_code"] == 0


def unquiet(history: History, run: Ended, live: Mapping[str, Record]) -> Iterator[str]:
    """What is wrong with a last run, in fair weather, after another one: it must find nothing to do."""
    sends = [sent for sent in history.sent if sent.run == run.run and sent.method == "PATCH"]
    if sends:
        yield f"the quiet run sent {len(sends)} PATCHes"
    if run.report is None or run.report["run"]["exit_code"] != 0:
        yield "the quiet run did not end with 0"
    for row in run.sheet:
        if not _shows(live[row["id"]], row):
            yield f"in the end {row['id']} is not as the sheet says: a change was lost"


def _keys(history: History) -> Iterator[str]:
    first: dict[str, Sent] = {}
    of_record: dict[tuple[str, str], set[str]] = {}
    conflicts = {(sent.run, sent.path) for sent in history.sent if sent.answer == 409}
    for sent in history.sent:
        if sent.method != "PATCH":
            continue
        before = first.setdefault(sent.key or "", sent)
        if not sent.key:
            yield f"{sent.run}: a PATCH without an Idempotency-Key"
        if (before.path, before.body) != (sent.path, sent.body):
            yield f"{sent.run}: one key for two different requests"
        if sent.at - before.at >= KEY_LIFE_S:
            yield f"{sent.run}: a key was used again after {(sent.at - before.at) / 3600:.1f} hours"
        keys = of_record.setdefault((sent.run, sent.path), set())
        if sent.perhaps:  # what was certainly not done may be made anew
            keys.add(sent.key or "")
        if len(keys) > 1 and (sent.run, sent.path) not in conflicts:
            yield f"{sent.run}: two keys for one change"


def _together(history: History, runs: Sequence[Ended]) -> Iterator[str]:
    """Of two runs at the same time only one writes."""
    writers = {sent.run for sent in history.sent if sent.method == "PATCH"}
    writing = [run for run in runs if run.run in writers]
    for one, other in combinations(writing, 2):
        if one.began < other.ended and other.began < one.ended:
            yield f"{one.run} and {other.run} wrote at once"


def _pauses(history: History) -> Iterator[str]:
    """After a 429 nothing of its class leaves before the server's time has passed."""
    for refused in history.sent:
        if refused.pause_s is None or refused.answered is None:
            continue
        over = refused.answered + refused.pause_s
        for sent in history.sent:
            same = sent.run == refused.run and (sent.method == "GET") == (refused.method == "GET")
            if same and refused.answered < sent.at < over:
                yield f"{sent.run}: a {sent.method} left {over - sent.at:.1f} s before Retry-After had passed"


def _overwrites(history: History, run: Ended) -> Iterator[str]:
    """No value is overwritten that the last finished read before the send showed to have moved since the plan's.

    What the plan was made from is what the report says; of a dead run only the journal tells.
    """
    rows = run.report["rows"] if run.report is not None else []
    planned = {row["key"]: row["before"] for row in rows if row["before"]}
    stated = {row["id"]: row.keys() for row in run.sheet}
    for sent in history.sent:
        if sent.run != run.run or sent.base is None:
            continue
        record_id = sent.path.rpartition("/")[2]
        patch = json.loads(sent.body or b"{}")
        wanted, base = _values(patch), _values(planned.get(record_id, sent.base))
        for read in list(_shown_before(history, sent, record_id))[-1:]:
            for path, value in _values({name: read[name] for name in patch if name in read}).items():
                ours = {_text(base.get(path))} if path in stated[record_id] else set()
                if _text(value) not in ours | {_text(wanted.get(path))}:
                    yield f"{sent.run}: {path} of {record_id} was {value!r} when last read, and was overwritten"


def _stale(history: History, run: Ended) -> Iterator[str]:
    """What may not have been carried out yet rests on a read of the last minute; replaced metadata on one just made."""
    perhaps: set[str] = set()
    for sent in history.sent:
        if sent.run != run.run or sent.method != "PATCH" or sent.key in perhaps:
            continue
        if sent.perhaps:
            perhaps.add(sent.key or "")
        oldest = JUST_NOW_S if b"metadata" in (sent.body or b"") else FRESH_S
        record_id = sent.path.rpartition("/")[2]
        if not any(sent.at - at <= oldest for at in _read_at(history, sent, record_id)):
            yield f"{sent.run}: {record_id} was last read more than {oldest:g} s before its PATCH"


def _read_at(history: History, sent: Sent, record_id: str) -> Iterator[float]:
    for read in history.sent:
        shows = (read.shown is not None and read.shown["id"] == record_id) or record_id in read.listed
        if read.run != sent.run or read.method != "GET" or not shows or read.answered is None:
            continue
        if read.answered <= sent.at:
            yield read.answered


def _shown_before(history: History, sent: Sent, record_id: str) -> Iterator[Record]:
    reads = [one for one in history.sent if one.run == sent.run and one.method == "GET" and one.answered is not None]
    for read in sorted(reads, key=lambda one: one.answered or 0.0):
        if (read.answered or 0.0) <= sent.at:
            if read.shown is not None and read.shown["id"] == record_id:
                yield read.shown
            elif record_id in read.listed:
                yield read.listed[record_id]


def _report(history: History, run: Ended, report: Mapping[str, Any]) -> Iterator[str]:
    rows, code = report["rows"], report["run"]["exit_code"]
    if sum(report["counts"].values()) != len(rows):
        yield f"{run.run}: the report counts other rows than it shows"
    if not rows:  # it came to no sheet
        if code not in {7, 8} | SIGNALLED:
            yield f"{run.run}: it ended with {code} and says nothing of its rows"
        return
    if sorted(row["key"] for row in rows) != sorted(row["id"] for row in run.sheet):
        yield f"{run.run}: rows are missing from the report"
    words = {row["outcome"] for row in rows}
    may_be_good = SIGNALLED | ({8} if run.disk_failed else set())
    if (code == 0) != (words <= GOOD) and not (code in may_be_good and words <= GOOD):
        yield f"{run.run}: it ended with {code}, and the outcomes are {sorted(words)}"
    sheet = {row["id"]: row for row in run.sheet}
    for row in rows:
        yield from _outcome(history, run, row, sheet[row["key"]])


def _outcome(history: History, run: Ended, row: Mapping[str, Any], wanted: Row) -> Iterator[str]:
    keys = {one.key for one in history.sent if one.run == run.run and one.key}
    ours = [
        one
        for one in history.changes
        if isinstance(one, Applied) and one.id == row["key"] and (one.by.run == run.run or one.by.key in keys)
    ]
    word = row["outcome"]
    if word == "changed":
        after = _values(row["after"])
        done = [one for one in ours if one.at <= run.ended and after.items() <= _values(one.after).items()]
        while_it_ran = _states(history, row["key"], run.began, run.ended)
        was_so = done and any(after.items() <= _values(one).items() for one in while_it_ran)
        if not was_so and not _set_by_others_meanwhile(history, run, row["key"], after):
            yield f"{run.run}: row {row['row']} is reported changed, and never was"
    elif word in NOT_SENT and any(one.by.run == run.run and one.at - one.by.at < KEY_LIFE_S for one in ours):
        yield f"{run.run}: row {row['row']} is reported {word}, and was changed"
    if word in {"unchanged", "converged"} and not _seen_as(history, run, row, wanted):
        yield f"{run.run}: row {row['row']} is reported {word}, and no read showed it so"


def _set_by_others_meanwhile(history: History, run: Ended, record_id: str, after: Mapping[str, object]) -> bool:
    """Whether somebody else set just these values after a PATCH of which the run was told nothing that it could trust.

    Nobody in its place could tell that it was not its own PATCH.
    """
    mine = [one for one in history.sent if one.run == run.run and one.method == "PATCH" and record_id in one.path]
    in_the_dark = [one.at for one in mine if one.perhaps and not one.shown and one.answer not in range(400, 500)]
    theirs = [one for one in history.changes if isinstance(one, Edited) and one.id == record_id]
    return any(
        min(in_the_dark, default=run.ended) < one.at <= run.ended and after.items() <= _values(one.after).items()
        for one in theirs
    )


def _states(history: History, record_id: str, since: float, until: float) -> Iterator[Record]:
    """What a record was at any moment from `since` to `until`."""
    changes = [one for one in history.changes if one.id == record_id and one.at <= until]
    first = next((number for number, one in enumerate(changes) if one.at > since), len(changes))
    yield from (one.after for one in changes[max(first - 1, 0) :])


def _seen_as(history: History, run: Ended, row: Mapping[str, Any], wanted: Row) -> bool:
    """Whether reads of this run showed every field as the sheet says; a list item shows some fields only."""
    reads = [one for one in history.sent if one.run == run.run and one.answered is not None]
    shown = [one.shown for one in reads if one.shown and one.shown["id"] == row["key"]]
    shown += [one.listed[row["key"]] for one in reads if row["key"] in one.listed]
    return all(any(_shows(one, {name: value}) for one in shown) for name, value in wanted.items() if value)


def _resumes(history: History, runs: Sequence[Ended]) -> Iterator[str]:
    """A run that died with a PATCH on its way is settled by the next one that gets as far as a plan, which says so."""
    dead: list[str] = []
    open_change = False
    for run in runs:
        if run.report is None and run.told_all:
            dead, open_change = [], False
        elif run.report is None:
            dead.append(run.run)
            mine = [one for one in history.sent if one.run == run.run and one.method == "PATCH"]
            heard = {one.key for one in mine if one.answered is not None}
            open_change |= any(one.key not in heard for one in mine)
        elif _came_to_a_plan(run.report):
            if open_change and run.report["run"]["resumed_from"] not in dead:
                yield f"{run.run}: it does not say that it settled one of {dead}"
            dead, open_change = [], False


def _came_to_a_plan(report: Mapping[str, Any]) -> bool:
    return any(job["reads"] for job in report["jobs"])


def _shows(record: Record, wanted: Row) -> bool:
    values = _values(record)
    return all(values.get(name) == value for name, value in wanted.items() if value)


def _values(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record, those inside metadata by their path."""
    plain = {name: value for name, value in record.items() if name != "metadata"}
    return plain | {f"metadata.{name}": value for name, value in (record.get("metadata") or {}).items()}


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def edits_of(history: History) -> int:
    """How often somebody else changed something."""
    return sum(isinstance(one, Edited) for one in history.changes)
