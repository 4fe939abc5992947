"""What can be told of the rows of a sheet whose job ended before anything was decided."""

from layersync.errors import SyncError
from layersync.plan.rows import undecided_rows
from layersync.values.desired import Desired
from layersync.values.plan import Plan


def undecided(desired: Desired, reason: SyncError | None) -> Plan:
    """A plan that changes nothing: rows with mistakes are invalid, the others were not come to, for that reason."""
    message, what_to_do = (reason.message, reason.what_to_do) if reason else ("", "")
    return Plan(
        job=desired.job,
        resource=desired.resource,
        key_field=desired.key_field,
        source=desired.grid.source,
        tab=desired.grid.tab,
        sheet_sha256=desired.grid.sha256,
        data_rows=len(desired.rows),
        matched=0,
        partial=desired.partial,
        changes=(),
        rows=undecided_rows(desired, desired.problems, message, what_to_do),
        problems=desired.problems,
        notices=desired.notices,
        decided=False,
    )
