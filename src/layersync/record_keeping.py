"""The full records of a job in the course of a run: recalled before the records are read, kept as soon as they are."""

from collections.abc import Mapping, Sequence

from layersync.errors import SyncError
from layersync.ledger_keeping import owner_of
from layersync.session import Job, Session
from layersync.state.full_records import FULL_RECORDS, trusted, with_new
from layersync.state.snapshot import read_snapshot, write_snapshot
from layersync.values.reads import FullRecord


def recall_full_records(
    job: Job, organization_id: str, session: Session
) -> tuple[Mapping[str, FullRecord] | None, str]:
    """Gives the records that need not be read where a listing shows that they did not move, or why there are none.

    None where the job wants everything read (`fetch = "full"`), or a listing of this resource shows no stamps.
    """
    if job.trust_s is None or not job.has_sheet:
        return None, ""
    if job.form.listing.stamp is None:
        return None, f"the listing of {job.form.name} does not show when a record changed"
    found = read_snapshot(session.state_dir, owner_of(job, organization_id, session), FULL_RECORDS)
    kept = trusted(found.frame, session.clock.wall().timestamp(), job.trust_s)
    if kept:
        return kept, ""
    if found.frame is None:
        return {}, found.trouble or "nothing is remembered yet"
    return {}, "what is remembered is older than full_every"


def keep_full_records(job: Job, new: Sequence[FullRecord], organization_id: str, session: Session) -> None:
    """Keeps the records that were read. What can't be kept is read again by the next run, and that is all."""
    if job.trust_s is None or not new:
        return
    owner = owner_of(job, organization_id, session)
    kept = read_snapshot(session.state_dir, owner, FULL_RECORDS).frame
    records = with_new(kept, new, session.clock.wall().timestamp(), job.trust_s)
    try:
        write_snapshot(session.state_dir, owner, FULL_RECORDS, records)
    except SyncError as error:
        session.console.tell(f"{job.name}: {error.message} The next run reads every record again")
