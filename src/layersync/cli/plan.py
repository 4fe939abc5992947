"""`layersync plan`: another name for `sync --dry-run`."""

from typing import Annotated

from cyclopts import Parameter

from layersync.cli.flags import RUN, SHEET, RunFlags, SheetFlags
from layersync.cli.sync import Explain, Jobs, RetryQuarantined


def plan(
    *jobs: Jobs,
    out: Annotated[str | None, Parameter(metavar="FILE", group="How far")] = None,
    explain: Explain = None,
    retry_quarantined: RetryQuarantined = False,
    sheet: SheetFlags = SHEET,
    flags: RunFlags = RUN,
) -> int:
    """Show what sync would send, and send nothing.

    Parameters
    ----------
    out
        Save the plan here, too.
    retry_quarantined
        Plan again what the API refused before, though nothing has changed.
    explain
        Say of this row, or this field of it, what sheet, API and last run say, and what decided.
    """
    from layersync.cli.running import run_sheets  # noqa: PLC0415  --help loads no tables and no HTTP

    return run_sheets(
        "plan", jobs, sheet, flags, dry_run=True, out=out, explain=explain, retry_quarantined=retry_quarantined
    )
