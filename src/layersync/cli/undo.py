"""`layersync undo`: the records of a run, put back as they were."""

from typing import Annotated

from cyclopts import Parameter

from layersync.cli.flags import RUN, RunFlags
from layersync.cli.sync import DryRun, Yes


def undo(
    run: Annotated[str, Parameter(metavar="RUN")],
    /,
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    flags: RunFlags = RUN,
) -> int:
    """Put back what a run changed; records that somebody changed since are left alone.

    Parameters
    ----------
    run
        The id of the run, or "latest": the newest that was no preview.
    dry_run
        Show what would be sent, and what can't be undone, and send nothing.
    yes
        Do not ask before the first write.
    """
    from layersync.cli.running import run_undo  # noqa: PLC0415  --help loads no tables and no HTTP

    return run_undo(run, flags, dry_run=dry_run, yes=yes)
