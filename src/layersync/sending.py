"""The sending of a job's changes: what it takes, how far the day's writes go, and what is told of a failure."""

import traceback
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from layersync.api.apply import Apply
from layersync.api.connect import Link
from layersync.api.desk import Desk
from layersync.api.looks import Looks
from layersync.errors import SyncError
from layersync.session import Job, Session
from layersync.state.journal import Journal
from layersync.state.room import Room, kept_room
from layersync.state.store import Store
from layersync.state.writes import cap_writes, capped_until, count_write, day_ends, writes_today
from layersync.values.change import Change
from layersync.values.outcome import Outcome


async def send(job: Job, changes: Sequence[Change], link: Link, session: Session) -> Job:
    """Carries out the changes of one job; whatever happens, the outcomes so far are kept."""
    outcomes = dict(job.earlier)
    left = [change for change in changes if change.row not in outcomes]
    words = {row: outcome.word for row, outcome in job.earlier.items()}

    def done(outcome: Outcome) -> None:
        outcomes[outcome.row] = outcome
        session.console.progress(f"{job.name}: writing", len(outcomes) - len(words), len(left))

    try:
        with kept_room(session.store.path.parent, min(len(left), max(0, _writes_left(link, session)))) as room:
            apply = Apply(_desk(job, link, session, room, done))
            await apply(left, words)
    except SyncError as error:
        session.stop.ask(error)
        return replace(job, outcomes=outcomes, failure=error)
    except Exception as error:  # a fault of our own: what was done until then must be told all the same
        session.console.detail("".join(traceback.format_exception(error)))
        return replace(job, outcomes=outcomes, failure=SyncError(f"unexpected error: {type(error).__name__}: {error}"))
    return replace(job, outcomes=outcomes, failure=apply.ended)


def _desk(job: Job, link: Link, session: Session, room: Room, done: Callable[[Outcome], None]) -> Desk:
    writer = link.writer()
    return Desk(
        form=job.form,
        writer=writer,
        looks=Looks(job.form, link.reader, session.clock, writer.in_doubt),
        journal=_journal(job, link, session, room),
        clock=session.clock,
        stop=session.stop,
        writes_left=lambda: _writes_left(link, session),
        count_send=lambda: count_write(*_now(link, session)),
        capped=lambda wait_s: cap_writes(*_now(link, session), wait_s),
        cap_ends=lambda: capped_until(*_now(link, session)) or day_ends(*_now(link, session)),
        done=done,
    )


def _journal(job: Job, link: Link, session: Session, room: Room) -> Journal:
    return Journal(
        session.store,
        session.run.run_id,
        clocks=session.clocks_with(link),
        new_key=lambda: str(uuid.UUID(int=session.rng.getrandbits(128), version=4)),
        reusable=job.memory.open_changes,
        undoes=job.plan.undoes if job.plan else None,
        room=room,
    )


def _writes_left(link: Link, session: Session) -> int:
    """What the daily cap still allows."""
    now = _now(link, session)
    return 0 if capped_until(*now) is not None else link.target.budget.per_day - writes_today(*now)


def _now(link: Link, session: Session) -> tuple[Store, str, str, datetime]:
    return session.store, session.base_url, link.target.spender, session.clock.wall()
