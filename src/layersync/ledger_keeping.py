"""The ledger of a job in the course of a run: read before the plan, written when the run ends."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from layersync.plan.agreed import agreed_again, agreed_of, settled_cells
from layersync.session import Job, Session
from layersync.state.ledger import LEDGER, merged
from layersync.state.memory import settled_values
from layersync.state.snapshot import Found, Owner, read_snapshot, write_snapshot
from layersync.state.undone import forget_undone
from layersync.values.memory import OpenChange
from layersync.values.outcome import DONE
from layersync.values.plan import Plan
from layersync.values.target import Target

if TYPE_CHECKING:
    import polars as pl


def recall_ledger(
    job: Job, dead_runs: tuple[str, ...], target: Target, session: Session, done: Sequence[OpenChange]
) -> "pl.DataFrame | None":
    """Reads the last agreed values of a job; None where there are none, which is said.

    A run that died wrote no ledger: what it is known to have written is laid over the last one, and kept before that
    run is closed. `done` are the open changes, of whatever run, that were found carried out. A dry run keeps nothing.
    """
    owner = owner_of(job, target.organization_id, session)
    found = read_snapshot(session.state_dir, owner, LEDGER)
    if found.trouble:
        session.console.tell(f"{job.name}: {found.trouble}; going on without it, and writing a new one")
    settled = [*settled_values(session.store, dead_runs, job.name), *((one.id, one.desired) for one in done)]
    ledger = found.frame
    if settled:
        ledger = merged(ledger, settled_cells(settled, ledger, job.form))
        if not session.order.dry_run:
            write_snapshot(session.state_dir, owner, LEDGER, ledger)
    if ledger is None and job.has_sheet:
        told = "the first run of this job here: sheet and live are compared; who changed what is told from the next on"
        session.console.tell(f"{job.name}: {told}")
    return ledger


def keep_ledger(job: Job, organization_id: str, session: Session) -> None:
    """Writes the ledger as it is after the run of a job. Raises StoppedEarly when the disk does not take it."""
    if job.plan is None:
        return
    owner = owner_of(job, organization_id, session)
    if job.desired is None:
        found = read_snapshot(session.state_dir, owner, LEDGER)
        write_snapshot(session.state_dir, owner, LEDGER, _with_saved_plan(job, job.plan, found))
    else:
        agreed = agreed_of(job.desired, job.plan, job.outcomes, job.form)
        write_snapshot(session.state_dir, owner, LEDGER, merged(job.memory.ledger, agreed))
        places = agreed_again(agreed, job.memory.undone)
        forget_undone(session.store, session.base_url, organization_id, job.form.name, places)


def owner_of(job: Job, organization_id: str, session: Session) -> Owner:
    """Whose files those of a job are."""
    return Owner(
        base_url=session.base_url,
        organization_id=organization_id,
        job=job.name,
        resource=job.form.name,
    )


def _with_saved_plan(job: Job, plan: Plan, found: Found) -> "pl.DataFrame":
    """A plan that came from a file knows no sheet: only what this run wrote is agreed."""
    words = {row: outcome.word for row, outcome in job.outcomes.items() if row not in job.earlier}
    done = [change for change in plan.changes if words.get(change.row) in DONE]
    written = ((change.id, {edit.path: edit.after for edit in change.edits}) for change in done)
    return merged(found.frame, settled_cells(written, found.frame, job.form))
