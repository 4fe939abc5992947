"""`layersync apply`: a saved plan, carried out exactly."""

from typing import Annotated

from cyclopts import Parameter

from layersync.cli.flags import RUN, RunFlags
from layersync.cli.sync import DryRun, Yes


def apply(
    plan: Annotated[str, Parameter(metavar="FILE|RUN")],
    /,
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    flags: RunFlags = RUN,
) -> int:
    """Carry out a saved plan: nothing else, and every record read again right before its write.

    Parameters
    ----------
    plan
        The file that plan --out wrote, guarded like any plan; or the id of a preview or held run, or "latest", to
        approve exactly what it showed.
    dry_run
        Show what would be sent, and send nothing.
    yes
        Do not ask before the first write.
    """
    from layersync.cli.running import run_saved  # noqa: PLC0415  --help loads no tables and no HTTP

    return run_saved(plan, flags, dry_run=dry_run, yes=yes)
