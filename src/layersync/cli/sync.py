"""`layersync sync`: the sheet's changes, sent."""

from typing import Annotated

from cyclopts import Parameter

from layersync.cli.flags import RUN, SHEET, RunFlags, SheetFlags

Jobs = Annotated[str, Parameter(metavar="JOB", help="Jobs to run; without one, every job not marked default = false.")]
DryRun = Annotated[bool, Parameter(name=["--dry-run", "-n"], group="How far")]
Explain = Annotated[str | None, Parameter(metavar="KEY[:FIELD]", group="Output")]
RetryQuarantined = Annotated[bool, Parameter(group="How far")]
Yes = Annotated[bool, Parameter(name=["--yes", "-y"], group="How far")]


def sync(
    *jobs: Jobs,
    dry_run: DryRun = False,
    yes: Yes = False,
    explain: Explain = None,
    retry_quarantined: RetryQuarantined = False,
    sheet: SheetFlags = SHEET,
    flags: RunFlags = RUN,
) -> int:
    """Read the sheets, compare them with the live records, send what differs, and report.

    Parameters
    ----------
    dry_run
        Show what would be sent, and send nothing.
    yes
        Do not ask before the first write.
    retry_quarantined
        Send again what the API refused before, though nothing has changed.
    explain
        With -n: say of this row, or this field of it, what sheet, API and last run say, and what decided.
    """
    from layersync.cli.running import run_sheets  # noqa: PLC0415  --help loads no tables and no HTTP

    return run_sheets(
        "sync", jobs, sheet, flags, dry_run=dry_run, yes=yes, explain=explain, retry_quarantined=retry_quarantined
    )
